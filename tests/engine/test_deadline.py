"""Work within a time: no timer for what never waits, and an end for what waits too long."""

import asyncio

import pytest

from extproc.engine.deadline import within


async def at_once() -> str:
    return "done"


async def failing() -> str:
    raise KeyError("x")


async def waiting(turns: int) -> str:
    for _ in range(turns):
        await asyncio.sleep(0)
    return "done"


async def forever() -> str:
    await asyncio.Event().wait()
    return "never"


@pytest.mark.parametrize("work", [at_once, lambda: waiting(1), lambda: waiting(5)])
def test_work_within_its_time_returns(work: object) -> None:
    assert callable(work)
    assert asyncio.run(within(5, work())) == "done"


def test_work_that_waits_too_long_is_ended() -> None:
    ended: list[str] = []

    async def work() -> str:
        try:
            return await forever()
        finally:
            ended.append("cleaned up")

    with pytest.raises(TimeoutError):
        asyncio.run(within(0.01, work()))
    assert ended == ["cleaned up"]


def test_work_that_does_not_wait_is_never_too_late() -> None:
    assert asyncio.run(within(0, at_once())) == "done"


def test_what_the_work_raises_is_raised() -> None:
    with pytest.raises(KeyError):
        asyncio.run(within(5, failing()))

    async def late() -> str:
        await asyncio.sleep(0)
        return await failing()

    with pytest.raises(KeyError):
        asyncio.run(within(5, late()))


def test_a_cancelled_caller_cancels_the_work() -> None:
    async def run() -> list[str]:
        said: list[str] = []

        async def work() -> str:
            try:
                return await forever()
            except asyncio.CancelledError:
                said.append("cancelled")
                raise

        task = asyncio.ensure_future(within(5, work()))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return said

    assert asyncio.run(run()) == ["cancelled"]
