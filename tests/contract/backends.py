"""What the contract of state is asked of: every backend, with a way to let time pass."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from extproc.stores.redis_backend import RedisBackend
from extproc.stores.redis_client import RedisOptions, redis_client
from extproc.stores.sqlite_backend import SqliteBackend
from extproc.stores.state_backend import Room, StateBackend
from extproc.stores.state_memory import MemoryBackend
from extproc.stores.state_url import Remote, state_url
from tests.redis_server import RedisServer


class Time:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass(slots=True, kw_only=True)
class Bench:
    """A backend, its clock, and what lets time pass for it."""

    backend: StateBackend
    clock: Time
    elapse: Callable[[float], Awaitable[None]]


Opening = Callable[[Room | None], AbstractAsyncContextManager[Bench]]


def memory() -> Opening:
    @asynccontextmanager
    async def opened(room: Room | None) -> AsyncIterator[Bench]:
        clock = Time()
        yield Bench(backend=MemoryBackend(clock, room), clock=clock, elapse=by(clock))

    return opened


def sqlite(path: Path) -> Opening:
    @asynccontextmanager
    async def opened(room: Room | None) -> AsyncIterator[Bench]:
        clock = Time()
        backend = await SqliteBackend.open(path, clock, room, busy=5.0)
        try:
            yield Bench(backend=backend, clock=clock, elapse=by(clock))
        finally:
            await backend.close()

    return opened


def redis(server: RedisServer) -> Opening:
    @asynccontextmanager
    async def opened(room: Room | None) -> AsyncIterator[Bench]:
        clock = Time()
        backend = redis_backend(server, room)
        try:
            yield Bench(backend=backend, clock=clock, elapse=in_redis(backend, clock))
        finally:
            await backend.close()

    return opened


def redis_backend(
    server: RedisServer, room: Room | None = None, options: RedisOptions | None = None, prefix: str = "test:t"
) -> RedisBackend:
    address = state_url(server.url)
    assert isinstance(address, Remote)
    patient = options or RedisOptions(connect_seconds=5.0, answer_seconds=5.0)
    return RedisBackend(redis_client(address, patient), prefix=prefix, shown=str(address), room=room)


def by(clock: Time) -> Callable[[float], Awaitable[None]]:
    async def elapse(seconds: float) -> None:
        clock.now += seconds

    return elapse


def in_redis(backend: RedisBackend, clock: Time) -> Callable[[float], Awaitable[None]]:
    """Bring the end of every key nearer, for the server has a clock of its own."""

    async def elapse(seconds: float) -> None:
        clock.now += seconds
        for key in await backend._asked("KEYS", "*"):
            left = await backend._asked("PTTL", key)
            if left >= 0:
                await backend._asked("PEXPIRE", key, left - round(seconds * 1000))

    return elapse
