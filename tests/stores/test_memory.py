"""State in memory: bounded, the least recently used goes first; and the desk where messages wait."""

import asyncio

import pytest

from extproc.classify.profile import unknown_profile
from extproc.model.message import Call, Direction
from extproc.ports import Hold, KnownTool, Resolution, SessionKey
from extproc.stores import memory
from extproc.stores.memory import MemoryHolds, MemorySessions, MemoryTools

_C2S = Direction.CLIENT_TO_SERVER
_KEY = SessionKey(server="s", session="1")


def key(number: int) -> SessionKey:
    return SessionKey(server="s", session=str(number))


def call(number: int) -> Call:
    return Call(id=number, method="ping", target=None, decision_id="d")


def hold(decision_id: str, seconds: float = 30) -> Hold:
    return Hold(
        decision_id=decision_id, server="s", method="tools/call", tool="t", rules=("r",), opened=1.0, seconds=seconds
    )


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MAX_SESSIONS", "MAX_CALLS", "MAX_TOOLS"):
        assert getattr(memory, name) >= 10_000
        monkeypatch.setattr(memory, name, 3)


def test_sessions_are_bounded_and_a_used_one_stays() -> None:
    async def run() -> list[str | None]:
        store = MemorySessions()
        for number in range(3):
            await store.negotiated(key(number), "v")
        await store.version(key(0))
        await store.negotiated(key(3), "v")
        return [await store.version(key(number)) for number in range(4)]

    assert asyncio.run(run()) == ["v", None, "v", "v"]


def test_open_calls_are_bounded() -> None:
    async def run() -> list[Call | None]:
        store = MemorySessions()
        for number in range(5):
            await store.open_call(_KEY, _C2S, call(number))
        return [await store.close_call(_KEY, _C2S, number) for number in range(5)]

    assert asyncio.run(run()) == [None, None, call(2), call(3), call(4)]


def test_learnt_tools_are_bounded() -> None:
    async def run() -> list[bool]:
        store = MemoryTools()
        for number in range(4):
            await store.learn("s", str(number), KnownTool(profile=unknown_profile(str(number))))
        return [await store.known("s", str(number)) is not None for number in range(4)]

    assert asyncio.run(run()) == [False, True, True, True]


def test_writing_again_makes_no_second_entry() -> None:
    async def run() -> list[str | None]:
        store = MemorySessions()
        for number in (0, 1, 2, 0, 0, 0):
            await store.negotiated(key(number), "v")
        return [await store.version(key(number)) for number in range(3)]

    assert asyncio.run(run()) == ["v", "v", "v"]


@pytest.mark.parametrize("resolution", [Resolution.RELEASED, Resolution.REFUSED])
def test_a_hold_ends_as_it_is_resolved(resolution: Resolution) -> None:
    async def run() -> tuple[Resolution, bool, bool, int]:
        desk = MemoryHolds()
        waiting = asyncio.ensure_future(desk.wait(hold("d")))
        await asyncio.sleep(0)
        first = desk.resolve("d", resolution)
        second = desk.resolve("d", Resolution.RELEASED)
        return await waiting, first, second, len(desk.waiting())

    assert asyncio.run(run()) == (resolution, True, False, 0)


def test_a_hold_that_nobody_resolves_expires() -> None:
    async def run() -> tuple[Resolution, int]:
        desk = MemoryHolds()
        return await desk.wait(hold("d", seconds=0.01)), len(desk.waiting())

    assert asyncio.run(run()) == (Resolution.EXPIRED, 0)


def test_a_resolution_that_was_accepted_counts_though_the_time_is_over() -> None:
    async def run() -> tuple[bool, Resolution]:
        desk = MemoryHolds()
        accepted: list[bool] = []
        # With no time at all the timeout is due in the turn in which the wait begins; this answer is given before it.
        asyncio.get_running_loop().call_soon(lambda: accepted.append(desk.resolve("d", Resolution.RELEASED)))
        resolution = await desk.wait(hold("d", seconds=0))
        return accepted[0], resolution

    accepted, resolution = asyncio.run(run())
    assert (resolution is Resolution.RELEASED) is accepted


def test_a_client_that_leaves_withdraws_its_hold() -> None:
    async def run() -> tuple[int, bool]:
        desk = MemoryHolds()
        waiting = asyncio.ensure_future(desk.wait(hold("d")))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        return len(desk.waiting()), desk.resolve("d", Resolution.RELEASED)

    assert asyncio.run(run()) == (0, False)


def test_what_waits_is_listed_oldest_first() -> None:
    async def run() -> list[str]:
        desk = MemoryHolds()
        async with asyncio.TaskGroup() as tasks:
            for name in ("b", "a", "c"):
                tasks.create_task(desk.wait(hold(name)))
            await asyncio.sleep(0)
            listed = [one.decision_id for one in desk.waiting()]
            for name in listed:
                desk.resolve(name, Resolution.REFUSED)
        return listed

    assert asyncio.run(run()) == ["b", "a", "c"]


def test_nothing_waits_under_an_unknown_id() -> None:
    assert not MemoryHolds().resolve("d", Resolution.RELEASED)
