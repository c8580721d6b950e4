"""What the registry of servers keeps to on every backend: the last that was put of each counts, in order of names."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from extproc.pins.entries import ServerEntry
from extproc.ports.registry import ServerRegistry
from extproc.stores.guard import Guard, GuardOptions
from extproc.stores.registry import StateServers
from extproc.stores.state_backend import Kind
from tests.contract.backends import Bench, Opening

_Answer = TypeVar("_Answer")
FILES, MAIL = (ServerEntry(server=name, first_seen=1.0, given_name=f"the {name}") for name in ("files", "mail"))


def store(bench: Bench) -> ServerRegistry:
    return StateServers(
        bench.backend, Guard(Kind.SERVERS, GuardOptions(budget=10), bench.clock), bench.clock, fallback=False
    )


def run(opening: Opening, steps: Callable[[Bench], Awaitable[_Answer]]) -> _Answer:
    async def opened() -> _Answer:
        async with opening(None) as bench:
            return await steps(bench)

    return asyncio.run(opened())


def test_every_server_is_listed_in_order_on_every_replica(opening: Opening) -> None:
    async def steps(bench: Bench) -> None:
        here, there = store(bench), store(bench)
        assert await here.all() == ()
        for entry in (MAIL, FILES, FILES):
            await here.put(entry)
        assert await here.all() == await there.all() == (FILES, MAIL)

    run(opening, steps)


def test_what_was_put_last_of_a_server_counts(opening: Opening) -> None:
    renamed = replace(FILES, given_name="other")

    async def steps(bench: Bench) -> None:
        here, there = store(bench), store(bench)
        await here.put(FILES)
        await there.put(renamed)
        assert await there.all() == (renamed,)
        await here.put(FILES)
        await bench.elapse(5)
        assert await here.all() == await there.all() == (FILES,)

    run(opening, steps)
