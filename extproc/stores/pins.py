"""The `PinStore` on any backend; while the store fails, the last copies can be read and nothing can be written."""

from collections import OrderedDict
from collections.abc import Mapping
from functools import partial
from typing import Final

from extproc.model.value import value
from extproc.pins.pin import Pin
from extproc.ports.errors import PortError
from extproc.stores.guard import Guard
from extproc.stores.state_backend import EntryError, Kept, Kind, Place, StateBackend, kept

_TRIES: Final = 5
# Pins that were read last, unpacked, by the bytes they were packed in: also the copies for when the store fails.
_COPY_BYTES: Final = 64 << 20


@value
class _Copy:
    pin: Pin
    version: bytes
    size: int


class StatePins:
    """A `PinStore`; `fallback` is False where a fault of the store is one of the call."""

    def __init__(self, backend: StateBackend, guard: Guard, *, fallback: bool = True) -> None:
        """Start with nothing remembered."""
        self._backend, self._guard, self._fallback = backend, guard, fallback
        self._copies: OrderedDict[Place, _Copy] = OrderedDict()
        self._size = 0
        # The names of a server's tools as they were last listed: whether a copy of all of them can be given.
        self._names: dict[str, frozenset[str]] = {}

    async def of(self, server: str, name: str) -> Pin | None:
        """See `PinStore`."""
        place = _place(server, name)
        try:
            return self._taken_in(place, await self._guard.run("read", partial(self._backend.get, place)))
        except PortError:
            copy = self._copies.get(place) if self._fallback else None
            if copy is None:
                raise
            return copy.pin

    async def of_server(self, server: str) -> Mapping[str, Pin]:
        """See `PinStore`."""
        try:
            found = await self._guard.run("list", partial(self._backend.scan, Kind.PINS, server))
        except PortError:
            copies = self._last_listed(server) if self._fallback else None
            if copies is None:
                raise
            return copies
        pins = {place.name: self._unpacked(place, entry) for place, entry in sorted(found.items())}
        self._names[server] = frozenset(pins)
        return pins

    async def all(self) -> tuple[Pin, ...]:
        """See `PinStore`."""
        found = await self._guard.run("list_all", partial(self._backend.scan, Kind.PINS))
        return tuple(self._unpacked(place, entry) for place, entry in sorted(found.items()))

    async def put(self, pin: Pin, *, known: Pin | None) -> bool:
        """See `PinStore`."""
        return await self._guard.run("put", partial(self._put, pin, known))

    async def remove(self, server: str, name: str) -> None:
        """See `PinStore`."""
        place = _place(server, name)
        await self._guard.run("remove", partial(self._backend.delete, place))
        self._taken_in(place, None)
        if server in self._names:
            self._names[server] -= {name}

    async def _put(self, pin: Pin, known: Pin | None) -> bool:
        place, new = _place(pin.server, pin.name), kept(pin.pack())
        copy = self._copies.get(place)
        there, version = (copy.pin, copy.version) if copy is not None else (None, None)
        if there != known:
            stored = await self._backend.get(place)
            there, version = self._taken_in(place, stored), _version(stored)
        for _ in range(_TRIES):
            if there != known:
                return False
            swap = await self._backend.put(place, new, known=version)
            if swap.done:
                self._note(place, new, pin)
                if pin.server in self._names:
                    self._names[pin.server] |= {pin.name}
                return True
            there, version = self._taken_in(place, swap.kept), _version(swap.kept)
        raise EntryError("others changed the same pin all the time")

    def _taken_in(self, place: Place, stored: Kept | None) -> Pin | None:
        if stored is not None:
            return self._unpacked(place, stored)
        self._drop(place)
        return None

    def _unpacked(self, place: Place, stored: Kept) -> Pin:
        copy = self._copies.get(place)
        if copy is not None and copy.version == stored.version:
            self._copies.move_to_end(place)
            return copy.pin
        try:
            pin = Pin.unpack(stored.data)
        except ValueError:
            raise EntryError("a pin cannot be read: it is damaged, or a newer version wrote it") from None
        if (pin.server, pin.name) != (place.group, place.name):
            raise EntryError("a pin stands where that of another tool should")
        self._note(place, stored, pin)
        return pin

    def _note(self, place: Place, stored: Kept, pin: Pin) -> None:
        self._drop(place)
        self._copies[place] = _Copy(pin=pin, version=stored.version, size=len(stored.data))
        self._size += len(stored.data)
        while self._size > _COPY_BYTES:
            self._drop(next(iter(self._copies)))

    def _drop(self, place: Place) -> None:
        copy = self._copies.pop(place, None)
        if copy is not None:
            self._size -= copy.size

    def _last_listed(self, server: str) -> Mapping[str, Pin] | None:
        """Return copies of all pins that a server had, None unless there is one of each."""
        names = self._names.get(server)
        if names is None:
            return None
        copies = {name: self._copies.get(_place(server, name)) for name in sorted(names)}
        return {name: copy.pin for name, copy in copies.items() if copy is not None} if all(copies.values()) else None


def _place(server: str, name: str) -> Place:
    return Place(Kind.PINS, server, name)


def _version(stored: Kept | None) -> bytes | None:
    return stored.version if stored is not None else None
