"""A second opinion from a real process: its scores, its faults, its end."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import uvloop

from extproc.ports import PortError
from extproc.stores.opinion_process import PAUSE_SECONDS, OpinionProcess, command_of

_TINY = [sys.executable, "-I", str(Path(__file__).with_name("tiny_judge.py"))]


class Steady:
    """A clock that is set."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def asked(
    test: Callable[[OpinionProcess], Awaitable[None]], command: list[str] | None = None, seconds: float = 20.0
) -> None:
    async def scenario() -> None:
        source = OpinionProcess(command or _TINY, Steady(), answer_seconds=seconds)
        try:
            await test(source)
        finally:
            await source.close()

    asyncio.run(scenario())


def test_texts_of_any_kind_are_scored_one_after_the_other() -> None:
    async def test(source: OpinionProcess) -> None:
        texts = ["abc", "", 'line\n"two"\u2028', "é文\U0001f600", "lone \ud800", "x" * 300_000]
        assert [await source.score(text) for text in texts] == [0.003, 0, 0.011, 0.003, 0.006, 1]

    asked(test)


def test_a_score_beyond_one_is_one() -> None:
    async def test(source: OpinionProcess) -> None:
        assert await source.score("evil") == 1

    asked(test)


def test_a_text_that_the_judge_fails_on_is_no_reason_to_start_again() -> None:
    async def test(source: OpinionProcess) -> None:
        with pytest.raises(PortError, match="failed on a text"):
            await source.score("breaks")
        assert await source.score("abc") == 0.003

    asked(test)


def test_a_judge_that_dies_is_started_again() -> None:
    async def test(source: OpinionProcess) -> None:
        with pytest.raises(PortError, match="lost"):
            await source.score("dies")
        assert await source.score("abc") == 0.003

    asked(test)


def test_a_judge_that_hangs_is_ended_and_started_again() -> None:
    async def test(source: OpinionProcess) -> None:
        with pytest.raises(PortError, match="TimeoutError"):
            await source.score("hangs")
        assert await source.score("abc") == 0.003

    asked(test, seconds=0.5)


def test_an_answer_that_nobody_waits_for_is_not_taken_for_the_next() -> None:
    async def test(source: OpinionProcess) -> None:
        await source.score("abc")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await source.score("hangs")
        assert await source.score("four") == 0.004

    asked(test)


def test_the_judge_does_not_see_the_variables_of_the_sidecar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MCP_EXTPROC_KEY", "a secret of the sidecar")

    async def test(source: OpinionProcess) -> None:
        assert await source.score("variables") <= 0.005

    asked(test)


def test_a_judge_that_does_not_start_is_not_tried_again_at_once() -> None:
    async def scenario() -> None:
        steady = Steady()
        source = OpinionProcess([*_TINY, "refuse"], steady)
        for message in ("ModuleNotFoundError", "a moment ago"):
            with pytest.raises(PortError, match=message):
                await source.score("abc")
        steady.seconds = PAUSE_SECONDS
        with pytest.raises(PortError, match="ModuleNotFoundError"):
            await source.score("abc")

    asyncio.run(scenario())


def test_a_program_that_is_not_there_is_said_so() -> None:
    async def test(source: OpinionProcess) -> None:
        with pytest.raises(PortError, match="No such file"):
            await source.score("abc")

    asked(test, ["/nowhere/python"])


def test_a_judge_that_is_not_there_is_known_before_the_first_text() -> None:
    async def test(source: OpinionProcess) -> None:
        with pytest.raises(PortError, match="cannot be started: KeyError"):
            await source.prepare()

    asked(test, command_of("no-such-judge"))


def test_a_process_that_was_prepared_is_the_one_that_is_asked() -> None:
    async def test(source: OpinionProcess) -> None:
        await source.prepare()
        await source.prepare()
        assert await source.score("abc") == 0.003

    asked(test)


def test_it_runs_under_the_loop_that_a_sidecar_runs_on() -> None:
    async def scenario() -> None:
        source = OpinionProcess(_TINY, Steady())
        assert await source.score("abc") == 0.003
        await source.close()

    uvloop.run(scenario())
