"""State in Redis beyond its contract: a server that dies, stalls, fills up or is strange, and what it is left with."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest

from extproc.ports.errors import PortError
from extproc.stores.redis_backend import RedisBackend
from extproc.stores.redis_client import RedisOptions
from extproc.stores.state_backend import EntryError, Kind, Place, kept
from tests.contract.backends import redis_backend
from tests.redis_server import RedisServer

TRAIL, OTHER = Place(Kind.TRAILS, "aa"), Place(Kind.TRAILS, "bb")
PIN = Place(Kind.PINS, "files", "read")
TIGHT = RedisOptions(connect_seconds=2.0, answer_seconds=0.05)
Steps = Callable[[RedisBackend], Awaitable[None]]


def run(server: RedisServer, steps: Steps, options: RedisOptions | None = None) -> None:
    async def opened() -> None:
        backend = redis_backend(server, options=options)
        try:
            await steps(backend)
        finally:
            await backend.close()

    asyncio.run(opened())


def test_a_server_that_dies_is_a_fault_at_once_and_is_used_again_when_it_is_back(redis_server: RedisServer) -> None:
    async def steps(backend: RedisBackend) -> None:
        first = kept(b"1")
        await asyncio.gather(*(backend.get(TRAIL) for _ in range(10)))
        await backend.put(TRAIL, first, known=None, ttl=60)
        redis_server.kill()
        for _ in range(3):
            with pytest.raises(
                PortError, match=r"redis://127\.0\.0\.1:\d+/0 did not do what was asked: ConnectionError"
            ):
                await backend.get(TRAIL)
        redis_server.start()
        assert await asyncio.gather(*(backend.get(TRAIL) for _ in range(10))) == [None] * 10
        lost = await backend.put(TRAIL, kept(b"2"), known=first.version, ttl=60)
        assert (lost.done, lost.kept) == (False, None)
        assert (await backend.put(TRAIL, first, known=None, ttl=60)).done

    run(redis_server, steps)


def test_a_server_that_stalls_is_a_fault_and_its_late_answers_reach_nobody(redis_server: RedisServer) -> None:
    async def steps(backend: RedisBackend) -> None:
        await backend.put(TRAIL, kept(b"mine"), known=None, ttl=60)
        await backend.put(OTHER, kept(b"other"), known=None, ttl=60)
        redis_server.freeze()
        with pytest.raises(PortError, match="TimeoutError"):
            await backend.get(TRAIL)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await backend.get(TRAIL)
        redis_server.thaw()
        found = await asyncio.gather(*(backend.get(OTHER) for _ in range(20)))
        assert {one.data if one else None for one in found} == {b"other"}

    run(redis_server, steps, RedisOptions(connect_seconds=2.0, answer_seconds=0.2))


def test_a_server_that_takes_connections_and_says_nothing_is_a_fault_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        silent = RedisServer(folder=None, port=port)  # type: ignore[arg-type] # it is never started

        async def steps(backend: RedisBackend) -> None:
            async with asyncio.timeout(2):
                with pytest.raises(PortError, match="TimeoutError"):
                    await backend.get(TRAIL)

        run(silent, steps, TIGHT)


def test_a_server_without_room_is_a_fault_until_it_has_some(redis_server: RedisServer) -> None:
    async def steps(backend: RedisBackend) -> None:
        redis_server.ask("CONFIG", "SET", "maxmemory", "1")
        with pytest.raises(PortError, match="did not do what was asked: OutOfMemoryError"):
            await backend.put(TRAIL, kept(b"1"), known=None, ttl=60)
        redis_server.ask("CONFIG", "SET", "maxmemory", "0")
        assert (await backend.put(TRAIL, kept(b"1"), known=None, ttl=60)).done

    run(redis_server, steps)


def test_a_full_server_forgets_other_trails_before_flagged_ones_and_pins_never(redis_server: RedisServer) -> None:
    async def steps(backend: RedisBackend) -> None:
        await backend.put(PIN, kept(b"pin"), known=None)
        for number in range(20):
            await backend.put(Place(Kind.TRAILS, f"f{number}"), kept(b"x" * 5000), known=None, ttl=86_400, flagged=True)
        redis_server.ask("CONFIG", "SET", "maxmemory-policy", "volatile-ttl")
        redis_server.ask("CONFIG", "SET", "maxmemory", str(4 << 20))
        for number in range(1000):
            assert (await backend.put(Place(Kind.TRAILS, str(number)), kept(b"x" * 5000), known=None, ttl=3600)).done
        assert await backend.get(PIN) is not None
        there = [await backend.get(Place(Kind.TRAILS, f"f{number}")) is not None for number in range(20)]
        assert all(there)
        others = [await backend.get(Place(Kind.TRAILS, str(number))) is not None for number in range(1000)]
        assert 0 < sum(others) < 1000

    run(redis_server, steps)


def test_the_server_itself_ends_trails_and_no_pins(redis_server: RedisServer) -> None:
    async def steps(backend: RedisBackend) -> None:
        await backend.put(TRAIL, kept(b"1"), known=None, ttl=60)
        await backend.put(PIN, kept(b"1"), known=None)
        left = {key: await backend._asked("PTTL", key) for key in await backend._asked("KEYS", "*")}
        assert 59_000 < left.pop(b"test:t:trails:{aa}") <= 60_000
        assert left == {b"test:t:pins": -1, b"test:t:pins:{files}": -1}

    run(redis_server, steps)


def test_an_entry_that_a_newer_version_wrote_is_not_taken_for_another(redis_server: RedisServer) -> None:
    async def steps(backend: RedisBackend) -> None:
        for value in ("\x02123456781234", "", "\x011234567"):
            redis_server.ask("SET", "test:t:trails:{aa}", value)
            with pytest.raises(EntryError, match="of a format that is not known"):
                await backend.get(TRAIL)

    run(redis_server, steps)


def test_there_are_never_more_connections_than_allowed(redis_server: RedisServer) -> None:
    async def steps(backend: RedisBackend) -> None:
        await asyncio.gather(*(backend.get(TRAIL) for _ in range(100)))
        clients = await backend._asked("CLIENT", "LIST")
        assert 1 <= len(clients.splitlines()) <= 3

    run(redis_server, steps, RedisOptions(connect_seconds=5, answer_seconds=5, connections=3))


def test_it_says_what_the_server_does_when_its_memory_is_full(redis_server: RedisServer) -> None:
    async def steps(backend: RedisBackend) -> None:
        assert await backend.eviction() == "noeviction"
        redis_server.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        assert await backend.eviction() == "allkeys-lru"

    run(redis_server, steps)
