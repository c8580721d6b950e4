"""What one replica remembers of trails, and adds to them, while their store cannot be reached."""

from collections.abc import Callable
from typing import Final

from extproc.model.value import value
from extproc.sessions.joining import joined
from extproc.sessions.packing import pack, unpack
from extproc.sessions.trail import EMPTY, Trail
from extproc.stores.state_backend import VERSION_BYTES, EntryError, Kept, Kind, Place
from extproc.stores.state_shelf import Entry, PassingShelf

LOCAL_ENTRIES: Final = 20_000
LOCAL_BYTES: Final = 128 << 20
# A copy that the store has as well, and one that has something the store has not.
_SAME, _AHEAD = b"=", b"+"


@value
class Copy:
    """A trail as it is remembered. `contains` are the versions of the store of which it has everything."""

    data: bytes
    ahead: bool
    contains: frozenset[bytes]

    @property
    def trail(self) -> Trail:
        """Return the trail."""
        return unpack(self.data)


class LocalTrails:
    """Copies of trails, bounded; flagged ones are the last to go."""

    def __init__(self, now: Callable[[], float]) -> None:
        """Start empty."""
        self._now = now
        self._shelf = PassingShelf(LOCAL_ENTRIES, LOCAL_BYTES, now)

    def of(self, key: str) -> Copy | None:
        """Return the copy of a trail."""
        kept = self._shelf.get(_place(key))
        if kept is None:
            return None
        versions = kept.version[1:]
        contains = frozenset(versions[at : at + VERSION_BYTES] for at in range(0, len(versions), VERSION_BYTES))
        return Copy(data=kept.data, ahead=kept.version[:1] == _AHEAD, contains=contains)

    def same(self, key: str, kept: Kept | None, *, ttl: float, flagged: bool) -> None:
        """Remember what the store has."""
        if kept is None:
            self._shelf.drop(_place(key))
        else:
            self._set(key, Kept(data=kept.data, version=_SAME + kept.version), ttl, flagged=flagged)

    def ahead(self, key: str, trail: Trail, *, contains: frozenset[bytes], ttl: float) -> None:
        """Remember what the store does not have, or may not have."""
        kept = Kept(data=pack(trail), version=_AHEAD + b"".join(contains))
        self._set(key, kept, ttl, flagged=trail.flagged)

    def _set(self, key: str, kept: Kept, ttl: float, *, flagged: bool) -> None:
        self._shelf.set(_place(key), Entry(kept=kept, until=self._now() + ttl, flagged=flagged))


def caught_up(copy: Copy | None, stored: Kept | None, trail: Trail) -> Trail:
    """Return the trail of the store with what a copy has beside it, or the copy where it has all of that."""
    if copy is None or not copy.ahead:
        return trail
    if stored is None or stored.version in copy.contains:
        return copy.trail
    return joined(trail, copy.trail)


def trail_of(kept: Kept | None) -> Trail:
    """Return the trail in an entry, an empty one of none. Raises: `EntryError` when it cannot be read."""
    if kept is None:
        return EMPTY
    try:
        return unpack(kept.data)
    except ValueError:
        raise EntryError("a trail cannot be read: it is damaged, or a newer version wrote it") from None


def _place(key: str) -> Place:
    return Place(Kind.TRAILS, key)
