"""Where the pins of tools are kept."""

from collections.abc import Mapping
from typing import Protocol

from extproc.pins.pin import Pin


class PinStore(Protocol):
    """Keeps pins by server and name of the tool. Every method may raise `PortError`."""

    async def of(self, server: str, name: str) -> Pin | None:
        """Return the pin of a tool, or None when it has none."""
        ...

    async def of_server(self, server: str) -> Mapping[str, Pin]:
        """Return the pins of a server by the names of its tools."""
        ...

    async def all(self) -> tuple[Pin, ...]:
        """Return every pin, in the order of servers and names."""
        ...

    async def put(self, pin: Pin, *, known: Pin | None) -> bool:
        """Keep a pin if what is kept is still `known` (None: there is none), and tell whether it was kept."""
        ...

    async def remove(self, server: str, name: str) -> None:
        """Forget the pin of a tool."""
        ...
