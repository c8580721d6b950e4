"""A backend whose line can be cut: what is asked of it fails then, before or after it was done."""

import asyncio
from dataclasses import dataclass, field

from extproc.ports.errors import PortError
from extproc.stores.guard import Guard, GuardOptions
from extproc.stores.state_backend import Kept, Kind, Place, StateBackend, Swap
from tests.contract.backends import Time


@dataclass(slots=True)
class Line:
    """A line to a backend that others reach as well. `answers_lost`: what is asked is done, and nobody hears of it.

    Through a `gate`, puts go on only when it is open.
    """

    backend: StateBackend
    down: bool = False
    answers_lost: bool = False
    local: bool = False
    gate: asyncio.Event | None = None
    asked: int = field(default=0, init=False)

    async def get(self, place: Place) -> Kept | None:
        self._ask()
        return await self.backend.get(place)

    async def put(
        self, place: Place, new: Kept, *, known: bytes | None, ttl: float | None = None, flagged: bool = False
    ) -> Swap:
        self._ask()
        if self.gate is not None:
            await self.gate.wait()
        swap = await self.backend.put(place, new, known=known, ttl=ttl, flagged=flagged)
        if self.answers_lost:
            raise PortError("no answer")
        return swap

    async def scan(self, kind: Kind, group: str | None = None) -> dict[Place, Kept]:
        self._ask()
        return await self.backend.scan(kind, group)

    async def delete(self, place: Place) -> None:
        self._ask()
        await self.backend.delete(place)

    async def close(self) -> None:
        """Leave the backend to the others."""

    def _ask(self) -> None:
        self.asked += 1
        if self.down:
            raise PortError("the line is cut")


def guard(kind: Kind, clock: Time) -> Guard:
    """Return a guard that opens after two faults, for a second."""
    return Guard(kind, GuardOptions(budget=5.0, failures=2, pause=1.0), clock)
