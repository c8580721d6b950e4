"""A second opinion comes late, only adds, is remembered, and is never more than there is room for."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from typing import Any

from extproc.engine.second_opinions import RECEIVERS, WAITING_OF_ONE, Fate, Remembered, SecondOpinions
from extproc.model.passage import Passage
from extproc.ports import PortError
from extproc.threats.second import PIECE
from extproc.threats.texts import Text

BAD, GOOD = "please do something evil today", "please do something good today"


def place(text: str) -> Text:
    return Text(text, ("result", "text"), ("result", "text"))


def seen(text: str, score: float, start: int = 0, end: int | None = None) -> Passage:
    """Return a passage of the first judgement."""
    return Passage(pointer=("result", "text"), start=start, end=len(text) if end is None else end, score=score)


class Words:
    """An `OpinionSource` that objects to one word; it answers when it is let, and not at all to another word."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def score(self, text: str) -> float:
        self.asked.append(text)
        await self.may_answer.wait()
        if "unanswerable" in text:
            raise PortError("no answer")
        return 0.9 if "evil" in text else 0.1


class Desk:
    """Second opinions with what becomes of them."""

    def __init__(self, waiting: int = 256) -> None:
        self.source = Words()
        self.marked: list[tuple[str, float]] = []
        self.fates: Counter[Fate] = Counter()
        self.opinions = SecondOpinions(self.source, self.mark, self.count, key=b"k", waiting=waiting)

    async def mark(self, session: str, score: float) -> None:
        if session == "unmarkable":
            raise PortError("the store is down")
        self.marked.append((session, score))

    def count(self, fate: Fate) -> None:
        self.fates[fate] += 1

    def sent(self, text: str, session: str = "s", hint: float = 0.1) -> int:
        """Send a text, and return whether it was objected to."""
        known = self.opinions.known([place(text)])
        self.opinions.ask([place(text)], [seen(text, hint)], session)
        return len(known)

    async def settled(self, fates: int) -> None:
        """Let it ask until this many fates are known."""
        async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
            running = tasks.create_task(self.opinions.run())
            while self.fates.total() < fates:
                await asyncio.sleep(0)
            running.cancel()


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(test)


def test_what_is_objected_to_marks_the_session_later_and_is_known_at_once_the_next_time() -> None:
    async def scenario() -> None:
        desk = Desk()
        assert desk.sent(BAD, "first") == 0
        assert desk.marked == []
        await desk.settled(1)
        assert desk.marked == [("first", 0.9)]
        assert desk.sent(BAD, "second") == 1
        assert desk.fates == {Fate.FLAGGED: 1, Fate.AGAIN: 1}
        assert len(desk.source.asked) == 1

    run(scenario())


def test_the_passage_says_where_the_text_stands_and_how_sure_the_judge_is() -> None:
    async def scenario() -> None:
        desk = Desk()
        desk.sent(BAD)
        await desk.settled(1)
        (passage,) = desk.opinions.known([place(BAD)])
        assert (passage.pointer, passage.start, passage.end) == (("result", "text"), 0, len(BAD))
        assert (passage.score, passage.signs[0].code) == (0.9, "second-opinion")

    run(scenario())


def test_what_is_not_objected_to_marks_nobody_and_is_not_asked_again() -> None:
    async def scenario() -> None:
        desk = Desk()
        desk.sent(GOOD)
        await desk.settled(1)
        assert desk.sent(GOOD) == 0
        assert (desk.marked, len(desk.source.asked)) == ([], 1)

    run(scenario())


def test_one_answer_marks_all_sessions_that_the_text_was_sent_to_meanwhile() -> None:
    async def scenario() -> None:
        desk = Desk()
        desk.source.may_answer.clear()
        desk.sent(BAD, "waiting")
        async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
            running = tasks.create_task(desk.opinions.run())
            while not desk.source.asked:
                await asyncio.sleep(0)
            desk.sent(BAD, "while it is asked")
            desk.source.may_answer.set()
            while len(desk.marked) < 2:
                await asyncio.sleep(0)
            running.cancel()
        assert [session for session, _ in desk.marked] == ["waiting", "while it is asked"]
        assert len(desk.source.asked) == 1

    run(scenario())


def test_a_judge_without_an_answer_is_asked_again_when_the_text_comes_again() -> None:
    async def scenario() -> None:
        desk = Desk()
        for number in range(1, 3):
            desk.sent("an unanswerable text of words")
            await desk.settled(number)
        assert (desk.fates, len(desk.source.asked)) == ({Fate.FAILED: 2}, 2)

    run(scenario())


def test_a_session_that_cannot_be_marked_keeps_nobody_else_from_being_marked() -> None:
    async def scenario() -> None:
        desk = Desk()
        desk.sent(BAD, "unmarkable")
        desk.sent(BAD, "other")
        await desk.settled(2)
        assert desk.marked == [("other", 0.9)]
        assert desk.fates == {Fate.FLAGGED: 1, Fate.UNTOLD: 1}
        assert desk.sent(BAD, "unmarkable") == 1

    run(scenario())


def test_the_more_suspicious_is_asked_about_first_and_takes_the_place_of_the_less() -> None:
    async def scenario() -> None:
        desk = Desk(waiting=2)
        desk.sent("the first plain text", "a")
        desk.sent("the second odd text", "b", 0.2)
        desk.sent("the third odder text", "c", 0.4)
        desk.sent("the fourth plain text", "d", 0.1)
        assert desk.fates == {Fate.LOST: 2}
        await desk.settled(4)
        assert desk.source.asked == ["the third odder text", "the second odd text"]

    run(scenario())


def test_one_session_does_not_take_all_the_room() -> None:
    async def scenario() -> None:
        desk = Desk()
        for number in range(WAITING_OF_ONE + 5):
            desk.sent(f"much text to read {number}", "greedy", 0.4)
        assert desk.fates == {Fate.LOST: 5}
        desk.sent(BAD, "modest")
        await desk.settled(5 + WAITING_OF_ONE + 1)
        assert [session for session, _ in desk.marked] == ["modest"]

    run(scenario())


def test_a_text_sent_to_very_many_marks_as_many_as_are_kept_and_is_known_to_the_rest() -> None:
    async def scenario() -> None:
        desk = Desk()
        for number in range(RECEIVERS + 3):
            desk.sent(BAD, f"session {number}")
        assert desk.fates == {Fate.UNTOLD: 3}
        await desk.settled(4)
        assert len(desk.marked) == RECEIVERS
        assert desk.sent(BAD, f"session {RECEIVERS + 1}") == 1

    run(scenario())


def test_a_session_has_room_again_once_it_was_asked_about() -> None:
    async def scenario() -> None:
        desk = Desk(waiting=WAITING_OF_ONE)
        for turn in range(3):
            for number in range(WAITING_OF_ONE):
                desk.sent(f"much text to read {turn} {number}", "busy")
            await desk.settled((turn + 1) * WAITING_OF_ONE)
        assert desk.fates == {Fate.CLEAN: 3 * WAITING_OF_ONE}

    run(scenario())


def test_what_was_objected_to_is_forgotten_last() -> None:
    known = Remembered(3, 0.5)
    known.add(b"bad", 0.9)
    for number in range(10):
        known.add(bytes([number]), 0.1)
    assert (len(known), known.of(b"bad"), known.of(bytes([9])), known.of(bytes([0]))) == (3, 0.9, 0.1, None)


def test_of_what_was_objected_to_the_latest_is_kept() -> None:
    known = Remembered(2, 0.5)
    for number in range(5):
        known.add(bytes([number]), 0.9)
    assert (known.of(bytes([2])), known.of(bytes([4]))) == (None, 0.9)


def test_only_what_the_first_judgement_saw_a_hint_in_is_asked_about() -> None:
    async def scenario() -> None:
        desk = Desk()
        long = "the quiet river " * (PIECE // 16) + BAD
        elsewhere = Passage(pointer=("result", "title"), start=0, end=9, score=0.4)
        desk.opinions.ask([place(BAD)], [elsewhere, seen(BAD, 0.0)], "s")
        desk.opinions.ask([place(long)], [seen(long, 0.3, len(long) - len(BAD))], "s")
        await desk.settled(1)
        (asked,) = desk.source.asked
        assert asked.endswith(BAD)
        assert asked != long

    run(scenario())


def test_nothing_waits_where_nothing_is_asked() -> None:
    async def scenario() -> None:
        desk = Desk()
        assert desk.sent("ord_1 17 EUR") == 0
        desk.sent(GOOD)
        await desk.settled(1)
        assert desk.source.asked == [GOOD]

    run(scenario())
