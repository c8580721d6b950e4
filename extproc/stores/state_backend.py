"""What every place that keeps state does, whatever it is kept in: entries of bytes, replaced only by who saw the last.

A version is eight random bytes that the writer draws, so that an entry that was forgotten and made anew is never taken
for the old one. What the bytes mean is the business of the ports on top.
"""

import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple, Protocol

from extproc.model.value import value
from extproc.ports.errors import PortError

VERSION_BYTES: Final = 8
# One entry: a pin has two definitions of at most 64 KB and what they are quoted with.
MAX_BYTES: Final = 1 << 20


class EntryError(PortError):
    """The store answers, but this entry cannot be kept or read: no reason to stop asking it for others."""


class Kind(StrEnum):
    """What is kept. Trails pass, and the oldest go when there is no room; pins and servers last, and none goes."""

    TRAILS = "trails"
    PINS = "pins"
    SERVERS = "servers"


LASTING: Final = frozenset({Kind.PINS, Kind.SERVERS})


class Place(NamedTuple):
    """Where an entry is: in which kind, with what it is read together, and its name there."""

    kind: Kind
    group: str
    name: str = ""


@value
class Kept:
    """An entry as it is kept."""

    data: bytes
    version: bytes


@value
class Swap:
    """What came of a put: whether it was done, and what is kept now (None: nothing is)."""

    done: bool
    kept: Kept | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much may be kept of the kinds that pass and of those that last: entries, and bytes with what they need.

    `group` is how many lasting entries one group may have, so that no server takes the room of all.
    """

    trails: int = 100_000
    trail_bytes: int = 768 << 20
    lasting: int = 100_000
    lasting_bytes: int = 256 << 20
    group: int = 10_000


class StateBackend(Protocol):
    """Keeps entries. Every method may raise `PortError`; nothing is retried within."""

    # Whether reading needs no other process: what was read before is then no use as a copy.
    local: bool

    async def get(self, place: Place) -> Kept | None:
        """Return what is kept in a place; None when nothing is, or its time is over."""
        ...

    async def put(
        self, place: Place, new: Kept, *, known: bytes | None, ttl: float | None = None, flagged: bool = False
    ) -> Swap:
        """Keep an entry if what is kept has the version `known` (None: nothing is kept).

        It is forgotten after `ttl` seconds. `flagged` ones are the last to go when there is no room.
        """
        ...

    async def scan(self, kind: Kind, group: str | None = None) -> dict[Place, Kept]:
        """Return all entries of a lasting kind, or of one of its groups."""
        ...

    async def delete(self, place: Place) -> None:
        """Forget an entry, whatever its version."""
        ...

    async def close(self) -> None:
        """Finish what was begun, and let go of everything."""
        ...


def kept(data: bytes) -> Kept:
    """Return data under a version of its own. Raises: `EntryError` when it is too long."""
    if len(data) > MAX_BYTES:
        raise EntryError("an entry is too long to be kept")
    return Kept(data=data, version=secrets.token_bytes(VERSION_BYTES))
