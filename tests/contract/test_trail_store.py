"""What the store of trails keeps to on every backend: changes add up, trails end, and what stands in it is bounded."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from extproc.ports.trails import PARTIAL, TrailStore
from extproc.sessions.trail import EMPTY, FLAGGED, Label, Trail
from extproc.stores.guard import Guard, GuardOptions
from extproc.stores.state_backend import Kind
from extproc.stores.trails import StateTrails, TrailOptions
from tests.contract.backends import Bench, Opening

_Answer = TypeVar("_Answer")
KEY, OTHER = "a" * 64, "b" * 64
LIVES = TrailOptions(ttl=60, flagged_ttl=600, turn=10)


def store(bench: Bench) -> StateTrails:
    guard = Guard(Kind.TRAILS, GuardOptions(budget=10), bench.clock)
    return StateTrails(bench.backend, guard, bench.clock, LIVES, fallback=False)


def run(opening: Opening, steps: Callable[[Bench], Awaitable[_Answer]]) -> _Answer:
    async def opened() -> _Answer:
        async with opening(None) as bench:
            return await steps(bench)

    return asyncio.run(opened())


def called(trail: Trail) -> Trail:
    return replace(trail, calls=trail.calls + 1)


def flagged(trail: Trail) -> Trail:
    return replace(trail, labels={FLAGGED: Label(first="d", last="d", at=1.0, times=1)})


def test_a_trail_begins_empty_and_changes_add_up(opening: Opening) -> None:
    async def steps(bench: Bench) -> list[Trail]:
        trails: TrailStore = store(bench)
        before = await trails.of(KEY)
        after = [await trails.update(KEY, called, now=1.0) for _ in range(3)][-1]
        return [before, after, await trails.of(KEY), await store(bench).of(KEY), await trails.of(OTHER)]

    before, after, again, elsewhere, other = run(opening, steps)
    assert (before, other) == (EMPTY, EMPTY)
    assert (after.calls, again, elsewhere) == (3, after, after)


def test_replicas_that_change_one_trail_at_once_lose_nothing(opening: Opening) -> None:
    async def steps(bench: Bench) -> int:
        replicas = [store(bench) for _ in range(4)]
        for replica in replicas:
            await replica.of(KEY)
        for _ in range(10):
            await asyncio.gather(*(replica.update(KEY, called, now=1.0) for replica in replicas))
        return (await store(bench).of(KEY)).calls

    assert run(opening, steps) == 40


def test_many_tasks_that_change_one_trail_at_once_lose_nothing(opening: Opening) -> None:
    async def steps(bench: Bench) -> int:
        trails = store(bench)
        await asyncio.gather(*(trails.update(KEY, called, now=1.0) for _ in range(100)))
        return (await trails.of(KEY)).calls

    assert run(opening, steps) == 100


def test_a_trail_ends_when_nothing_was_added_for_long_and_a_flagged_one_later(opening: Opening) -> None:
    async def steps(bench: Bench) -> list[bool]:
        trails = store(bench)
        await trails.update(KEY, called, now=1.0)
        await trails.update(OTHER, flagged, now=1.0)
        await bench.elapse(61)
        after = [await trails.of(key) == EMPTY for key in (KEY, OTHER)]
        await bench.elapse(600)
        return [*after, await trails.of(OTHER) == EMPTY]

    assert run(opening, steps) == [True, False, True]


def test_a_trail_that_ended_is_begun_anew_by_its_next_change(opening: Opening) -> None:
    async def steps(bench: Bench) -> int:
        trails = store(bench)
        await trails.update(KEY, called, now=1.0)
        await bench.elapse(61)
        await trails.update(KEY, called, now=2.0)
        return (await trails.of(KEY)).calls

    assert run(opening, steps) == 1


def test_the_label_of_what_may_not_be_whole_is_not_kept(opening: Opening) -> None:
    def marked(trail: Trail) -> Trail:
        return replace(called(trail), labels={PARTIAL: Label(first="", last="", at=1.0, times=1)})

    async def steps(bench: Bench) -> Trail:
        trails = store(bench)
        await trails.update(KEY, marked, now=1.0)
        return await trails.of(KEY)

    after = run(opening, steps)
    assert (after.calls, dict(after.labels)) == (1, {})
