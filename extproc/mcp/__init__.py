"""The Model Context Protocol as data: strict parsing, methods, revisions, headers and event streams. Pure."""
