"""Clauses of a text that tell somebody to do something, found by their verbs.

A clause is read from its verb to where its sentence ends. What stands in a field or a line of its own behind it
(`IBAN: …` below `please pay to this account`) is data that the clause speaks of, not a part of it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Final

from extproc.classify.tokens import word_set
from extproc.sessions.kinds import VERB_MASKS, asked_of

_LONGEST: Final = 400
_BEFORE: Final = 48
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
_END: Final = re.compile(
    r"[.!?](?=\s|\Z|[\"'\u201d)<])|\n\s*\n|\n\s*(?:[-*•#]|[0-9]+[.)]|[\w ]{1,30}:)|</|\"\s*[,}\]]|\Z"
)


def lowered(text: str) -> str:
    """Return a text in lower case, each character where it was: a few capitals of other scripts become two letters."""
    low = text.lower()
    if len(low) != len(text):
        low = "".join(one if len(one) == 1 else "?" for one in map(str.lower, text))
    return low


def clauses_of(text: str, low: str, apart: str) -> Iterator[tuple[int, int, int]]:
    """Return where clauses begin and end, and how long the verb is that orders; 0 when it only says what is to be done.

    `low` is the text in lower case, `apart` that with its words apart (`telling.spaced`).
    """
    present = _FORMS.intersection(apart.split())
    if not present:
        return
    end = -1
    for start, form in sorted(place for each in present for place in islice(_places(low, each), _MAX_PLACES)):
        if start >= end and _told(low, apart, start, form):
            stop = _END.search(text, start, start + _LONGEST)
            end = stop.start() if stop is not None else min(len(text), start + _LONGEST)
            yield start, end, 0 if form in _PARTICIPLES else len(form)


def _places(low: str, form: str) -> Iterator[tuple[int, str]]:
    at = low.find(form)
    size = len(form)
    while at >= 0:
        if not (low[at - 1 : at].isalnum() or low[at + size : at + size + 1].isalnum()):
            yield at, form
        at = low.find(form, at + size)


def _told(low: str, apart: str, start: int, form: str) -> bool:
    """Tell whether the verb at a place tells the reader to do it, by what stands before and behind."""
    behind = low[start + len(form) : start + len(form) + 12].lstrip(" \"'`*_")
    if behind[:1] in _NO_OBJECT or behind.split(" ", 1)[0] in _NOUN_BEFORE:
        return False
    before = low[max(0, start - _BEFORE) : start]
    stripped = before.rstrip(" \t")
    words = apart[max(0, start - _BEFORE) : start].rsplit(None, 2)
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


def kinds_in(words: Iterable[str]) -> int:
    """Return the kinds of calls, as bits, that words in lower case ask for."""
    kinds = 0
    for word in set(words):
        kinds |= asked_of(_PARTICIPLES.get(word) or _GERUNDS.get(word) or word)
    return kinds
