"""Asks a slower judge about texts after they were passed on: what it objects to counts from the next message on.

No decision waits for an answer. It is kept under a digest of the text, so that the same text is objected to at once
when it comes again; and the sessions that it was sent to are marked. An answer only ever adds: a judge that objects to
nothing takes nothing back.

Alone such a judge is wrong far too often on texts between people, which are full of requests. So it is only asked about
parts of a text in which the first judgement saw a hint that was too weak for a finding.
"""

import asyncio
import hmac
import math
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from enum import StrEnum
from typing import Final

from extproc.model.passage import Passage
from extproc.ports.errors import PortError
from extproc.ports.opinions import OpinionSource
from extproc.threats.second import FLAGGED, passage_of, pieces
from extproc.threats.texts import Text

WAITING: Final = 256
WAITING_OF_ONE: Final = 32
REMEMBERED: Final = 65_536
RECEIVERS: Final = 4096

Flag = Callable[[str, float], Awaitable[None]]


class Fate(StrEnum):
    """What became of a piece of text, for counters."""

    CLEAN = "clean"
    FLAGGED = "flagged"
    AGAIN = "again"  # flagged before, and objected to at once
    LOST = "lost"  # not asked about: too much waits
    FAILED = "failed"  # the judge had no answer
    UNTOLD = "untold"  # flagged, but whoever was sent the text could not be marked


def _hint(passages: Iterable[Passage], start: int, end: int) -> float:
    return max((one.score for one in passages if one.start < end and start < one.end), default=0.0)


class _Asked:
    """A piece that waits for its opinion, and whom it was sent to: the keys of their sessions."""

    __slots__ = ("hint", "receivers", "text")

    def __init__(self, text: str, hint: float) -> None:
        self.text = text
        self.hint = hint
        self.receivers: dict[str, None] = {}

    def sent_to(self, session: str) -> bool:
        """Add a session, and return whether there was room for it."""
        if session not in self.receivers and len(self.receivers) >= RECEIVERS:
            return False
        self.receivers[session] = None
        return True


class Remembered:
    """The scores of texts, by digest; bounded, and what was objected to is forgotten last."""

    def __init__(self, most: int, bound: float) -> None:
        """Start empty."""
        self._most = most
        self._bound = bound
        self._clean: OrderedDict[bytes, float] = OrderedDict()
        self._flagged: OrderedDict[bytes, float] = OrderedDict()

    def __len__(self) -> int:
        """Return how many scores are known."""
        return len(self._clean) + len(self._flagged)

    @property
    def objects(self) -> bool:
        """Return whether any text was objected to."""
        return bool(self._flagged)

    def of(self, digest: bytes) -> float | None:
        """Return the score of a text."""
        scores = self._flagged if digest in self._flagged else self._clean
        if digest in scores:
            scores.move_to_end(digest)
        return scores.get(digest)

    def add(self, digest: bytes, score: float) -> None:
        """Keep a score."""
        (self._flagged if score >= self._bound else self._clean)[digest] = score
        if len(self) > self._most:
            (self._clean or self._flagged).popitem(last=False)


class SecondOpinions:
    """Between the engine and a judge that is too slow for it."""

    def __init__(
        self,
        source: OpinionSource,
        flag: Flag,
        count: Callable[[Fate], None],
        *,
        key: bytes,
        bound: float = FLAGGED,
        waiting: int = WAITING,
        remembered: int = REMEMBERED,
    ) -> None:
        """Take the judge, and what marks a session that was sent what it objects to, by its key and the score.

        `flag` may raise `PortError`. `key` is that of the digests.
        """
        self._source = source
        self._flag = flag
        self._count = count
        self._bound = bound
        self._most = waiting
        self._key = key
        self._known = Remembered(remembered, bound)
        self._waiting: dict[bytes, _Asked] = {}
        self._waiting_of: Counter[str] = Counter()
        self._floor = math.inf  # nothing that waits has a lower hint
        self._asking: tuple[bytes, _Asked] | None = None
        self._some = asyncio.Event()

    def known(self, texts: Iterable[Text]) -> tuple[Passage, ...]:
        """Return what in texts was objected to before."""
        found: list[Passage] = []
        for text in texts if self._known.objects else ():
            for start, part in pieces(text.text):
                score = self._known.of(self._digest(part))
                if score is not None and score >= self._bound:
                    self._count(Fate.AGAIN)
                    found.append(passage_of(text, start, start + len(part), score))
        return tuple(found)

    def ask(self, texts: Iterable[Text], passages: Sequence[Passage], session: str) -> None:
        """Ask about what is new in texts that are sent to a session; nothing waits here.

        `passages` are those of the first judgement: only parts in which it saw a hint are asked about, and the stronger
        the hint the sooner.
        """
        for text in texts if passages else ():
            near = [one for one in passages if one.pointer == text.pointer and one.in_key == text.in_key]
            for start, part in pieces(text.text) if near else ():
                hint = _hint(near, *text.origin(start, start + len(part)))
                digest = self._digest(part)
                if hint > 0.0 and self._known.of(digest) is None:
                    self._ask(digest, part, session, hint)

    def _digest(self, part: str) -> bytes:
        return hmac.digest(self._key, part.encode("utf-8", "surrogatepass"), "sha256")

    def _ask(self, digest: bytes, part: str, session: str, hint: float) -> None:
        asked = self._asking[1] if self._asking and self._asking[0] == digest else self._waiting.get(digest)
        if asked is None:
            if not self._has_room(session, hint):
                self._count(Fate.LOST)
                return
            asked = self._waiting[digest] = _Asked(part, hint)
            self._waiting_of[session] += 1
            self._floor = min(self._floor, hint)
            self._some.set()
        asked.hint = max(asked.hint, hint)
        if not asked.sent_to(session):
            self._count(Fate.UNTOLD)

    def _has_room(self, session: str, hint: float) -> bool:
        """Return whether one more may wait; a less suspicious one may have to go. No session takes all the room."""
        if self._waiting_of[session] >= WAITING_OF_ONE:
            return False
        if len(self._waiting) < self._most:
            return True
        if hint <= self._floor:
            return False
        least = min(self._waiting, key=lambda digest: self._waiting[digest].hint)
        self._floor = self._waiting[least].hint
        if hint <= self._floor:
            return False
        self._take(least)
        self._count(Fate.LOST)
        return True

    def _take(self, digest: bytes) -> _Asked:
        asked = self._waiting.pop(digest)
        self._waiting_of -= Counter((next(iter(asked.receivers)),))  # the room is that of the first to be sent it
        return asked

    async def run(self) -> None:
        """Ask about what waits, one after the other, until cancelled."""
        while True:
            await self._some.wait()
            digest = max(self._waiting, key=lambda one: self._waiting[one].hint)
            self._asking = digest, self._take(digest)
            if not self._waiting:
                self._some.clear()
                self._floor = math.inf
            try:
                await self._settle(*self._asking)
            finally:
                self._asking = None

    async def _settle(self, digest: bytes, asked: _Asked) -> None:
        try:
            score = await self._source.score(asked.text)
        except PortError:
            self._count(Fate.FAILED)
            return
        self._known.add(digest, score)
        if score < self._bound:
            self._count(Fate.CLEAN)
            return
        self._count(Fate.FLAGGED)
        for session in tuple(asked.receivers):
            try:
                await self._flag(session, score)
            except PortError:
                self._count(Fate.UNTOLD)
