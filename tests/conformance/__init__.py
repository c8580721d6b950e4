"""The official MCP conformance suite, run against the fixture directly and through Envoy with the sidecar."""
