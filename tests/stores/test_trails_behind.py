"""Trails that are written later: read here as they are at once, and nothing that was added anywhere is lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace

import pytest

from extproc.ports.trails import PARTIAL, TrailStore
from extproc.sessions.trail import Label, Trail
from extproc.stores import trails_behind as module
from extproc.stores.state_backend import Kind
from extproc.stores.state_memory import MemoryBackend
from extproc.stores.trails import StateTrails
from extproc.stores.trails_behind import TrailsBehind
from tests.contract.backends import Time
from tests.stores.faulty import Line, guard

KEY, OTHER = "a" * 64, "b" * 64
NEVER = 3600.0


def labelled(name: str) -> Callable[[Trail], Trail]:
    label = Label(first="d", last="d", at=1.0, times=1)
    return lambda trail: replace(trail, calls=trail.calls + 1, labels={**trail.labels, name: label})


@dataclass(slots=True, kw_only=True)
class World:
    """A store, a replica that writes later, and another one that does not."""

    clock: Time
    line: Line
    here: TrailsBehind
    there: TrailStore

    async def stored(self) -> set[str]:
        return set((await self.there.of(KEY)).labels)


@asynccontextmanager
async def world(*, seconds: float = NEVER, runs: bool = True) -> AsyncIterator[World]:
    clock = Time()
    store = MemoryBackend(clock)
    line = Line(store, local=True)
    here = TrailsBehind(StateTrails(line, guard(Kind.TRAILS, clock), clock), seconds)
    there = StateTrails(Line(store), guard(Kind.TRAILS, clock), clock)
    running = asyncio.ensure_future(here.run()) if runs else None
    await asyncio.sleep(0)
    yield World(clock=clock, line=line, here=here, there=there)
    if running is not None:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


def run(steps: Callable[[World], Awaitable[None]], *, seconds: float = NEVER, runs: bool = True) -> None:
    async def made() -> None:
        async with world(seconds=seconds, runs=runs) as at:
            await steps(at)

    asyncio.run(made())


def test_a_change_is_seen_here_at_once_and_written_later_with_the_next_ones() -> None:
    async def steps(at: World) -> None:
        for name in ("call", "result"):
            await at.here.update(KEY, labelled(name), now=1.0)
        assert set((await at.here.of(KEY)).labels) == {"call", "result"}
        assert (await at.stored(), at.line.asked) == (set(), 1)
        await at.here.flush()
        assert (await at.stored(), at.line.asked) == ({"call", "result"}, 2)
        await at.here.flush()
        assert at.line.asked == 2

    run(steps)


def test_it_is_written_when_its_time_is_up() -> None:
    async def steps(at: World) -> None:
        await at.here.update(KEY, labelled("call"), now=1.0)
        async with asyncio.timeout(5):
            while await at.stored() != {"call"}:
                await asyncio.sleep(0)

    run(steps, seconds=0.001)


def test_what_is_left_is_written_at_the_end() -> None:
    async def steps() -> None:
        async with world() as at:
            await at.here.update(KEY, labelled("call"), now=1.0)
            assert await at.stored() == set()
        assert await at.stored() == {"call"}
        await at.here.update(KEY, labelled("late"), now=1.0)
        assert await at.stored() == {"call", "late"}

    asyncio.run(steps())


def test_while_nothing_runs_a_change_is_written_at_once() -> None:
    async def steps(at: World) -> None:
        await at.here.update(KEY, labelled("call"), now=1.0)
        assert await at.stored() == {"call"}

    run(steps, runs=False)


def test_what_others_wrote_meanwhile_is_joined() -> None:
    async def steps(at: World) -> None:
        await at.here.update(KEY, labelled("here"), now=1.0)
        await at.there.update(KEY, labelled("there"), now=1.0)
        await at.here.flush()
        assert await at.stored() == {"here", "there"}
        assert set((await at.here.of(KEY)).labels) == {"here", "there"}

    run(steps)


@pytest.mark.parametrize("others", [True, False])
def test_what_changes_while_it_is_written_is_written_too(others: bool) -> None:
    async def steps(at: World) -> None:
        at.line.gate = asyncio.Event()
        await at.here.update(KEY, labelled("first"), now=1.0)
        flushing = asyncio.ensure_future(at.here.flush())
        while not at.here._writing:
            await asyncio.sleep(0)
        assert set((await at.here.of(KEY)).labels) == {"first"}
        after = await at.here.update(KEY, labelled("second"), now=1.0)
        assert (set(after.labels), after.calls) == ({"first", "second"}, 2)
        if others:
            await at.there.update(KEY, labelled("there"), now=1.0)
        again = asyncio.ensure_future(at.here.flush())
        at.line.gate.set()
        await asyncio.gather(flushing, again)
        assert await at.stored() == {"first", "second", *(["there"] if others else [])}
        assert (await at.there.of(KEY)).calls == 2

    run(steps)


def test_changes_that_begin_with_the_same_read_do_not_undo_one_another() -> None:
    async def steps(at: World) -> None:
        await asyncio.gather(*(at.here.update(KEY, labelled(f"{number}"), now=1.0) for number in range(20)))
        assert len((await at.here.of(KEY)).labels) == 20
        await at.here.flush()
        assert len(await at.stored()) == 20

    run(steps)


def test_what_could_not_be_written_is_written_when_the_store_is_back() -> None:
    async def steps(at: World) -> None:
        await at.here.update(KEY, labelled("before"), now=1.0)
        at.line.down = True
        await at.here.flush()
        await at.here.flush()
        assert set((await at.here.update(KEY, labelled("during"), now=2.0)).labels) == {"before", "during", PARTIAL}
        at.line.down = False
        at.clock.now += 1
        assert set((await at.here.update(KEY, labelled("after"), now=3.0)).labels) == {"before", "during", "after"}
        await at.here.flush()
        assert await at.stored() == {"before", "during", "after"}

    run(steps)


def test_what_was_being_written_when_it_was_stopped_is_written_at_the_end() -> None:
    async def steps() -> None:
        async with world(seconds=0.0) as at:
            at.line.gate = asyncio.Event()
            await at.here.update(KEY, labelled("call"), now=1.0)
            while not at.here._writing:
                await asyncio.sleep(0)
            asyncio.get_running_loop().call_soon(at.line.gate.set)
        assert await at.stored() == {"call"}
        assert (await at.there.of(KEY)).calls == 1

    asyncio.run(steps())


def test_when_too_many_wait_others_are_written_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_WAITING", 1)

    async def steps(at: World) -> None:
        await at.here.update(OTHER, labelled("waits"), now=1.0)
        await at.here.update(KEY, labelled("call"), now=1.0)
        assert await at.stored() == {"call"}
        assert (await at.there.of(OTHER)).calls == 0

    run(steps)


def test_many_are_written_in_turns() -> None:
    async def steps(at: World) -> None:
        for number in range(100):
            await at.here.update(f"{number}", labelled("call"), now=1.0)
        await at.here.flush()
        assert all([(await at.there.of(f"{number}")).calls == 1 for number in range(100)])

    run(steps)
