"""End-to-end tests: real clients, a real Envoy, the real sidecar."""
