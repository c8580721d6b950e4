"""Trails while their store fails: what this replica remembers counts, is marked, and is given to the store later."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import pytest

from extproc.ports.errors import PortError
from extproc.ports.trails import PARTIAL
from extproc.sessions.packing import pack
from extproc.sessions.trail import FLAGGED, Label, Trail
from extproc.stores.state_backend import Kind, Place, StateBackend, kept
from extproc.stores.state_memory import MemoryBackend
from extproc.stores.trails import StateTrails
from tests.contract.backends import Time
from tests.stores.faulty import Line, guard

KEY = "a" * 64


def labelled(name: str) -> Callable[[Trail], Trail]:
    label = Label(first="d", last="d", at=1.0, times=1)
    return lambda trail: replace(trail, calls=trail.calls + 1, labels={**trail.labels, name: label})


@dataclass(slots=True, kw_only=True)
class World:
    """Two replicas with lines of their own to one store."""

    clock: Time
    store: StateBackend
    line: Line
    here: StateTrails
    there: StateTrails


def world(*, local: bool = False, fallback: bool = True) -> World:
    clock = Time()
    store = MemoryBackend(clock)
    line = Line(store, local=local)
    here = StateTrails(line, guard(Kind.TRAILS, clock), clock, fallback=fallback)
    there = StateTrails(Line(store), guard(Kind.TRAILS, clock), clock)
    return World(clock=clock, store=store, line=line, here=here, there=there)


def run(steps: Callable[[World], Awaitable[None]], made: World | None = None) -> None:
    asyncio.run(_awaited(steps(made or world())))


async def _awaited(steps: Awaitable[None]) -> None:
    await steps


async def stored(at: World) -> set[str]:
    return set((await StateTrails(at.store, guard(Kind.TRAILS, at.clock), at.clock).of(KEY)).labels)


@pytest.mark.parametrize("local", [True, False])
def test_what_a_replica_knows_counts_while_the_store_fails_and_says_so(local: bool) -> None:
    async def steps(at: World) -> None:
        await at.here.update(KEY, labelled("before"), now=1.0)
        at.line.down = True
        assert set((await at.here.of(KEY)).labels) == {"before", PARTIAL}
        assert set((await at.here.update(KEY, labelled("during"), now=2.0)).labels) == {"before", "during", PARTIAL}
        assert set((await at.here.of(KEY)).labels) == {"before", "during", PARTIAL}
        assert set((await at.here.of("b" * 64)).labels) == {PARTIAL}

    run(steps, world(local=local))


@pytest.mark.parametrize("local", [True, False])
def test_what_was_added_meanwhile_is_in_the_store_with_the_next_change(local: bool) -> None:
    async def steps(at: World) -> None:
        await at.here.update(KEY, labelled("before"), now=1.0)
        at.line.down = True
        await at.here.update(KEY, labelled("during"), now=2.0)
        at.line.down = False
        at.clock.now += 1
        assert set((await at.here.of(KEY)).labels) == {"before", "during"}
        assert await stored(at) == {"before"}
        after = await at.here.update(KEY, labelled("after"), now=3.0)
        assert (after.calls, await stored(at)) == (3, {"before", "during", "after"})

    run(steps, world(local=local))


def test_what_others_added_meanwhile_stays() -> None:
    async def steps(at: World) -> None:
        await at.here.update(KEY, labelled("before"), now=1.0)
        at.line.down = True
        await at.here.update(KEY, labelled("here"), now=2.0)
        await at.there.update(KEY, labelled(FLAGGED), now=2.0)
        at.line.down = False
        at.clock.now += 1
        assert set((await at.here.of(KEY)).labels) == {"before", "here", FLAGGED}
        await at.here.update(KEY, labelled("after"), now=3.0)
        assert await stored(at) == {"before", "here", FLAGGED, "after"}
        assert set((await at.there.of(KEY)).labels) == {"before", "here", FLAGGED, "after"}

    run(steps)


def test_what_the_store_lost_is_given_back() -> None:
    async def steps(at: World) -> None:
        await at.here.update(KEY, labelled("before"), now=1.0)
        at.line.down = True
        await at.here.update(KEY, labelled("during"), now=2.0)
        await at.store.delete(Place(Kind.TRAILS, KEY))
        at.line.down = False
        at.clock.now += 1
        await at.here.update(KEY, labelled("after"), now=3.0)
        assert await stored(at) == {"before", "during", "after"}

    run(steps)


def test_a_change_whose_answer_was_lost_is_not_made_twice() -> None:
    async def steps(at: World) -> None:
        await at.here.update(KEY, labelled("before"), now=1.0)
        at.line.answers_lost = True
        await at.here.update(KEY, labelled("during"), now=2.0)
        at.line.answers_lost = False
        assert (await at.here.of(KEY)).calls == 2
        assert (await at.here.update(KEY, labelled("after"), now=3.0)).calls == 3

    run(steps)


def test_a_store_that_keeps_failing_is_not_asked_every_time() -> None:
    async def steps(at: World) -> None:
        at.line.down = True
        for number in range(50):
            await at.here.of(f"{number}")
            await at.here.update(f"{number}", labelled("x"), now=1.0)
        assert at.line.asked == 2

    run(steps)


def test_where_it_is_configured_so_a_fault_of_the_store_is_one_of_the_call() -> None:
    async def steps(at: World) -> None:
        at.line.down = True
        with pytest.raises(PortError):
            await at.here.of(KEY)
        with pytest.raises(PortError):
            await at.here.update(KEY, labelled("x"), now=1.0)

    run(steps, world(fallback=False))


def test_a_trail_that_cannot_be_read_is_partial_and_left_alone() -> None:
    async def steps(at: World) -> None:
        newer = kept(b"\xff" + pack(Trail(intents={}, labels={}))[1:])
        await at.store.put(Place(Kind.TRAILS, KEY), newer, known=None)
        assert set((await at.here.of(KEY)).labels) == {PARTIAL}
        assert set((await at.here.update(KEY, labelled("x"), now=1.0)).labels) == {"x", PARTIAL}
        assert await at.store.get(Place(Kind.TRAILS, KEY)) == newer
        assert (await at.here.update("b", labelled("x"), now=1.0)).labels.keys() == {"x"}

    run(steps)


def test_a_change_that_fails_changes_nothing() -> None:
    def broken(_: Trail) -> Trail:
        raise ValueError("a bug")

    async def steps(at: World) -> None:
        await at.here.update(KEY, labelled("before"), now=1.0)
        with pytest.raises(ValueError, match="a bug"):
            await at.here.update(KEY, broken, now=2.0)
        assert await stored(at) == {"before"}
        assert set((await at.here.update(KEY, labelled("after"), now=3.0)).labels) == {"before", "after"}

    run(steps)
