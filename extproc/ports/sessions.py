"""What is remembered between exchanges: negotiated versions, open calls, and the header annotations of tools."""

from dataclasses import dataclass
from typing import Protocol

from extproc.mcp.headers import ParamHeader
from extproc.model.message import Call, Direction, RequestId


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionKey:
    """A legacy session: the server it is with, and the id that server issued."""

    server: str
    session: str


class SessionStore(Protocol):
    """Remembers sessions. Every method may raise `PortError`."""

    async def version(self, key: SessionKey) -> str | None:
        """Return the protocol version that the session negotiated, if it is known."""
        ...

    async def negotiated(self, key: SessionKey, version: str) -> None:
        """Remember the version that `initialize` settled."""
        ...

    async def open_call(self, key: SessionKey, direction: Direction, call: Call) -> None:
        """Remember a request that travelled in `direction` until its response."""
        ...

    async def close_call(self, key: SessionKey, direction: Direction, identifier: RequestId) -> Call | None:
        """Forget the request that travelled in `direction` under this id, and return it."""
        ...

    async def end(self, key: SessionKey) -> None:
        """Forget the session."""
        ...

    async def learn_tool(self, server: str, tool: str, headers: tuple[ParamHeader, ...]) -> None:
        """Remember which arguments of a tool its callers repeat in headers."""
        ...

    async def tool_headers(self, server: str, tool: str) -> tuple[ParamHeader, ...] | None:
        """Return what was learnt of the tool, or None when its definition was never seen."""
        ...
