"""Trails that are changed at once and written a moment later, many together, for stores on this machine.

A call changes its trail twice within milliseconds, and packing and writing it is what that costs. What was not written
yet is lost with the process; what another process wrote meanwhile is joined with it.
"""

import asyncio
from collections.abc import Callable
from itertools import islice
from typing import Final

from extproc.ports.errors import PortError
from extproc.sessions.trail import Trail
from extproc.stores.trails import Known, StateTrails

# How many trails are packed in one turn of the event loop, and how many may wait before others are written at once.
_CHUNK: Final = 16
_WAITING: Final = 4096


class TrailsBehind:
    """A `TrailStore` that writes `seconds` later, while `run` is running, and at once while it is not."""

    def __init__(self, trails: StateTrails, seconds: float) -> None:
        """Start with nothing to be written."""
        self._trails, self._seconds = trails, seconds
        self._pending: dict[str, Known] = {}
        self._writing: dict[str, Known] = {}
        self._changed = asyncio.Event()
        self._turn = asyncio.Lock()
        self._running = False

    async def of(self, key: str) -> Trail:
        """See `TrailStore`."""
        known = self._known(key)
        return known.trail if known is not None else await self._trails.of(key)

    async def update(self, key: str, change: Callable[[Trail], Trail], *, now: float) -> Trail:
        """See `TrailStore`."""
        known = self._known(key)
        if known is None:
            if not self._running or len(self._pending) >= _WAITING:
                return await self._trails.update(key, change, now=now)
            try:
                read = await self._trails.read(key)
            except PortError:
                return await self._trails.update(key, change, now=now)
            # Somebody else may have changed it while it was read.
            known = self._known(key) or read
        trail = change(known.trail)
        self._pending[key] = Known(trail=trail, contains=known.contains)
        self._changed.set()
        return trail

    async def run(self) -> None:
        """Write what was changed, until this is cancelled; then write the rest."""
        self._running = True
        try:
            while True:
                await self._changed.wait()
                await asyncio.sleep(self._seconds)
                self._changed.clear()
                await self.flush()
        finally:
            self._running = False
            await self.flush()

    async def flush(self) -> None:
        """Write everything that was changed."""
        async with self._turn:
            # What was being written when that was cancelled is written again.
            self._pending = {**self._writing, **self._pending}
            while self._pending:
                await self._write_some()

    async def _write_some(self) -> None:
        writing = self._writing = {key: self._pending.pop(key) for key in list(islice(self._pending, _CHUNK))}
        written = await asyncio.gather(*(self._trails.write(key, known) for key, known in writing.items()))
        for key, contains in zip(writing, written, strict=True):
            later = self._pending.get(key)
            if later is not None:
                self._pending[key] = Known(trail=later.trail, contains=contains)
        self._writing = {}

    def _known(self, key: str) -> Known | None:
        return self._pending.get(key) or self._writing.get(key)
