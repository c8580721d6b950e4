"""The state of a running process in one place: pins, trails and servers, wherever an address says they are kept."""

import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final

from extproc.ports.errors import PortError
from extproc.ports.pins import PinStore
from extproc.ports.registry import ServerRegistry
from extproc.ports.trails import TrailStore
from extproc.stores.breaker import BreakerState
from extproc.stores.guard import Guard, GuardOptions, Watch
from extproc.stores.pins import StatePins
from extproc.stores.redis_backend import RedisBackend
from extproc.stores.redis_client import RedisOptions, redis_client
from extproc.stores.registry import StateServers
from extproc.stores.sqlite_backend import SqliteBackend
from extproc.stores.state_backend import Kind, Room, StateBackend
from extproc.stores.state_memory import MemoryBackend
from extproc.stores.state_url import Embedded, Memory, Remote, StateUrl, state_url
from extproc.stores.trails import StateTrails, TrailOptions
from extproc.stores.trails_behind import TrailsBehind

_log: Final = logging.getLogger("extproc")
# For a command line, nothing is urgent, and every fault is to be seen.
_PATIENT: Final = GuardOptions(budget=10.0, failures=1_000_000)
_PATIENT_BUSY: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StateOptions:
    """Where state is kept and how: `prefix` sets it apart in Redis, `fallback` are the kinds whose faults are bridged.

    `busy` is how long a write waits for other processes that share a file, in seconds.
    """

    address: StateUrl
    prefix: str = "mcp-extproc:default"
    room: Room = field(default_factory=Room)
    redis: RedisOptions = field(default_factory=RedisOptions)
    trails: TrailOptions = field(default_factory=TrailOptions)
    guard: GuardOptions = field(default_factory=GuardOptions)
    fallback: frozenset[Kind] = frozenset(Kind)
    busy: float = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The stores, how their breakers stand now, and what is to run beside them until it is cancelled.

    Without `run` every change of a trail is written before it is answered.
    """

    pins: PinStore
    trails: TrailStore
    registry: ServerRegistry
    breakers: Callable[[], Mapping[Kind, BreakerState]]
    run: Callable[[], Coroutine[Any, Any, None]]


@asynccontextmanager
async def open_state(
    where: str | StateOptions,
    *,
    now: Callable[[], float] = time.time,  # noqa: TID251 - what is kept outlives processes, and so do its times
    steady: Callable[[], float] = time.monotonic,
    watch: Watch | None = None,
) -> AsyncIterator[State]:
    """Open what keeps state. With an address alone it is for a command line: nothing is urgent, each fault is raised.

    Raises: `PortError` when a file cannot be used; Redis need not answer yet.
    """
    options = patient(_options(where)) if isinstance(where, str) else where
    backend = await _backend(options, now)
    guards = {kind: Guard(kind, options.guard, steady, watch) for kind in Kind}
    fallback = options.fallback
    trails = StateTrails(backend, guards[Kind.TRAILS], now, options.trails, fallback=Kind.TRAILS in fallback)
    # Who wants each fault of the store to be one of the call must hear of it before the call goes on.
    behind = options.trails.behind if backend.local and Kind.TRAILS in fallback else 0.0
    writer = TrailsBehind(trails, behind)
    try:
        yield State(
            pins=StatePins(backend, guards[Kind.PINS], fallback=Kind.PINS in fallback),
            trails=writer if behind else trails,
            registry=StateServers(backend, guards[Kind.SERVERS], steady, fallback=Kind.SERVERS in fallback),
            breakers=lambda: {kind: guard.state for kind, guard in guards.items()},
            run=writer.run,
        )
    finally:
        await writer.flush()
        with suppress(PortError):
            await backend.close()


def patient(options: StateOptions) -> StateOptions:
    """Return the options as a command line needs them."""
    redis = replace(options.redis, connect_seconds=3.0, answer_seconds=5.0)
    return replace(options, redis=redis, guard=_PATIENT, fallback=frozenset(), busy=_PATIENT_BUSY)


def _options(text: str) -> StateOptions:
    try:
        return StateOptions(address=state_url(text))
    except ValueError as error:
        raise PortError(f"the address of the state {error}") from None


async def _backend(options: StateOptions, now: Callable[[], float]) -> StateBackend:
    match options.address:
        case Memory():
            _log.warning("state is kept in memory: pins and trails end with this process")
            return MemoryBackend(now, options.room)
        case Embedded(path=path):
            return await SqliteBackend.open(path, now, options.room, busy=options.busy)
        case Remote() as remote:
            client = redis_client(remote, options.redis)
            backend = RedisBackend(client, prefix=options.prefix, shown=str(remote), room=options.room)
            await _looked_at(backend, str(remote))
            return backend


async def _looked_at(backend: RedisBackend, shown: str) -> None:
    """Say at the start what an operator should know of the server; nothing of it keeps us from starting."""
    try:
        policy = await backend.eviction()
    except PortError as error:
        if "NoPermissionError" not in str(error):
            _log.warning("%s, until it does the fail modes of state are in force", error)
        return
    if "allkeys" in policy:
        _log.warning("%s may forget pins when its memory is full: maxmemory-policy is %s", shown, policy)
