"""The last revision with a handshake: URL elicitation, tools in sampling, resumable streams."""

from typing import Final

from extproc.mcp.versions.revision import Era, Revision

REVISION: Final = Revision(name="2025-11-25", era=Era.LEGACY)
