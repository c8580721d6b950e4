"""What is remembered of the tools that servers offer."""

from dataclasses import dataclass
from typing import Protocol

from extproc.classify.profile import ToolProfile
from extproc.mcp.headers import ParamHeader
from extproc.redact.schema import OutputSchema


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTool:
    """A tool whose definition was seen: what its calls are classed by, and which arguments callers repeat in headers.

    `headers` is None where they were too many to be kept; `schema` is that of its structured results, if it has one.
    """

    profile: ToolProfile
    headers: tuple[ParamHeader, ...] | None = ()
    schema: OutputSchema | None = None


class ToolStore(Protocol):
    """Remembers tools by server and name. Every method may raise `PortError`."""

    async def learn(self, server: str, name: str, tool: KnownTool) -> None:
        """Remember a tool, in place of what was known of it."""
        ...

    async def known(self, server: str, name: str) -> KnownTool | None:
        """Return what is known of a tool, or None when its definition was never seen."""
        ...
