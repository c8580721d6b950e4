"""State in the memory of one process: it ends with the process."""

from collections.abc import Callable

from extproc.stores.state_backend import Kept, Kind, Place, Room, Swap
from extproc.stores.state_shelf import Entry, LastingShelf, Shelf, shelves


class MemoryBackend:
    """A `StateBackend` on the shelves alone."""

    local = True

    def __init__(self, now: Callable[[], float], room: Room | None = None) -> None:
        """Start empty; `now` is a clock in seconds."""
        self._now = now
        self._shelves: dict[Kind, Shelf] = shelves(room or Room(), now)

    async def get(self, place: Place) -> Kept | None:
        """See `StateBackend`."""
        return self._shelves[place.kind].get(place)

    async def put(
        self, place: Place, new: Kept, *, known: bytes | None, ttl: float | None = None, flagged: bool = False
    ) -> Swap:
        """See `StateBackend`."""
        shelf = self._shelves[place.kind]
        current = shelf.get(place)
        if (current.version if current is not None else None) != known:
            return Swap(done=False, kept=current)
        if isinstance(shelf, LastingShelf):
            shelf.check(place, new.data)
        until = self._now() + ttl if ttl is not None else None
        shelf.set(place, Entry(kept=new, until=until, flagged=flagged))
        return Swap(done=True, kept=new)

    async def scan(self, kind: Kind, group: str | None = None) -> dict[Place, Kept]:
        """See `StateBackend`."""
        return dict(self._shelves[kind].group(group))

    async def delete(self, place: Place) -> None:
        """See `StateBackend`."""
        self._shelves[place.kind].drop(place)

    async def close(self) -> None:
        """See `StateBackend`."""
        for shelf in self._shelves.values():
            shelf.clear()
