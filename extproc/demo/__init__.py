"""The bundled demo: a small MCP server on the official SDK, needed only with the `demo` extra."""
