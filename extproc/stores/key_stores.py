"""The keys of all identity sources together: made from where they are, kept fresh in one task, and ready or not."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from extproc.ports import Clock, KeySource
from extproc.stores.jwks_file import FileKeys
from extproc.stores.jwks_url import KeyUrl, UrlKeys
from extproc.stores.key_ring import KeyRing


class KeyStores:
    """One store for each source; `sources` is what the engine asks."""

    def __init__(self, places: Mapping[str, KeyUrl | Path], clock: Clock) -> None:
        """Take where the keys of each source are: behind a URL or in a file."""
        self._changed = asyncio.Event()
        self._rings = {name: KeyRing(name, self._changed.set) for name in places}
        self._stores = {name: _store(place, self._rings[name], clock) for name, place in places.items()}
        self.sources: Mapping[str, KeySource] = self._stores

    def ready(self) -> dict[str, bool]:
        """Tell for each source whether there are keys."""
        return {name: ring.ready for name, ring in self._rings.items()}

    async def run(self, stop: asyncio.Event, changed: Callable[[], Awaitable[None]]) -> None:
        """Keep them fresh until stopped; `changed` is awaited after keys were read, or could not be."""
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(store.run()) for store in self._stores.values()]
            running.append(tasks.create_task(self._tell(changed)))
            await stop.wait()
            for task in running:
                task.cancel()

    async def _tell(self, changed: Callable[[], Awaitable[None]]) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            await changed()


def _store(place: KeyUrl | Path, ring: KeyRing, clock: Clock) -> FileKeys | UrlKeys:
    match place:
        case KeyUrl():
            return UrlKeys(place, ring, clock)
        case Path():
            return FileKeys(place, ring)
