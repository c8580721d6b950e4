"""The `ServerRegistry` on any backend; while the store fails, what it would do is skipped."""

from collections.abc import Callable
from functools import partial
from typing import Final

from extproc.pins.entries import ServerEntry
from extproc.ports.errors import PortError
from extproc.stores.guard import Guard
from extproc.stores.state_backend import EntryError, Kind, Place, StateBackend, kept

_TRIES: Final = 5
# All servers are one group, read with one question.
_GROUP: Final = "all"
# How long what was read from another machine is used, in seconds: every list asks for all servers.
_FRESH: Final = 5.0


class StateServers:
    """A `ServerRegistry`; `steady` is a clock that never goes back, `fallback` False where faults are not skipped."""

    def __init__(
        self, backend: StateBackend, guard: Guard, steady: Callable[[], float], *, fallback: bool = True
    ) -> None:
        """Start with nothing remembered."""
        self._backend, self._guard, self._steady, self._fallback = backend, guard, steady, fallback
        self._known: dict[str, tuple[bytes, ServerEntry]] = {}
        self._read_at: float | None = None

    async def put(self, entry: ServerEntry) -> None:
        """See `ServerRegistry`."""
        try:
            await self._guard.run("put", partial(self._put, entry))
        except PortError:
            if not self._fallback:
                raise

    async def all(self) -> tuple[ServerEntry, ...]:
        """See `ServerRegistry`."""
        if self._read_at is None or self._backend.local or self._steady() - self._read_at >= _FRESH:
            try:
                await self._guard.run("list_all", self._read)
            except PortError:
                if not self._fallback:
                    raise
        return tuple(self._known[name][1] for name in sorted(self._known))

    async def _put(self, entry: ServerEntry) -> None:
        place, data = Place(Kind.SERVERS, _GROUP, entry.server), entry.pack()
        stored = await self._backend.get(place)
        for _ in range(_TRIES):
            if stored is not None and stored.data == data:
                break
            swap = await self._backend.put(place, kept(data), known=stored.version if stored is not None else None)
            stored = swap.kept
            if swap.done:
                break
        else:
            raise EntryError("others changed the same server all the time")
        if stored is not None:
            self._known[entry.server] = (stored.version, entry)

    async def _read(self) -> None:
        found = await self._backend.scan(Kind.SERVERS, _GROUP)
        known: dict[str, tuple[bytes, ServerEntry]] = {}
        for place, stored in found.items():
            version, entry = self._known.get(place.name, (b"", None))
            if entry is None or version != stored.version:
                try:
                    entry = ServerEntry.unpack(stored.data)
                except ValueError:
                    # Written by a newer version, or damaged: the others are of use without it.
                    continue
            known[place.name] = (stored.version, entry)
        self._known, self._read_at = known, self._steady()
