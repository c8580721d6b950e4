"""A guard: each operation has a budget, a store that keeps failing is not asked, and recovery needs no restart."""

import asyncio
import logging

import pytest

from extproc.ports.errors import PortError
from extproc.stores.breaker import BreakerState
from extproc.stores.guard import Ended, Guard, GuardOptions
from extproc.stores.state_backend import EntryError, Kind


class Time:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def answer() -> int:
    return 7


async def fault() -> int:
    raise PortError("it is down")


async def bad_entry() -> int:
    raise EntryError("it cannot be read")


async def never() -> int:
    await asyncio.get_running_loop().create_future()
    return 0


async def failed(guard: Guard, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(PortError):
            await guard.run("read", fault)


def test_an_answer_is_passed_on_and_told() -> None:
    seen: list[tuple[Kind, str, Ended]] = []
    guard = Guard(Kind.PINS, GuardOptions(), Time(), lambda kind, name, ended, _: seen.append((kind, name, ended)))
    assert asyncio.run(guard.run("read", answer)) == 7
    assert seen == [(Kind.PINS, "read", Ended.DONE)]


def test_an_operation_over_its_budget_is_a_fault() -> None:
    seen: list[Ended] = []
    guard = Guard(Kind.PINS, GuardOptions(budget=0.005, failures=1), Time(), lambda *told: seen.append(told[2]))
    with pytest.raises(PortError, match="the store of pins did not answer within 5 ms"):
        asyncio.run(guard.run("read", never))
    assert (seen, guard.state) == ([Ended.LATE], BreakerState.OPEN)


def test_an_answer_that_came_while_the_loop_was_busy_counts() -> None:
    async def steps() -> int:
        loop = asyncio.get_running_loop()
        arriving: asyncio.Future[int] = loop.create_future()

        def busy() -> None:
            end = loop.time() + 0.03
            while loop.time() < end:
                pass
            loop.call_soon(arriving.set_result, 7)

        async def work() -> int:
            loop.call_soon(busy)
            return await arriving

        return await Guard(Kind.PINS, GuardOptions(budget=0.005), Time()).run("read", work)

    assert asyncio.run(steps()) == 7


def test_a_store_that_keeps_failing_is_not_asked_until_a_pause_is_over(caplog: pytest.LogCaptureFixture) -> None:
    clock, seen = Time(), list[Ended]()
    guard = Guard(Kind.TRAILS, GuardOptions(failures=3, pause=1.0), clock, lambda *told: seen.append(told[2]))

    async def steps() -> None:
        await failed(guard, 3)
        with pytest.raises(PortError, match="is not asked for now"):
            await guard.run("read", answer)
        clock.now = 1.0
        assert await guard.run("read", answer) == 7
        assert await guard.run("read", answer) == 7

    with caplog.at_level(logging.INFO, logger="extproc"):
        asyncio.run(steps())
    assert seen == [Ended.FAILED] * 3 + [Ended.SKIPPED] + [Ended.DONE] * 2
    assert [record.message for record in caplog.records] == [
        "the store of trails keeps failing, its fail mode is in force: it is down",
        "the store of trails answers again",
    ]


def test_an_entry_that_is_bad_is_no_fault_of_the_store() -> None:
    guard = Guard(Kind.TRAILS, GuardOptions(failures=1), Time())
    with pytest.raises(EntryError):
        asyncio.run(guard.run("read", bad_entry))
    assert guard.state is BreakerState.CLOSED


def test_a_decision_that_is_given_up_while_it_asks_leaves_it_to_the_next() -> None:
    clock = Time()
    guard = Guard(Kind.TRAILS, GuardOptions(budget=10, failures=1), clock)

    async def steps() -> int:
        await failed(guard)
        clock.now = 1.0
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.005):
                await guard.run("read", never)
        return await guard.run("read", answer)

    assert asyncio.run(steps()) == 7
