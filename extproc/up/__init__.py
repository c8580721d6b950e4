"""Starts a real Envoy with the sidecar beside it, in front of a given MCP server."""
