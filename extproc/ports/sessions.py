"""What is remembered between exchanges: versions and owners of sessions, and open calls."""

from dataclasses import dataclass
from typing import Protocol

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

    async def bind(self, key: SessionKey, owner: str) -> None:
        """Remember whose session it is: `owner` is a digest, and the last one counts."""
        ...

    async def owner(self, key: SessionKey) -> str | None:
        """Return whose session it is, or None when that is not known."""
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
