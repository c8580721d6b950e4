"""Opening state by its address: with short budgets for decisions, patiently for a command line, faults said."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from extproc.pins.pin import Pin, PinStatus, Version
from extproc.ports.errors import PortError
from extproc.ports.trails import PARTIAL
from extproc.stores.breaker import BreakerState
from extproc.stores.guard import Ended, GuardOptions
from extproc.stores.redis_client import RedisOptions
from extproc.stores.state import StateOptions, open_state, patient
from extproc.stores.state_backend import Kind
from extproc.stores.state_url import state_url
from tests.redis_server import RedisServer

PIN = Pin(
    server="files",
    name="read",
    status=PinStatus.PENDING,
    current=Version(digest="d", cosmetic="c", text="{}"),
    first_seen=1.0,
    changed_at=1.0,
)


def test_what_one_command_kept_the_next_one_reads(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path / 'state.db'}"

    async def steps() -> None:
        async with open_state(url) as state:
            assert await state.pins.put(PIN, known=None)
        async with open_state(url) as state:
            assert await state.pins.all() == (PIN,)

    asyncio.run(steps())


def test_a_sidecar_that_runs_sees_what_a_command_decides(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path / 'state.db'}"

    async def steps() -> None:
        async with open_state(StateOptions(address=state_url(url))) as sidecar:
            assert await sidecar.pins.of("files", "read") is None
            async with open_state(url) as command:
                await command.pins.put(PIN, known=None)
            assert await sidecar.pins.of("files", "read") == PIN

    asyncio.run(steps())


def test_an_address_or_a_file_that_cannot_be_used_says_so(tmp_path: Path) -> None:
    async def opened(url: str) -> None:
        async with open_state(url):
            raise AssertionError("it was opened")

    (tmp_path / "state.db").write_bytes(b"no database" * 100)
    for url, reason in (
        ("mysql://:hush@host", r"the address of the state must be memory:"),
        (f"sqlite://{tmp_path / 'state.db'}", r"state\.db: file is not a database"),
    ):
        with pytest.raises(PortError, match=reason) as caught:
            asyncio.run(opened(url))
        assert "hush" not in str(caught.value)


def test_state_in_memory_is_said_to_end(caplog: pytest.LogCaptureFixture) -> None:
    async def steps() -> None:
        async with open_state("memory:") as state:
            assert await state.registry.all() == ()

    asyncio.run(steps())
    assert [record.message for record in caplog.records] == [
        "state is kept in memory: pins and trails end with this process"
    ]


def test_a_sidecar_starts_without_its_redis_and_uses_it_once_it_is_there(
    redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[tuple[Kind, str, Ended]] = []
    now = [0.0]
    options = StateOptions(
        address=state_url(redis_server.url),
        redis=RedisOptions(connect_seconds=5.0, answer_seconds=5.0),
        guard=GuardOptions(budget=5.0, failures=1, pause=1.0),
    )
    redis_server.kill()

    async def steps() -> None:
        async with open_state(
            options, steady=lambda: now[0], watch=lambda kind, name, ended, _: seen.append((kind, name, ended))
        ) as state:
            assert PARTIAL in (await state.trails.of("a")).labels
            assert PARTIAL in (await state.trails.update("a", lambda trail: trail, now=1.0)).labels
            assert state.breakers()[Kind.TRAILS] is BreakerState.OPEN
            assert state.breakers()[Kind.PINS] is BreakerState.CLOSED
            with pytest.raises(PortError):
                await state.pins.of("files", "read")
            redis_server.start()
            now[0] = 1.0
            assert PARTIAL not in (await state.trails.of("a")).labels
            assert await state.pins.of("files", "read") is None

    asyncio.run(steps())
    assert "until it does the fail modes of state are in force" in caplog.records[0].message
    assert [entry for entry in seen if entry[0] is Kind.TRAILS] == [
        (Kind.TRAILS, "read", Ended.FAILED),
        (Kind.TRAILS, "update", Ended.SKIPPED),
        (Kind.TRAILS, "read", Ended.DONE),
    ]


def test_a_redis_that_may_forget_pins_is_named(redis_server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    redis_server.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")

    async def steps() -> None:
        async with open_state(redis_server.url):
            pass

    asyncio.run(steps())
    assert "may forget pins when its memory is full: maxmemory-policy is allkeys-lru" in caplog.text


def test_a_decision_waits_no_longer_than_its_budget_and_hardly_at_all_once_the_breaker_is_open(
    redis_server: RedisServer,
) -> None:
    options = StateOptions(address=state_url(redis_server.url), guard=GuardOptions(budget=0.02, failures=3, pause=60.0))

    async def steps() -> list[float]:
        loop = asyncio.get_running_loop()
        taken = []
        async with open_state(options) as state:
            await state.trails.of("a")
            redis_server.freeze()
            for _ in range(103):
                begun = loop.time()
                await state.trails.of("a")
                taken.append(loop.time() - begun)
            redis_server.thaw()
        return taken

    with suppress(PortError):
        taken = asyncio.run(steps())
    assert all(0.019 < seconds < 0.5 for seconds in taken[:3])
    assert sorted(taken[3:])[50] < 0.001


def test_a_command_line_waits_and_bridges_no_fault() -> None:
    options = patient(
        StateOptions(address=state_url("redis://localhost"), prefix="p", redis=RedisOptions(cluster=True))
    )
    assert (options.prefix, options.redis.cluster, options.fallback) == ("p", True, frozenset())
    assert options.guard.budget > 1 < options.redis.answer_seconds
