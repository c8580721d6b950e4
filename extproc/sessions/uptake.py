"""Whether a call takes up what a result wanted its reader to do: its targets stand in a sentence that wants something.

That an argument stands in a result says little: to work with what was read is what agents are for. How likely it is
that the result has its way, and not whoever gave the task, is weighed (`odds`): by how the sentence speaks, by what the
call does and how it came about, and by whether its targets stand there only: neither in another call's arguments
before, which shows that somebody else named them, nor as data of a result.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from extproc.classify.sensitive import names_credential
from extproc.model.intent import Intent
from extproc.model.value import value
from extproc.sessions.fingerprints import Printer
from extproc.sessions.kinds import Kind, mask_of
from extproc.sessions.odds import likelihood, weighed
from extproc.sessions.sinks import Leaf, Reach, Sink
from extproc.sessions.steps import Pointer
from extproc.sessions.targets import number, plain, targets_of
from extproc.sessions.trail import Ask, Mark, Trail

_SURE: Final = 0.7
_AIMED: Final = frozenset(
    {Kind.PAYMENT, Kind.MAIL, Kind.CHAT, Kind.SHARE, Kind.MEMBERS, Kind.PUBLISH, Kind.HTTP, Kind.DNS, Kind.FETCH}
)
# The marks of the call that brought an instruction, which say what was looked for.
_MARKS: Final[Mapping[str, int]] = {
    "tasks": Mark.SOLICITED,
    "searched": Mark.SEARCHES,
    "opened": Mark.OPENS,
    "placed": Mark.PLACED,
    "bare": Mark.BARE,
}
_NOTHING: Final[frozenset[int]] = frozenset()
# Calls before it by which a call is seen, how many with an effect are many, and how many targets are all.
_RECENT: Final = 8
_SEVERAL: Final = 3
_FULLY: Final = 5
_MAX_TOKENS: Final = 192
_WHOLE: Final = 120
# Code points of one argument that are looked at for targets.
_LOOKED_AT: Final = 2048
_MAX_LABELS: Final = 4
_LOOKED_AT_FOR_GIVEN: Final = 4096
# Without one of these a text names nothing that hardly occurs by chance.
_RARE: Final = re.compile(r"[@#_\"`/\u201c\u2018\u00ab]|\.[A-Za-z]|[A-Za-z]-?[0-9]|[0-9]{4}|(?<![A-Za-z0-9])'")


@value
class Named:
    """What the arguments of a call name, as fingerprints with the argument of each.

    `aims` are those of arguments that say where to, `hard` those that hardly occur by chance, `domains` those above
    the addresses and hosts.
    """

    tokens: Mapping[int, Leaf]
    hard: frozenset[int]
    aims: frozenset[int]
    numbers: frozenset[int]
    domains: frozenset[int]


@value
class Uptake:
    """How sure it is that a call takes up an instruction, from which call's result, and in which argument."""

    score: float
    told: float
    call: str
    pointer: Pointer


def named_of(sink: Sink, printer: Printer) -> Named:
    """Return what the arguments of a call name."""
    tokens: dict[int, Leaf] = {}
    hard: set[int] = set()
    aims: set[int] = set()
    numbers: set[int] = set()
    domains: set[int] = set()
    where = {leaf.pointer for leaf in sink.where}
    for leaf in sink.filled:
        text = leaf.text
        aim = leaf.pointer in where
        sure, soft = _spelled(text)
        for host in _above(sure):
            token = printer.token(host)
            tokens.setdefault(token, leaf)
            domains.add(token)
            if aim:
                aims.add(token)
        for spelling in (*sure, *soft):
            token = printer.token(spelling)
            tokens.setdefault(token, leaf)
            if spelling in sure:
                hard.add(token)
            if aim:
                aims.add(token)
            elif spelling[0].isdecimal() and spelling.replace(".", "", 1).isdecimal():
                numbers.add(token)
        if len(tokens) >= _MAX_TOKENS:
            break
    return Named(
        tokens=tokens,
        hard=frozenset(hard),
        aims=frozenset(aims),
        numbers=frozenset(numbers),
        domains=frozenset(domains),
    )


def given_of(sink: Sink, printer: Printer) -> frozenset[int]:
    """Return what the arguments of a call name that hardly occurs by chance, and where they go to, as fingerprints."""
    found: dict[str, None] = {}
    where = {leaf.pointer for leaf in sink.where}
    room = _LOOKED_AT_FOR_GIVEN
    for leaf in sink.filled:
        aim = leaf.pointer in where
        if not aim and _RARE.search(leaf.text) is None:
            continue  # most arguments are words and numbers
        sure, soft = _spelled(leaf.text[:room])
        found.update(sure)
        if aim:
            found.update(soft)
        room -= len(leaf.text)
        if len(found) >= _MAX_TOKENS or room <= 0:
            break
    return frozenset(printer.tokens(found))


def _spelled(text: str) -> tuple[dict[str, None], dict[str, None]]:
    """Return the targets of one argument that hardly occur by chance, and the others, the argument itself included."""
    found = targets_of(text[:_LOOKED_AT])
    sure = dict.fromkeys((*found.hard, *found.quoted))
    soft = dict.fromkeys(found.soft)
    if len(text) <= _WHOLE:
        whole = number(text) if text.replace(".", "", 1).replace(",", "").isdecimal() else plain(text)
        if whole and whole not in sure:
            soft[whole] = None
    return sure, soft


def _is_credential(leaf: Leaf) -> bool:
    return bool(leaf.words) and names_credential("_".join(leaf.words))


def _above(spellings: Iterable[str]) -> Iterator[str]:
    """Return the domains above hosts and of addresses: a name made of data still ends in the host that gets it."""
    for spelling in spellings:
        host = spelling.rpartition("@")[2]
        labels = host.split(".")
        if host != spelling and len(labels) > 1:
            yield host
        for at in range(1, min(len(labels) - 1, _MAX_LABELS)):
            yield ".".join(labels[at:])


def uptake_of(trail: Trail, sink: Sink, named: Named, asks: Iterable[Ask], *, carries: bool = False) -> Uptake | None:
    """Return the surest way in which a call takes up one of these instructions; None when it takes up none.

    `carries` says that the call takes sensitive data which results held outside.
    """
    given, seen = frozenset(trail.given), frozenset(trail.seen)
    common: float | None = None
    best: Uptake | None = None
    for ask in asks:
        matched = _found(named, ask, given)
        if not matched:
            continue
        if common is None:
            common = weighed(call_traits(trail, sink, named, given) | {"carries": float(carries)})
        step = trail.step_of(ask.call)
        marks = step.marks if step is not None else 0
        odds = ask.odds + common + weighed(match_traits(sink, named, ask, (given, seen), marks))
        score = likelihood(odds)
        if best is None or score > best.score:
            own = (matched & frozenset(ask.hard)) - seen - given
            token = min(own or matched, key=lambda one: str(named.tokens[one].pointer))
            best = Uptake(score=score, told=ask.score, call=ask.call, pointer=named.tokens[token].pointer)
    return best


def call_traits(trail: Trail, sink: Sink, named: Named, given: frozenset[int]) -> dict[str, float]:
    """Return the traits of a call, and of how it stands among the calls before it."""
    effects = sum(bool(step.kind) and step.intent != Intent.READ for step in trail.steps[-_RECENT:])
    return {
        "outside": float(sink.reach is Reach.OUTSIDE),
        "power": float(sink.power),
        "gives": float(sink.gives),
        "opaque": float(sink.opaque),
        "effects": min(1.0, effects / _SEVERAL),
        "calls": min(1.0, trail.calls / _RECENT),
        "related": float(not named.domains.isdisjoint(given)),
    }


def match_traits(
    sink: Sink, named: Named, ask: Ask, known: tuple[frozenset[int], frozenset[int]], marks: int
) -> dict[str, float]:
    """Return the traits of what a call has of an instruction, and of the call that brought this, by its marks.

    `known` is what was named by calls before, and what results have as data.
    """
    given, seen = known
    matched = _found(named, ask, given)
    own = matched - seen - given
    made = {name: 1.0 for name, mark in _MARKS.items() if marks & mark}
    made["agrees"] = float(bool(ask.kinds & mask_of(sink.kinds)))
    made["rare_own"] = float(not own.isdisjoint(named.hard) and not own.isdisjoint(ask.hard))
    made["aimed_own"] = float(not own.isdisjoint(named.aims))
    made["matched"] = min(1.0, len(matched) / _FULLY)
    elsewhere = bool(named.aims) and (matched & named.aims) <= given
    made["astray"] = float(elsewhere and not sink.kinds.isdisjoint(_AIMED))
    made["credential"] = float(any(_is_credential(named.tokens[token]) for token in matched))
    made["solicited"] = float(ask.solicited)
    made["rival"] = float(ask.rival)
    return made


def _found(named: Named, ask: Ask, given: frozenset[int]) -> frozenset[int]:
    """Return what a call has of an instruction; nothing when somebody else named all of it before.

    What clearly speaks to the model counts even then.
    """
    matched = frozenset(named.tokens.keys() & {*ask.hard, *ask.soft})
    return _NOTHING if ask.score < _SURE and matched <= given else matched
