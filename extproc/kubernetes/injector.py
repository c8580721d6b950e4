"""The injector as a process: its listeners, its template and its certificate, until SIGTERM."""

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import watchfiles

from extproc.clock import SystemClock
from extproc.config.faults import ConfigError
from extproc.kubernetes.account import Account, in_cluster
from extproc.kubernetes.api import Api
from extproc.kubernetes.certificates import Material
from extproc.kubernetes.endpoint import inject_app
from extproc.kubernetes.keeper import Keeper, Pauses
from extproc.kubernetes.serving import Listener, health_app
from extproc.kubernetes.settings import Files, InjectorConfig, SelfSigned, address
from extproc.kubernetes.telemetry import InjectorMetrics, Reloaded
from extproc.kubernetes.template import Template, read_template
from extproc.kubernetes.tls import ServedCertificate

_log: Final = logging.getLogger("extproc.kubernetes")


class Injector:
    """One process."""

    def __init__(self, config: InjectorConfig, base: Path) -> None:
        """Take the configuration; `base` is the folder that its paths are relative to."""
        self._config = config
        self._base = base
        self._metrics = InjectorMetrics()
        self._served = ServedCertificate()
        self._template: Template | None = None
        self._clock = SystemClock()
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT. Raises: `NoClusterError`, `OSError` when a port cannot be had."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._stop.set)
        template = self._base / self._config.template
        self._load_template(template)
        async with AsyncExitStack() as stack:
            health = stack.enter_context(
                Listener(health_app(self._missing, self._metrics.registry), address(self._config.health))
            )
            app = inject_app(lambda: self._template, self._config.rules(), self._metrics)
            reviews = stack.enter_context(Listener(app, address(self._config.listen), self._served.context))
            tending = await self._tending(stack)
            async with asyncio.TaskGroup() as tasks:
                listening = [tasks.create_task(one.run_until_told()) for one in (health, reviews)]
                background = [
                    tasks.create_task(tending),
                    tasks.create_task(self._watch([template], lambda: self._load_template(template))),
                ]
                _log.info("listening on %s", self._config.listen)
                await self._stop.wait()
                _log.info("ending in %g s", self._config.drain)
                await asyncio.sleep(self._config.drain)  # until nobody sends us anything any more
                reviews.end()
                health.end()
                await asyncio.wait(listening)
                for task in background:
                    task.cancel()

    async def _tending(self, stack: AsyncExitStack) -> Coroutine[None, None, None]:
        """Return what looks after the certificate."""
        match self._config.certificates:
            case SelfSigned() as settings:
                account = Account(in_cluster(os.environ, Path(self._config.service_account)))
                api = await stack.enter_async_context(Api(account))
                pauses = Pauses(look=settings.every, settle=min(Pauses().settle, settings.every))
                return Keeper(api, settings, self._serve, self._clock, pauses).run(self._stop)
            case Files() as files:
                self._load_files(files)
                paths = [self._base / files.certificate, self._base / files.key]
                return self._watch(paths, lambda: self._load_files(files))

    def _missing(self) -> Sequence[str]:
        """Say what is missing for serving; probes take us out of the Service for it."""
        lacks = []
        if self._stop.is_set():
            lacks.append("it is ending")
        if self._template is None:
            lacks.append("no template is in force")
        if self._served.ends is None or self._served.ends <= self._clock.now():
            lacks.append("no certificate is in force")
        return lacks

    def _load_template(self, path: Path) -> None:
        """Read the template; a bad one leaves the one in force, and says so."""
        try:
            template = read_template(path)
        except ConfigError as error:
            self._metrics.reloaded(Reloaded.TEMPLATE, good=False)
            kept = "the last one stays in force" if self._template else "nothing is injected until it is mended"
            _log.error("template not loaded, %s:\n%s", kept, error)
            return
        self._metrics.reloaded(Reloaded.TEMPLATE, good=True)
        if self._template is None or self._template.digest != template.digest:
            self._template = template
            _log.info("template %s is in force", template.digest)

    def _load_files(self, files: Files) -> None:
        try:
            chain, key = (self._base / files.certificate).read_bytes(), (self._base / files.key).read_bytes()
            self._served.load(chain, key)
        except (OSError, ValueError) as error:
            self._metrics.reloaded(Reloaded.CERTIFICATE, good=False)
            reason = error.strerror if isinstance(error, OSError) else str(error)
            kept = "the last one is served on" if self._served.ends is not None else "nothing is served"
            _log.error("certificate not loaded, %s: %s", kept, reason)
            return
        self._in_force()

    def _serve(self, material: Material) -> None:
        self._served.load(material.chain, material.key)
        self._in_force()

    def _in_force(self) -> None:
        self._metrics.reloaded(Reloaded.CERTIFICATE, good=True)
        self._metrics.serves_until(self._served.ends or 0.0)

    async def _watch(self, paths: Sequence[Path], load: Callable[[], None]) -> None:
        """Load again on a change in a folder: a mounted file is a symlink, and only its folder changes."""
        try:
            async for _ in watchfiles.awatch(
                *{path.parent for path in paths}, stop_event=self._stop, debounce=100, step=20
            ):
                load()
        except OSError:
            _log.error("%s cannot be watched: changes need a restart", paths[0].parent)


def serve(config: InjectorConfig, base: Path) -> None:
    """Run the injector until it is told to stop."""
    import uvloop  # noqa: PLC0415 - only a serving process needs it

    async def run() -> None:
        await Injector(config, base).run()

    uvloop.run(run())
