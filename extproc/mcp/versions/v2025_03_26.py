"""The revision that introduced Streamable HTTP and is alone in allowing arrays of messages."""

from typing import Final

from extproc.mcp.versions.revision import Era, Revision

REVISION: Final = Revision(name="2025-03-26", era=Era.LEGACY, batches=True)
