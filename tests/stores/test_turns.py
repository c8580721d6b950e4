"""Turns: one at a time for a key, in order, and nobody waits for longer than is allowed."""

import asyncio

import pytest

from extproc.stores.state_backend import EntryError
from extproc.stores.turns import Turns


def test_those_of_one_key_go_one_after_another_and_others_at_once() -> None:
    seen: list[str] = []

    async def turn(turns: Turns, key: str, name: str) -> None:
        async with turns.of(key):
            seen.append(f"{name} begins")
            await asyncio.sleep(0)
            seen.append(f"{name} ends")

    async def steps() -> Turns:
        turns = Turns(5)
        await asyncio.gather(turn(turns, "a", "1"), turn(turns, "a", "2"), turn(turns, "b", "3"))
        return turns

    turns = asyncio.run(steps())
    assert seen == ["1 begins", "3 begins", "1 ends", "3 ends", "2 begins", "2 ends"]
    assert turns._lines == {}


def test_whoever_waited_too_long_gets_none_and_the_next_goes_on() -> None:
    async def steps() -> Turns:
        turns = Turns(0.005)
        async with turns.of("a"):
            with pytest.raises(EntryError, match="too many"):
                async with turns.of("a"):
                    raise AssertionError("there was a turn")
        async with turns.of("a"):
            return turns

    assert asyncio.run(steps())._lines == {}
