"""What a text asks of its reader: sentences that order or want something, with what they name.

Whoever wants something of an agent need not order it: `the desk is to be told`, `they still lack the folder`, and what
is in a sentence that wants nothing is data. How a sentence speaks is weighed (`odds`), and the likeliest are kept.
"""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from extproc.classify.tokens import word_set
from extproc.model.passage import Passage
from extproc.model.value import value
from extproc.sessions.kinds import ANY
from extproc.sessions.odds import weighed
from extproc.sessions.orders import clauses_of, kinds_in, lowered
from extproc.sessions.targets import Targets, targets_of
from extproc.sessions.telling import manner_of, sentences_of, setting_of, spaced, wants

MAX_ASKS: Final = 16
# Sentences of one text that are weighed.
_MOST: Final = 48
_SHORTEST: Final = 4
# Sentences kept of a text that is not suspicious.
_WEAK: Final = 6
# One order among many sentences that order nothing.
_FEW_ORDERS: Final = 0.25
_MANY_SENTENCES: Final = 0.2
# With less no call can obey a sentence, whatever it is.
_HOPELESS: Final = -1.5
# Below this score a text is not suspicious.
HINT: Final = 0.2
# From this score on a text is taken for an injection.
FINDING: Final = 0.5
_MAX_TEXT: Final = 65_536
# A clause near a passage belongs to it: one sentence makes the reader obey, the next ones say what is to be done.
_NEAR: Final = 240
# Code points of a sentence in which targets are looked for.
_AIMS: Final = 400

# Families of evidence that anybody who wants something of anybody gives.
_ORDERS: Final = word_set("order order_with_target order_in_field outflow sensitive urgency")
_ORDERED: Final = 0.49
# Families of evidence that only a text for a model gives.
_SPEAKS: Final = word_set(
    """
    override fake_turn secrecy reader role persona tool_call tool_name disclosure hidden_text encoded_text
    disguised_text
    """
)
_QUOTES: Final = re.compile(r"''|\\(?=[\"'])")
# Without one of these a sentence names nothing but words.
_SURE: Final = re.compile(r"[@\"'`\u201c\u2018\u00ab_0-9]|\w\.\w|[A-Z]\w{1,30} [A-Z]")


@value
class Clause:
    """One thing that a text asks for: by which kinds of call (bits), how suspicious the text is, and its targets.

    `spoken` when the text speaks to the model, or hides from everybody else. `odds` is what its traits add to how
    likely it is that a call with its targets obeys it.
    """

    kinds: int
    score: float
    start: int
    end: int
    targets: Targets
    spoken: bool = False
    odds: float = 0.0


@value
class _Read:
    """A text as it stands, and in lower case with its words apart, with its sentences and clauses."""

    text: str
    apart: str
    sentences: tuple[tuple[int, int], ...]
    clauses: tuple[tuple[int, int, int], ...]

    def words(self, start: int, end: int) -> list[str]:
        return self.apart[start:end].split()


def asks_of(text: str, passages: Sequence[Passage]) -> tuple[Clause, ...]:
    """Return what a text asks for, the most suspicious first; the passages are those found in it."""
    text = _unescaped(text[:_MAX_TEXT])
    low = lowered(text)
    apart = spaced(low)
    read = _Read(text=text, apart=apart, sentences=sentences_of(text), clauses=tuple(clauses_of(text, low, apart)))
    told = _weighed(read, passages)
    suspicious = sum(one.score >= HINT for one in told)
    found = [*_aimed(read, told[: max(_WEAK, min(suspicious, MAX_ASKS))])]
    found += _wordless(text, passages, [(clause.start, clause.end) for clause in found])
    found.sort(key=lambda clause: (-clause.score, -clause.odds))
    return tuple(found[:MAX_ASKS])


class _Told(NamedTuple):
    """A sentence that may ask for something."""

    score: float
    odds: float
    start: int
    end: int
    spoken: bool


def _weighed(read: _Read, passages: Sequence[Passage]) -> list[_Told]:
    """Return the sentences that a call might obey, the most suspicious and likeliest first."""
    setting = setting_of(read.text, read.sentences, sum(verb > 0 for *_, verb in read.clauses))
    everywhere = weighed(setting)
    lonely = setting["orders"] < _FEW_ORDERS and setting["many"] >= _MANY_SENTENCES
    told = []
    for start, end, order in islice(_telling(read, passages, rows=bool(setting["rows"])), _MOST):
        traits = manner_of(read.text[start:end], read.words(start, end), read.apart[start:end])
        traits |= {"order": float(order), "first": float(start == 0), "stray": float(order and lonely)}
        score, spoken = 0.0, False
        if passages:
            score = _score(start, end, passages)
            spoken = any(_near(start, end, passage) and _speaks(passage) for passage in passages)
            traits |= {"suspicion": score, "flagged": float(score >= FINDING), "spoken": float(spoken)}
        odds = everywhere + weighed(traits)
        if score >= HINT or odds >= _HOPELESS:
            told.append(_Told(score, odds, start, end, spoken))
    told.sort(key=lambda one: (-one.score, -one.odds))
    return told


def _aimed(read: _Read, told: Sequence[_Told]) -> Iterator[Clause]:
    """Return what of these sentences names something that a call can have."""
    for one in told:
        targets = targets_of(_unwrapped(read.text[one.start : min(one.end, one.start + _AIMS)]))
        if targets.hard or targets.quoted or targets.soft:
            yield Clause(
                kinds=kinds_in(read.words(one.start, one.end)) or (ANY if one.score >= HINT else 0),
                score=one.score,
                start=one.start,
                end=one.end,
                targets=targets,
                spoken=one.spoken,
                odds=one.odds,
            )


def _telling(read: _Read, passages: Sequence[Passage], *, rows: bool) -> Iterator[tuple[int, int, bool]]:
    """Return the sentences that order or want something or stand by a passage, and whether they order it.

    One that a line end breaks goes on, but for `rows`, each of which stands alone.
    """
    waiting = deque(read.clauses)
    done = -1
    for first, last in read.sentences:
        end = last
        orders = []
        while waiting and waiting[0][0] < end:
            _, stop, verb = waiting.popleft()
            orders.append(verb > 0)
            end = end if rows else max(end, stop)
        start, done = max(first, done), max(done, end)
        if end - start < _SHORTEST:
            continue
        near = bool(passages) and any(_near(start, end, passage) for passage in passages)
        if near or (
            _SURE.search(read.text, start, end) and (orders or wants(read.words(start, end), read.apart[start:end]))
        ):
            yield start, end, any(orders)


def _unescaped(text: str) -> str:
    """Return a text with the line ends that a format wrote as escapes, each character where it was."""
    if "\\" not in text:
        return text
    return text.replace("\\n", " \n").replace("\\t", "  ").replace("\\\n", "  ").replace("\\r", "  ")


def _wordless(text: str, passages: Sequence[Passage], spans: Sequence[tuple[int, int]]) -> Iterator[Clause]:
    """Return the passages without a clause of a known verb: whatever they want may be any kind of call."""
    for passage in passages:
        if weight_of(passage) >= HINT and not any(
            start < passage.end + _NEAR and passage.start - _NEAR < end for start, end in spans
        ):
            targets = targets_of(text[passage.start : passage.end])
            yield Clause(
                kinds=ANY,
                score=weight_of(passage),
                start=passage.start,
                end=passage.end,
                targets=targets,
                spoken=_speaks(passage),
            )


def _unwrapped(clause: str) -> str:
    """Return a clause on one line, with quotes as they are before a format doubles or escapes them."""
    line = " ".join(clause.split())
    return _QUOTES.sub(lambda found: "'" if found.group() == "''" else "", line)


def weight_of(passage: Passage) -> float:
    """Return how suspicious a passage is as an instruction to the model.

    One that only orders something, as a bill or a colleague does, is a hint at most, however clearly it orders: that
    a call does it is what counts.
    """
    plain = bool(passage.signs) and all(sign.family in _ORDERS for sign in passage.signs)
    return min(passage.score, _ORDERED) if plain else passage.score


def _score(start: int, end: int, passages: Sequence[Passage]) -> float:
    """Return the score of the most suspicious passage that a clause is a part of, or stands beside."""
    return max(
        (weight_of(passage) for passage in passages if _near(start, end, passage)),
        default=0.0,
    )


def _near(start: int, end: int, passage: Passage) -> bool:
    return start < passage.end + _NEAR and passage.start - _NEAR < end


def _speaks(passage: Passage) -> bool:
    return any(sign.family in _SPEAKS for sign in passage.signs)
