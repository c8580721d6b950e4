"""The collector as a process: it follows ConfigMaps and the floor, until SIGTERM.

While the API server cannot be reached, what is there counts on. It is ready once it has seen all there was.
"""

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

import watchfiles

from extproc.config.vocabulary import Vocabulary
from extproc.kubernetes.account import FOLDER, Account, in_cluster
from extproc.kubernetes.api import Api
from extproc.kubernetes.collector import Collector
from extproc.kubernetes.documents import Caps
from extproc.kubernetes.folder import Folder
from extproc.kubernetes.resources import CONFIG_MAPS
from extproc.kubernetes.serving import Listener, health_app
from extproc.kubernetes.settings import address
from extproc.kubernetes.telemetry import CollectorMetrics
from extproc.kubernetes.values import text
from extproc.kubernetes.watching import Backoff, Change, Changed, Gone, Listed, Lost, follow
from extproc.model.message import JsonObject

_log: Final = logging.getLogger("extproc.kubernetes")
_MOST_WAITING: Final = 1000
_DISK_PAUSE: Final = 5.0

_News: TypeAlias = tuple[str | None, Change]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collecting:
    """What is collected from where to where; `namespaces` is None for all of them.

    The sidecar reads all policies anew when one changes, so changes are at least `every` so many seconds apart.
    """

    output: Path
    floor: Sequence[Path]
    label: str
    namespaces: Sequence[str] | None = None
    caps: Caps = field(default_factory=Caps)
    health: str
    service_account: Path = FOLDER
    every: float = 2.0
    backoff: Backoff = field(default_factory=Backoff)


class Policies:
    """One process."""

    def __init__(self, wanted: Collecting, vocabulary: Vocabulary) -> None:
        """Read the floor and the folder. Raises: `ConfigError`, `OSError`."""
        self._wanted = wanted
        self._metrics = CollectorMetrics()
        self._collector = Collector(Folder(wanted.output), wanted.floor, vocabulary, self._metrics, wanted.caps)
        self._stop = asyncio.Event()
        self._news: asyncio.Queue[_News] = asyncio.Queue(_MOST_WAITING)
        self._turn = asyncio.Lock()
        self._unseen: set[str | None] = {None} if wanted.namespaces is None else {*wanted.namespaces}
        if wanted.namespaces is not None:
            self._collector.forget_others(wanted.namespaces)

    async def run(self) -> None:
        """Collect until SIGTERM or SIGINT. Raises: `NoClusterError`, `OSError` when the port cannot be had."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._stop.set)
        account = Account(in_cluster(os.environ, self._wanted.service_account))
        app = health_app(self._missing, self._metrics.registry)
        with Listener(app, address(self._wanted.health)) as health:
            async with Api(account) as api, asyncio.TaskGroup() as tasks:
                await self._collect(api, health, tasks)

    async def _collect(self, api: Api, health: Listener, tasks: asyncio.TaskGroup) -> None:
        listening = tasks.create_task(health.run_until_told())
        background = [
            tasks.create_task(self._work()),
            tasks.create_task(self._watch_floor()),
            *(tasks.create_task(self._follow(api, namespace)) for namespace in sorted(self._unseen, key=str)),
        ]
        _log.info("collecting ConfigMaps with %s", self._wanted.label)
        await self._stop.wait()
        health.end()
        await asyncio.wait([listening])
        for task in background:
            task.cancel()

    def _missing(self) -> Sequence[str]:
        return () if self._collector.complete else ("the API server has not told yet what there is",)

    async def _follow(self, api: Api, namespace: str | None) -> None:
        changes = follow(api, CONFIG_MAPS, namespace=namespace, labels=self._wanted.label, backoff=self._wanted.backoff)
        async for change in changes:
            if isinstance(change, Lost):
                self._metrics.lost()
                _log.error("ConfigMaps cannot be followed, what is there counts on: %s", change.reason)
            else:
                await self._news.put((namespace, change))

    async def _work(self) -> None:
        """Take in news, all that wait at once: a ConfigMap that changes all the time is looked at once for all."""
        while True:
            waiting = [await self._news.get()]
            while not self._news.empty():
                waiting.append(self._news.get_nowait())
            pending: dict[tuple[str, str], tuple[JsonObject, bool]] = {}
            for namespace, change in waiting:
                match change:
                    case Listed(objects=found):
                        await self._take(pending)
                        await self._on_disk(partial(self._listed, found, namespace))
                    case Changed(object=one) | Gone(object=one):
                        place = text(one, "metadata", "namespace"), text(one, "metadata", "name")
                        pending[place] = (one, isinstance(change, Gone))
                    case Lost():
                        pass  # told where it was noticed
            await self._take(pending)
            await asyncio.sleep(self._wanted.every)

    async def _take(self, pending: dict[tuple[str, str], tuple[JsonObject, bool]]) -> None:
        if pending:
            there = [one for one, gone in pending.values() if not gone]
            away = [one for one, gone in pending.values() if gone]
            pending.clear()
            await self._on_disk(lambda: self._collector.changed(there, away))

    def _listed(self, found: Sequence[JsonObject], within: str | None) -> None:
        self._collector.listed(found, within=within)
        self._unseen.discard(within)
        if not self._unseen:
            self._collector.completed()

    async def _on_disk(self, act: Callable[[], None]) -> None:
        """Do one thing in a thread, one at a time; a disk that does not take it is asked again."""
        async with self._turn:
            while True:
                try:
                    await asyncio.to_thread(act)
                except OSError as error:
                    _log.error("the folder cannot be written, it is tried again: %s", error.strerror)
                    await asyncio.sleep(_DISK_PAUSE)
                    act = self._repeated(act)
                else:
                    return

    def _repeated(self, act: Callable[[], None]) -> Callable[[], None]:
        def both() -> None:
            self._collector.again()
            act()

        return both

    async def _watch_floor(self) -> None:
        """Read the floor again on a change in its folders: a mounted file is a symlink, and only its folder changes."""
        folders = {path if path.is_dir() else path.parent for path in self._wanted.floor}
        try:
            async for _ in watchfiles.awatch(*folders, stop_event=self._stop, debounce=100, step=20):
                await self._on_disk(self._collector.floor_changed)
        except OSError:
            _log.error("a folder of the floor cannot be watched: changes need a restart")


def collect(wanted: Collecting, vocabulary: Vocabulary) -> None:
    """Run the collector until it is told to stop."""
    import uvloop  # noqa: PLC0415 - only a serving process needs it

    async def run() -> None:
        await Policies(wanted, vocabulary).run()

    uvloop.run(run())
