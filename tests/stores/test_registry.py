"""The registry of servers while its store fails, and how often it is asked."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from extproc.pins.entries import ServerEntry
from extproc.ports.errors import PortError
from extproc.stores.registry import StateServers
from extproc.stores.state_backend import Kind, Place, StateBackend, kept
from extproc.stores.state_memory import MemoryBackend
from tests.contract.backends import Time
from tests.stores.faulty import Line, guard

FILES, MAIL = (ServerEntry(server=name, first_seen=1.0) for name in ("files", "mail"))


@dataclass(slots=True, kw_only=True)
class World:
    """A replica and its line to a store."""

    clock: Time
    store: StateBackend
    line: Line
    servers: StateServers


def run(steps: Callable[[World], Awaitable[None]], *, fallback: bool = True) -> None:
    async def made() -> None:
        clock = Time()
        store = MemoryBackend(clock)
        line = Line(store)
        servers = StateServers(line, guard(Kind.SERVERS, clock), clock, fallback=fallback)
        await steps(World(clock=clock, store=store, line=line, servers=servers))

    asyncio.run(made())


def test_while_the_store_fails_the_last_servers_are_known_and_new_ones_are_skipped() -> None:
    async def steps(at: World) -> None:
        await at.servers.put(FILES)
        assert await at.servers.all() == (FILES,)
        at.line.down = True
        at.clock.now += 10
        await at.servers.put(MAIL)
        assert await at.servers.all() == (FILES,)

    run(steps)


def test_where_it_is_configured_so_a_fault_of_the_store_is_one_of_the_call() -> None:
    async def steps(at: World) -> None:
        at.line.down = True
        with pytest.raises(PortError):
            await at.servers.put(FILES)
        with pytest.raises(PortError):
            await at.servers.all()

    run(steps, fallback=False)


def test_a_remote_store_is_asked_for_all_servers_every_few_seconds_only() -> None:
    async def steps(at: World) -> None:
        for _ in range(10):
            await at.servers.all()
        assert at.line.asked == 1
        at.clock.now += 5
        await at.servers.all()
        assert at.line.asked == 2

    run(steps)


def test_what_is_known_already_is_not_written_again() -> None:
    async def steps(at: World) -> None:
        await at.servers.put(FILES)
        before = await at.store.get(Place(Kind.SERVERS, "all", "files"))
        await at.servers.put(FILES)
        assert await at.store.get(Place(Kind.SERVERS, "all", "files")) == before

    run(steps)


def test_an_entry_that_cannot_be_read_leaves_the_others() -> None:
    async def steps(at: World) -> None:
        await at.store.put(Place(Kind.SERVERS, "all", "chat"), kept(b"\xff"), known=None)
        await at.servers.put(FILES)
        assert await at.servers.all() == (FILES,)

    run(steps)
