"""The composition root: the only place where configuration becomes a running sidecar."""

import asyncio
import logging
import signal
import sys
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Final

import watchfiles
from prometheus_client import start_http_server

from extproc.clock import RandomIds, SystemClock
from extproc.config.faults import ConfigError, Fault
from extproc.config.policy_file import TeamPlace, load_policies
from extproc.config.settings_file import Config
from extproc.config.vocabulary import Vocabulary
from extproc.detection import make_detection
from extproc.engine.judging import Engine, Ports
from extproc.opinions import Opinions
from extproc.ports import PortError, Recorder
from extproc.server.servicer import Processor
from extproc.server.serving import ControlServer, ExtProcServer
from extproc.stores.detector_cache import EngineKind
from extproc.stores.key_stores import KeyStores
from extproc.stores.memory import MemoryHolds, MemorySessions, MemoryTools
from extproc.stores.recording import FileRecorder, NoRecorder
from extproc.stores.state import State, open_state
from extproc.stores.state_url import Memory
from extproc.stores.vault import MemoryVault
from extproc.telemetry.channels import Channels
from extproc.telemetry.decisions import DecisionLines
from extproc.telemetry.metrics import Metrics

_log: Final = logging.getLogger("extproc")


class App:
    """One sidecar process."""

    def __init__(self, config: Config, base: Path, state: State, metrics: Metrics) -> None:
        """Wire everything; `base` is the folder that the policy's paths are relative to."""
        self._config = config
        self._state = state
        self._places = config.places(base)
        inside = frozenset(config.inside)
        self._detection = make_detection(config.detection, base, threats=config.threats, inside=inside)
        self._vocabulary = Vocabulary(
            detection=self._detection,
            entities=self._detection.names(),
            channels=frozenset(config.channels),
            recording=config.recording.file is not None,
        )
        self._metrics = metrics
        self._holds = MemoryHolds()
        sink = sys.stdout.buffer if config.log.decisions else None
        self._lines = DecisionLines(sink, self._metrics, asyncio.get_running_loop().call_soon)
        clock = SystemClock()
        self._keys = KeyStores({name: keys.place(base) for name, keys in config.identity.keys().items()}, clock)
        self._channels = Channels({name: one.webhook() for name, one in config.channels.items()}, self._metrics)
        ports = Ports(
            sessions=MemorySessions(),
            tools=MemoryTools(),
            trails=state.trails,
            pins=state.pins,
            registry=state.registry,
            holds=self._holds,
            log=self._lines,
            outbox=self._channels,
            recorder=_recorder(config, base),
            clock=clock,
            ids=RandomIds(),
            keys=self._keys.sources,
            vault=MemoryVault(self._detection.key, clock.steady, config.detection.vault.values),
        )
        self._opinions = Opinions.of(config.threats.second_opinion, self._detection.key, ports, metrics)
        self._engine = Engine(
            settings=config.settings(),
            ports=ports,
            detection=self._detection,
            opinions=self._opinions.asked if self._opinions is not None else None,
        )
        processor = Processor(self._engine, self._metrics, streams=config.limits.streams)
        self._server = ExtProcServer(processor, body_bytes=config.limits.body_bytes)

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT, then drain."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stop.set)
        async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
            self._expose_metrics(stack)
            await self._server.start(self._config.listen.address, health_address=self._config.health.address)
            if self._config.control.socket:
                control = ControlServer(self._holds)
                await control.start(self._config.control.socket)
                stack.push_async_callback(control.stop)
            await self.load()
            tasks.create_task(self._watch(stop))
            tasks.create_task(asyncio.to_thread(self._detection.scanner.prepare))
            tasks.create_task(self._keys.run(stop, self._show_ready))
            notices = tasks.create_task(self._channels.run())
            writing = tasks.create_task(self._state.run())
            opinions = tasks.create_task(self._opinions.run()) if self._opinions is not None else None
            _log.info("listening on %s", self._config.listen.address)
            self._warn()
            await stop.wait()
            _log.info("draining for at most %s s", self._config.timeouts.drain)
            await self._server.drain(self._config.timeouts.drain)
            self._lines.flush()
            await self._channels.drain(self._config.timeouts.drain)
            notices.cancel()
            writing.cancel()
            if opinions is not None:
                opinions.cancel()

    async def load(self) -> None:
        """Read the policy; a bad file leaves the one in force, and says so."""
        try:
            # Beside the event loop: hundreds of layers take the better part of a second.
            policy = await asyncio.to_thread(load_policies, self._places, self._vocabulary)
        except ConfigError as error:
            self._metrics.policy_loaded(None)
            kept = self._engine.policy
            state = f"revision {kept.revision} stays in force" if kept else "nothing is served until it is mended"
            _log.error("policy not loaded, %s:\n%s", state, error)
            return
        if self._engine.policy is None or self._engine.policy.revision != policy.revision:
            self._engine.policy = policy
            self._metrics.policy_loaded(policy.revision)
            _log.info("policy revision %s is in force: %d rules", policy.revision, len(policy.rules))
        await self._show_ready()

    async def _show_ready(self) -> None:
        """Say whether a policy is in force and every identity source has keys; without, nobody could be served."""
        keys = self._keys.ready()
        await self._server.serving(ready=self._engine.policy is not None and all(keys.values()), parts=keys)

    async def _watch(self, stop: asyncio.Event) -> None:
        """Reload on a change in a folder of the policy: a mounted file is a symlink, and only its folder changes."""
        paths = [place.path if isinstance(place, TeamPlace) else place for place in self._places]
        folders = {path if path.is_dir() else path.parent for path in paths}
        with suppress(OSError):  # the folder is gone, or the system has no watches left
            async for _ in watchfiles.awatch(*folders, stop_event=stop, debounce=100, step=20):
                await self.load()
        if not stop.is_set():
            _log.error("a folder of the policy cannot be watched: changes need a restart")

    def _expose_metrics(self, stack: AsyncExitStack) -> None:
        if self._config.metrics.address is None:
            return
        host, _, port = self._config.metrics.address.rpartition(":")
        server, thread = start_http_server(int(port), host.strip("[]"), registry=self._metrics.registry)
        stack.callback(thread.join)
        stack.callback(server.server_close)
        stack.callback(server.shutdown)

    def _warn(self) -> None:
        engine, detectors = self._detection.engine, self._detection.detectors
        self._metrics.detects(engine, detectors)
        _log.info("searching with %d detectors by %s", detectors, engine)
        if engine == EngineKind.GATED:
            _log.warning("neither hyperscan nor re2 is installed: searching is slow, and large messages are incomplete")
        remote = self._config.state.options(folder=Path(), tenant="").address
        if self._config.detection.key_env is None and not isinstance(remote, Memory):
            _log.warning("detection.key_env is not set: what trails know by fingerprint ends with this process")
        for direction in sorted(self._engine.settings.fail_open):
            _log.warning("UNSAFE: unsafe_fail_open.%s lets messages pass unjudged when the sidecar fails", direction)


def _recorder(config: Config, base: Path) -> Recorder:
    """Return where messages are recorded; a file that cannot be opened is known at the start."""
    recording = config.recording
    if recording.file is None:
        return NoRecorder()
    path = base / recording.file
    try:
        return FileRecorder(path, max_bytes=recording.max_bytes)
    except OSError as error:
        message = f"cannot be opened: {error.strerror}"
        raise ConfigError([Fault(file=str(path), line=1, column=1, where="recording.file", message=message)]) from None


def serve(config: Config, base: Path) -> None:
    """Run a sidecar until it is told to stop."""
    import uvloop  # noqa: PLC0415 - only a serving process needs it

    logging.basicConfig(
        level=config.log.level.upper(), stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s"
    )

    for chatty in ("watchfiles", "httpx2", "httpcore2"):
        logging.getLogger(chatty).setLevel(logging.WARNING)

    async def run() -> None:
        metrics = Metrics()
        options = config.state.options(folder=base, tenant=config.detection.tenant)
        try:
            async with open_state(options, watch=metrics.state) as state:
                await App(config, base, state, metrics).run()  # gRPC's servers belong to the loop they are made in
        except PortError as error:
            raise ConfigError([Fault(file="the state", line=1, column=1, where="", message=str(error))]) from None

    uvloop.run(run())
