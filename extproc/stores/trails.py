"""The `TrailStore` on any backend; while the store fails, by what this replica remembers.

What a replica added on its own is put into the store with the next change of that trail after the store is back, joined
with what others added meanwhile.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from extproc.model.value import value
from extproc.ports.errors import PortError
from extproc.ports.trails import PARTIAL
from extproc.sessions.joining import joined
from extproc.sessions.packing import pack
from extproc.sessions.trail import EMPTY, Label, Trail
from extproc.stores.guard import Guard
from extproc.stores.local_trails import LocalTrails, caught_up, trail_of
from extproc.stores.state_backend import EntryError, Kept, Kind, Place, StateBackend, kept
from extproc.stores.turns import Turns

TRIES: Final = 5
# Trails that were read or written last, unpacked: a call is judged by what its predecessor left.
_RECENT: Final = 1024
_Change = Callable[[Trail], Trail]
_Merge = Callable[[Kept | None, Trail], Trail]
_Stored = tuple[Kept | None, Trail]


@value
class Known:
    """A trail as it is known here. `contains` are the versions of the store of which it has everything."""

    trail: Trail
    contains: frozenset[bytes]


@value
class _Attempt:
    """A put that may have reached the store."""

    new: Kept
    trail: Trail
    contains: frozenset[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailOptions:
    """How long a trail is kept after its last change, a flagged one too; how long a change waits for its turn.

    `behind` is how long a store on this machine is written after a change; 0 for at once. All in seconds.
    """

    ttl: float = 3600.0
    flagged_ttl: float = 86_400.0
    turn: float = 0.02
    behind: float = 0.05


class StateTrails:
    """A `TrailStore`; `now` is a wall clock in seconds."""

    def __init__(
        self,
        backend: StateBackend,
        guard: Guard,
        now: Callable[[], float],
        options: TrailOptions | None = None,
        *,
        fallback: bool = True,
    ) -> None:
        """Start with nothing remembered; `fallback` is False where a fault of the store is one of the call."""
        self._backend, self._guard, self._now = backend, guard, now
        self._options, self._fallback = options or TrailOptions(), fallback
        self._turns = Turns(self._options.turn)
        self._local = LocalTrails(now)
        self._recent: OrderedDict[str, tuple[Kept | None, Trail]] = OrderedDict()

    async def of(self, key: str) -> Trail:
        """See `TrailStore`."""
        try:
            return (await self.read(key)).trail
        except PortError:
            if not self._fallback:
                raise
            return _marked(self._known(key).trail, self._now())

    async def read(self, key: str) -> Known:
        """Return a trail and the versions of the store of which it has everything. Raises: `PortError`."""
        stored, trail = await self._guard.run("read", partial(self._read, key))
        copy = self._local.of(key)
        contains = copy.contains if copy is not None else frozenset[bytes]()
        return Known(trail=caught_up(copy, stored, trail), contains=contains | _versions(stored))

    async def update(self, key: str, change: _Change, *, now: float) -> Trail:
        """See `TrailStore`."""
        attempts: list[_Attempt] = []
        try:
            return await self._update(key, lambda _, trail: change(trail), attempts)
        except PortError:
            if not self._fallback:
                raise
            before = self._known(key)
            trail = _whole(change(before.trail)) if not attempts else attempts[-1].trail
            self._remember(key, trail, before.contains, attempts)
            return _marked(trail, now)

    async def write(self, key: str, known: Known) -> frozenset[bytes]:
        """Put a trail into the store that was added to here, joined with what others added to theirs.

        Return the versions of the store of which the trail as it was given has everything. A store that fails gets it
        with the next change.
        """
        attempts: list[_Attempt] = []

        def taken_up(stored: Kept | None, trail: Trail) -> Trail:
            alone = stored is None or stored.version in known.contains
            return known.trail if alone else joined(trail, known.trail)

        try:
            await self._update(key, taken_up, attempts)
        except PortError:
            trail = attempts[-1].trail if attempts else known.trail
            self._remember(key, trail, known.contains, attempts)
        return known.contains.union(each.new.version for each in attempts if each.trail is known.trail)

    async def _update(self, key: str, change: _Merge, attempts: list[_Attempt]) -> Trail:
        async with self._turns.of(key):
            return await self._guard.run("update", partial(self._changed, key, change, attempts))

    def _remember(self, key: str, trail: Trail, before: frozenset[bytes], attempts: Sequence[_Attempt]) -> None:
        """Keep what the store may not have; the last attempt may have reached it although nobody said so."""
        contains = attempts[-1].contains if attempts else before
        self._local.ahead(key, trail, contains=contains, ttl=self._ttl(trail))

    async def _read(self, key: str) -> _Stored:
        return self._taken_in(key, await self._backend.get(Place(Kind.TRAILS, key)))

    async def _changed(self, key: str, change: _Merge, attempts: list[_Attempt]) -> Trail:
        """Compare and replace until nobody else was faster; begin with what was read last, which is mostly right."""
        stored, trail = self._recent.get(key) or await self._read(key)
        for _ in range(TRIES):
            trail = _whole(change(stored, caught_up(self._local.of(key), stored, trail)))
            new, ttl, flagged = kept(pack(trail)), self._ttl(trail), trail.flagged
            attempts.append(_Attempt(new=new, trail=trail, contains=_versions(stored) | {new.version}))
            swap = await self._backend.put(
                Place(Kind.TRAILS, key), new, known=_version(stored), ttl=ttl, flagged=flagged
            )
            if swap.done:
                self._note(key, new, trail)
                self._local.same(key, None if self._backend.local else new, ttl=ttl, flagged=flagged)
                return trail
            stored, trail = self._taken_in(key, swap.kept)
        raise EntryError("others changed the same trail all the time")

    def _taken_in(self, key: str, stored: Kept | None) -> _Stored:
        recent = self._recent.get(key)
        same = recent is not None and _version(recent[0]) == _version(stored)
        trail = recent[1] if recent is not None and same else trail_of(stored)
        self._note(key, stored, trail)
        copy = self._local.of(key)
        if not self._backend.local and not (copy is not None and copy.ahead):
            self._local.same(key, stored, ttl=self._ttl(trail), flagged=trail.flagged)
        return stored, trail

    def _note(self, key: str, stored: Kept | None, trail: Trail) -> None:
        self._recent[key] = (stored, trail)
        self._recent.move_to_end(key)
        if len(self._recent) > _RECENT:
            self._recent.popitem(last=False)

    def _known(self, key: str) -> Known:
        """Return what this replica knows of a trail without asking the store."""
        copy = self._local.of(key)
        if copy is not None:
            return Known(trail=copy.trail, contains=copy.contains)
        stored, trail = self._recent.get(key, (None, EMPTY))
        return Known(trail=trail, contains=_versions(stored))

    def _ttl(self, trail: Trail) -> float:
        return self._options.flagged_ttl if trail.flagged else self._options.ttl


def _version(stored: Kept | None) -> bytes | None:
    return stored.version if stored is not None else None


def _versions(stored: Kept | None) -> frozenset[bytes]:
    return frozenset({stored.version} if stored is not None else ())


def _marked(trail: Trail, now: float) -> Trail:
    """Return the trail with the label that says it may not be whole."""
    return replace(trail, labels={**trail.labels, PARTIAL: Label(first="", last="", at=now, times=1)})


def _whole(trail: Trail) -> Trail:
    """Return the trail without that label: what is kept is as whole as it can be."""
    if PARTIAL not in trail.labels:
        return trail
    return replace(trail, labels={name: label for name, label in trail.labels.items() if name != PARTIAL})
