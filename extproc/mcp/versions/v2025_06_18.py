"""The revision that removed arrays and introduced the version header and structured content."""

from typing import Final

from extproc.mcp.versions.revision import Era, Revision

REVISION: Final = Revision(name="2025-06-18", era=Era.LEGACY)
