"""What the store of pins keeps to on every backend: a pin is replaced only by who saw the last one."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from extproc.pins.pin import Pin, PinStatus, Version
from extproc.ports.pins import PinStore
from extproc.stores.guard import Guard, GuardOptions
from extproc.stores.pins import StatePins
from extproc.stores.state_backend import Kind
from tests.contract.backends import Bench, Opening

_Answer = TypeVar("_Answer")


def pin(server: str, name: str, text: str = "{}") -> Pin:
    version = Version(digest=f"{name}-{text}", cosmetic=f"c-{name}", text=text)
    return Pin(server=server, name=name, status=PinStatus.PENDING, current=version, first_seen=1.0, changed_at=1.5)


def store(bench: Bench) -> PinStore:
    return StatePins(bench.backend, Guard(Kind.PINS, GuardOptions(budget=10), bench.clock), fallback=False)


def run(opening: Opening, steps: Callable[[Bench], Awaitable[_Answer]]) -> _Answer:
    async def opened() -> _Answer:
        async with opening(None) as bench:
            return await steps(bench)

    return asyncio.run(opened())


def test_a_pin_is_found_by_its_tool_its_server_and_among_all(opening: Opening) -> None:
    pins = [pin("files", "read"), pin("files", "write"), pin("mail", "read")]

    async def steps(bench: Bench) -> None:
        here, there = store(bench), store(bench)
        for one in reversed(pins):
            assert await here.put(one, known=None)
        for each in (here, there):
            assert await each.of("files", "write") == pins[1]
            assert list((await each.of_server("files")).items()) == [("read", pins[0]), ("write", pins[1])]
            assert await each.all() == tuple(pins)
            assert (await each.of("files", "send"), await each.of_server("chat")) == (None, {})

    run(opening, steps)


def test_a_pin_is_replaced_only_by_who_saw_the_last_one(opening: Opening) -> None:
    first, second = pin("files", "read"), pin("files", "read", "changed")

    async def steps(bench: Bench) -> None:
        here, there = store(bench), store(bench)
        assert await here.put(first, known=second) is False
        assert await here.put(first, known=None) is True
        assert await there.put(second, known=None) is False
        assert await there.put(second, known=first) is True
        assert await here.put(replace(first, reason="late"), known=first) is False
        assert (await here.of("files", "read"), await there.of("files", "read")) == (second, second)

    run(opening, steps)


def test_a_decision_made_elsewhere_is_seen_at_once(opening: Opening) -> None:
    first = pin("files", "read")
    approved = replace(first, status=PinStatus.APPROVED, approved=first.current, decided_by="ada", decided_at=2.0)

    async def steps(bench: Bench) -> None:
        here, there = store(bench), store(bench)
        assert await here.put(first, known=None)
        assert await here.of("files", "read") == first
        assert await there.put(approved, known=first)
        assert await here.of("files", "read") == approved
        assert await here.of_server("files") == {"read": approved}

    run(opening, steps)


def test_a_pin_that_was_removed_is_gone_everywhere(opening: Opening) -> None:
    first = pin("files", "read")

    async def steps(bench: Bench) -> None:
        here, there = store(bench), store(bench)
        await here.put(first, known=None)
        assert await there.of("files", "read") == first
        await here.remove("files", "read")
        await here.remove("files", "read")
        assert (await there.of("files", "read"), await there.all()) == (None, ())
        assert await there.put(first, known=None) is True

    run(opening, steps)
