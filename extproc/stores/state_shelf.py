"""Entries in the memory of a process, bounded in number and size: those that pass make room, those that last do not."""

import heapq
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Final

from extproc.model.value import value
from extproc.stores.state_backend import LASTING, EntryError, Kept, Kind, Place, Room

# What an entry needs beside its data: its place, its version, and where both hang (measured, 64-bit CPython).
ENTRY_BYTES: Final = 640
# Times of entries that are gone stay in the queue until they are more than the others.
_SPARE_TIMES: Final = 1024


@value
class Entry:
    """An entry, until when it counts, in seconds of the store's clock, and whether it goes last."""

    kept: Kept
    until: float | None = None
    flagged: bool = False


class PassingShelf:
    """Entries of one kind with an end: what is over goes first, then the least recently used, flagged ones last."""

    def __init__(self, entries: int, size: int, now: Callable[[], float]) -> None:
        """Start empty, with room for so many entries and bytes."""
        self._limit, self._room, self._now = entries, size, now
        self._plain: OrderedDict[Place, Entry] = OrderedDict()
        self._flagged: OrderedDict[Place, Entry] = OrderedDict()
        # When an entry may be over, at the latest; an entry that was renewed is queued again when its turn comes.
        self._times: list[tuple[float, Place]] = []
        self._size = 0

    def __len__(self) -> int:
        """Return how many there are, those included whose time is over."""
        return len(self._plain) + len(self._flagged)

    @property
    def size(self) -> int:
        """Return the bytes they need."""
        return self._size

    def get(self, place: Place) -> Kept | None:
        """Return an entry; it is then the most recently used one."""
        for entries in (self._plain, self._flagged):
            entry = entries.get(place)
            if entry is None:
                continue
            if entry.until is not None and entry.until <= self._now():
                self.drop(place)
                return None
            entries.move_to_end(place)
            return entry.kept
        return None

    def set(self, place: Place, entry: Entry) -> list[tuple[Place, Kept]]:
        """Keep an entry in place of what is there; return what had to go. Raises: `EntryError` when it is too large."""
        size = _size_of(place, entry)
        if size > self._room:
            raise EntryError("an entry is larger than the whole store")
        queued = self._queued(place)
        self.drop(place)
        (self._flagged if entry.flagged else self._plain)[place] = entry
        self._size += size
        if entry.until is not None and (queued is None or entry.until < queued):
            heapq.heappush(self._times, (entry.until, place))
        gone = self._make_room(place)
        if len(self._times) > 2 * len(self) + _SPARE_TIMES:
            self._times = [(each.until, at) for at, each in self._all() if each.until is not None]
            heapq.heapify(self._times)
        return gone

    def drop(self, place: Place) -> Entry | None:
        """Forget an entry, and return it."""
        entry = self._plain.pop(place, None) or self._flagged.pop(place, None)
        if entry is not None:
            self._size -= _size_of(place, entry)
        return entry

    def group(self, group: str | None) -> Iterator[tuple[Place, Kept]]:
        """Go through the entries that are not over, of one group or of all."""
        now = self._now()
        for place, entry in self._all():
            if group in (None, place.group) and (entry.until is None or entry.until > now):
                yield place, entry.kept

    def clear(self) -> None:
        """Forget everything."""
        self._plain.clear()
        self._flagged.clear()
        self._times.clear()
        self._size = 0

    def _all(self) -> Iterator[tuple[Place, Entry]]:
        yield from self._plain.items()
        yield from self._flagged.items()

    def _queued(self, place: Place) -> float | None:
        entry = self._plain.get(place) or self._flagged.get(place)
        return entry.until if entry is not None else None

    def _make_room(self, new: Place) -> list[tuple[Place, Kept]]:
        """Let others go for a new entry, which stays: else those that are flagged could keep all new ones out."""
        gone: list[tuple[Place, Kept]] = []
        while len(self) > self._limit or self._size > self._room:
            place = self._over() or _oldest(self._plain, new) or _oldest(self._flagged, new)
            if place is None:
                break
            entry = self.drop(place)
            if entry is not None:
                gone.append((place, entry.kept))
        return gone

    def _over(self) -> Place | None:
        """Return an entry whose time is over."""
        now = self._now()
        while self._times and self._times[0][0] <= now:
            _, place = heapq.heappop(self._times)
            until = self._queued(place)
            if until is not None and until <= now:
                return place
            if until is not None:
                heapq.heappush(self._times, (until, place))
        return None


class LastingShelf:
    """Entries of one kind that stay until they are removed; when there is no room, no further one is taken."""

    def __init__(self, entries: int, size: int, group: int) -> None:
        """Start empty, with room for so many entries and bytes, and so many entries of one group."""
        self._limit, self._room, self._group = entries, size, group
        self._groups: dict[str, dict[Place, Entry]] = {}
        self._count = self._size = 0

    def __len__(self) -> int:
        """Return how many there are."""
        return self._count

    @property
    def size(self) -> int:
        """Return the bytes they need."""
        return self._size

    def get(self, place: Place) -> Kept | None:
        """Return an entry."""
        entry = self._groups.get(place.group, {}).get(place)
        return entry.kept if entry is not None else None

    def check(self, place: Place, data: bytes) -> None:
        """Raise `EntryError` when there is no room for an entry."""
        before = self.get(place)
        size = len(data) - len(before.data) if before is not None else len(data) + ENTRY_BYTES
        if before is None and len(self._groups.get(place.group, {})) >= self._group:
            raise EntryError(f"there is no room for more {place.kind.value} of one server")
        if (before is None and self._count >= self._limit) or (size > 0 and self._size + size > self._room):
            raise EntryError(f"there is no room for more {place.kind.value}")

    def set(self, place: Place, entry: Entry) -> list[tuple[Place, Kept]]:
        """Keep an entry in place of what is there; nothing has to go."""
        self.drop(place)
        self._groups.setdefault(place.group, {})[place] = entry
        self._count += 1
        self._size += _size_of(place, entry)
        return []

    def drop(self, place: Place) -> Entry | None:
        """Forget an entry, and return it."""
        group = self._groups.get(place.group, {})
        entry = group.pop(place, None)
        if entry is not None:
            self._count -= 1
            self._size -= _size_of(place, entry)
            if not group:
                del self._groups[place.group]
        return entry

    def group(self, group: str | None) -> Iterator[tuple[Place, Kept]]:
        """Go through the entries of one group or of all."""
        for entries in self._groups.values() if group is None else [self._groups.get(group, {})]:
            yield from ((place, entry.kept) for place, entry in entries.items())

    def clear(self) -> None:
        """Forget everything."""
        self._groups.clear()
        self._count = self._size = 0


Shelf = PassingShelf | LastingShelf


def shelves(room: Room, now: Callable[[], float]) -> dict[Kind, Shelf]:
    """Return an empty shelf for each kind."""
    return {
        kind: LastingShelf(room.lasting, room.lasting_bytes, room.group)
        if kind in LASTING
        else PassingShelf(room.trails, room.trail_bytes, now)
        for kind in Kind
    }


def _oldest(entries: OrderedDict[Place, Entry], new: Place) -> Place | None:
    return next((place for place in entries if place != new), None)


def _size_of(place: Place, entry: Entry) -> int:
    return ENTRY_BYTES + len(place.group) + len(place.name) + len(entry.kept.data)
