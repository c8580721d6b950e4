"""The first revision, over Streamable HTTP only: its own HTTP+SSE transport is refused (docs/protocol.md)."""

from typing import Final

from extproc.mcp.versions.revision import Era, Revision

REVISION: Final = Revision(name="2024-11-05", era=Era.LEGACY)
