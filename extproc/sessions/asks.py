"""What a text asks of its reader: clauses that tell somebody to do something, with what they say to do it to.

A clause is read from its verb to where its sentence ends. What stands in a field or a line of its own behind it
(`IBAN: …` below `please pay to this account`) is data that the clause speaks of, not a part of it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from extproc.classify.tokens import word_set
from extproc.model.passage import Passage
from extproc.model.value import value
from extproc.sessions.kinds import ANY, TELLING_MASK, VERB_MASKS, asked_of
from extproc.sessions.targets import Targets, targets_of

MAX_ASKS: Final = 16
# Below this score a text is not suspicious, and what it asks for counts only where that is seldom asked by data.
HINT: Final = 0.2
_MAX_TEXT: Final = 65_536
# A clause near a passage belongs to it: one sentence makes the reader obey, the next ones say what is to be done.
_NEAR: Final = 240
_LONGEST: Final = 400
_BEFORE: Final = 48
_BACK: Final = 120
# Places of one verb that are looked at.
_MAX_PLACES: Final = 400

_IRREGULAR: Final = {
    "sent": "send",
    "paid": "pay",
    "given": "give",
    "made": "make",
    "written": "write",
    "set": "set",
    "put": "put",
    "told": "tell",
    "bought": "buy",
    "wired": "wire",
    "reset": "reset",
}
_DOUBLED: Final = {"commit": "committed", "submit": "submitted", "transmit": "transmitted", "ban": "banned"}


def _participle(verb: str) -> str:
    if verb in _DOUBLED:
        return _DOUBLED[verb]
    if verb.endswith("e"):
        return verb + "d"
    return verb[:-1] + "ied" if verb.endswith("y") and verb[-2] not in "aeiou" else verb + "ed"


def _gerund(verb: str) -> str:
    if verb in _DOUBLED:
        return _DOUBLED[verb][:-2] + "ing"
    return verb[:-1] + "ing" if verb.endswith("e") else verb + "ing"


_PARTICIPLES: Final[Mapping[str, str]] = {_participle(verb): verb for verb in VERB_MASKS} | _IRREGULAR
_GERUNDS: Final[Mapping[str, str]] = {_gerund(verb): verb for verb in VERB_MASKS}
_FORMS: Final = frozenset(VERB_MASKS) | frozenset(_PARTICIPLES) | frozenset(_GERUNDS)
_WORD: Final = re.compile(r"[a-z]+")
# Where a sentence or a part of one begins.
_OPENS: Final = frozenset(".!?:;,>])}\"'\u201c\u201d\u2018\u2019\u00bb*•|~=#\n")
# Only with a space behind it does one of these begin a part.
_DASHES: Final = frozenset("-\u2013\u2014/0123456789")
_LEADS: Final = word_set(
    """
    please kindly then and also first firstly second secondly next now finally lastly instead simply just immediately
    must should shall always will can could would you u let's lets but or quickly directly silently bitte
    """
)
# Behind these a word is told, not asked for: `he will send`, `they could pay`.
_MODALS: Final = word_set("will can could would")
_PERSONS: Final = word_set("you u agent assistant ai model llm bot agents assistants reader")
_BEFORE_TO: Final = word_set(
    """
    need needs needed have has want wants like you sure forget remember required instructed supposed proceed is are be
    continue try agent assistant model ai asked urged obliged expected free user please order task goal job duty
    """
)
_BEFORE_GERUND: Final = word_set("by start begin try consider mind needs requires involves")
_NO_OBJECT: Final = frozenset(":=(")
# A word before one of these is a noun: `email is`, `order of`, `message from`.
_NOUN_BEFORE: Final = word_set("is are was were has had of from address addresses will would should id ids name")
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
_END: Final = re.compile(
    r"[.!?](?=\s|\Z|[\"'\u201d)<])|\n\s*\n|\n\s*(?:[-*•#]|[0-9]+[.)]|[\w ]{1,30}:)|</|\"\s*[,}\]]|\Z"
)
_SURE: Final = re.compile(r"[@\"'`\u201c\u2018\u00ab_0-9]|\w\.\w")


@value
class Clause:
    """One thing that a text asks for: by which kinds of call (bits), how suspicious the text is, and its targets.

    `spoken` when the text speaks to the model, or hides from everybody else.
    """

    kinds: int
    score: float
    start: int
    end: int
    targets: Targets
    spoken: bool = False


def asks_of(text: str, passages: Sequence[Passage]) -> tuple[Clause, ...]:
    """Return what a text asks for, the most suspicious first; the passages are those found in it."""
    text = _unescaped(text[:_MAX_TEXT])
    found: list[Clause] = []
    weak = 0
    for start, end, verb in _clauses(text):
        if weak >= MAX_ASKS and not passages:
            break
        score = _score(start, end, passages)
        clause = text[start:end]
        if score < HINT and (weak >= MAX_ASKS or _SURE.search(clause) is None):
            continue
        kinds = _kinds(clause)
        if score < HINT and not kinds & TELLING_MASK:
            continue
        targets = targets_of(_unwrapped(clause[verb:]))
        if targets.hard or targets.quoted or (score >= HINT and targets.soft):
            weak += score < HINT
            spoken = any(_near(start, end, passage) and _speaks(passage) for passage in passages)
            found.append(Clause(kinds=kinds, score=score, start=start, end=end, targets=targets, spoken=spoken))
    found += _wordless(text, passages, [(clause.start, clause.end) for clause in found])
    found.sort(key=lambda clause: -clause.score)
    return tuple(found[:MAX_ASKS])


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


def _clauses(text: str) -> Iterator[tuple[int, int, int]]:
    """Return where clauses begin and end, and how long the verb is at the beginning, when it stands there."""
    low = text.lower()
    if len(low) != len(text):  # a few capitals of other scripts become two letters
        low = "".join(one if len(one) == 1 else "?" for one in map(str.lower, text))
    present = _FORMS.intersection(_WORD.findall(low))
    if not present:
        return
    end = -1
    for start, form in sorted(place for each in present for place in islice(_places(low, each), _MAX_PLACES)):
        if start >= end and _told(low, start, form):
            stop = _END.search(text, start, start + _LONGEST)
            end = stop.start() if stop is not None else min(len(text), start + _LONGEST)
            if form in _PARTICIPLES:
                yield _beginning(text, start), end, 0
            else:
                yield start, end, len(form)


def _beginning(text: str, start: int) -> int:
    """Return where the sentence begins in which something is to be done: what it is done to stands before the verb."""
    least = max(0, start - _BACK)
    return max((found.end() for found in _END.finditer(text, least, start)), default=least)


def _places(low: str, form: str) -> Iterator[tuple[int, str]]:
    at = low.find(form)
    size = len(form)
    while at >= 0:
        if not (low[at - 1 : at].isalnum() or low[at + size : at + size + 1].isalnum()):
            yield at, form
        at = low.find(form, at + size)


def _told(low: str, start: int, form: str) -> bool:
    """Tell whether the verb at a place tells the reader to do it, by what stands before and behind."""
    behind = low[start + len(form) : start + len(form) + 12].lstrip(" \"'`*_")
    if behind[:1] in _NO_OBJECT or behind.split(" ", 1)[0] in _NOUN_BEFORE:
        return False
    before = low[max(0, start - _BEFORE) : start]
    stripped = before.rstrip(" \t")
    words = _WORD.findall(before)
    last = words[-1] if words else ""
    earlier = words[-2] if len(words) > 1 else ""
    opens = not stripped or stripped[-1] in _OPENS or (stripped[-1] in _DASHES and before[-1:] in " \t\n")
    if form in VERB_MASKS:
        if opens:
            return True
        if last == "to":
            return earlier in _BEFORE_TO
        if last in _MODALS:
            return earlier in _PERSONS
        return last in _LEADS or last in _PERSONS
    if form in _PARTICIPLES:
        return last == "be" or (last == "is" and not opens)
    return last in _BEFORE_GERUND


def _kinds(clause: str) -> int:
    kinds = 0
    for word in set(_WORD.findall(clause.lower())):
        kinds |= asked_of(_PARTICIPLES.get(word) or _GERUNDS.get(word) or word)
    return kinds


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
