"""One at a time for each key: those of one process that change the same entry do not race one another."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from extproc.stores.state_backend import EntryError


@dataclass(slots=True)
class _Line:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    people: int = 0


class Turns:
    """Hands out turns by key; whoever waited for longer than `seconds` gets none."""

    def __init__(self, seconds: float) -> None:
        """Start with nobody waiting."""
        self._seconds = seconds
        self._lines: dict[str, _Line] = {}

    @asynccontextmanager
    async def of(self, key: str) -> AsyncIterator[None]:
        """Have a turn. Raises: `EntryError` when it does not come in time, for the key is at fault, not its store."""
        line = self._lines.setdefault(key, _Line())
        line.people += 1
        try:
            await self._acquire(line.lock)
            try:
                yield
            finally:
                line.lock.release()
        finally:
            line.people -= 1
            if not line.people:
                del self._lines[key]

    async def _acquire(self, lock: asyncio.Lock) -> None:
        if not lock.locked():
            await lock.acquire()
            return
        try:
            async with asyncio.timeout(self._seconds):
                await lock.acquire()
        except TimeoutError:
            raise EntryError("too many change the same entry at once") from None
