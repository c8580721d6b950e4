"""The one registry of all servers seen."""

from typing import Protocol

from extproc.pins.entries import ServerEntry


class ServerRegistry(Protocol):
    """Remembers what servers offer, by the names of their routes. Every method may raise `PortError`."""

    async def put(self, entry: ServerEntry) -> None:
        """Remember a server, in place of what was known of it."""
        ...

    async def all(self) -> tuple[ServerEntry, ...]:
        """Return every server, in the order of their names."""
        ...
