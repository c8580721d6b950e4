"""Whether a call takes up what a result told its reader to do: the same kind of thing, to the same targets.

That an argument stands in a result says little: to work with what was read is what agents are for. It says much when
the argument stands in a clause that tells the reader to do just this, and nowhere else: neither in another call's
arguments before, which shows that somebody else named it, nor as data of a result.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from extproc.classify.sensitive import names_credential
from extproc.model.value import value
from extproc.sessions.fingerprints import Printer
from extproc.sessions.kinds import TELLING_MASK, Kind, mask_of
from extproc.sessions.sinks import Leaf, Reach, Sink
from extproc.sessions.steps import Pointer
from extproc.sessions.targets import number, plain, targets_of
from extproc.sessions.trail import Ask, Trail

_SURE: Final = 0.7
_HINT: Final = 0.2
# What each circumstance adds to how sure it is that an instruction is taken up.
_BASE: Final = 0.35
_BY_SCORE: Final = 0.5
_BY_HINT: Final = 0.2
_ONLY_THERE: Final = 0.15
_ALSO_DATA: Final = -0.25
_SEVERAL: Final = 0.1
_OUTSIDE: Final = 0.1
_SOLICITED: Final = -0.35
# The address is of a domain that was named before the result: a page tells where its own people are reached.
_RELATED: Final = -0.25
_RIVAL: Final = 0.15
# What cannot be taken back.
_LASTING: Final = 0.1
_FINAL_KINDS: Final = frozenset({Kind.DELETE, Kind.ACCOUNT})
# Mails ask for these all the time: an invitation counts only behind what is hardly anything but an attack.
_ORDINARY: Final = frozenset({Kind.CALENDAR})
_PLAINLY: Final = 0.6
# What is sent is encoded; a password is set to what a result says.
_OPAQUE: Final = 0.15
_CREDENTIAL: Final = 0.3
_AIMED: Final = frozenset(
    {Kind.PAYMENT, Kind.MAIL, Kind.CHAT, Kind.SHARE, Kind.MEMBERS, Kind.PUBLISH, Kind.HTTP, Kind.DNS, Kind.FETCH}
)
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


def uptake_of(trail: Trail, sink: Sink, named: Named, asks: Iterable[Ask]) -> Uptake | None:
    """Return the surest way in which a call takes up one of these instructions; None when it takes up none."""
    kinds = mask_of(sink.kinds)
    given, seen = frozenset(trail.given), frozenset(trail.seen)
    best: Uptake | None = None
    for ask in asks:
        if not ask.kinds & kinds or (ask.score < _HINT and not ask.kinds & kinds & TELLING_MASK):
            continue
        if sink.kinds <= _ORDINARY and ask.score < _PLAINLY:
            continue
        matched = _found(sink, named, ask, given)
        if matched is None:
            continue
        own = matched & (frozenset(ask.hard)) - seen - given
        score = _BASE + (_BY_SCORE if ask.score >= _SURE else _BY_HINT) * ask.score
        if own:
            score += _ONLY_THERE
        elif ask.score < _HINT or matched & (frozenset(ask.hard) | given):
            score += _ALSO_DATA
        score += _LASTING * (not sink.kinds.isdisjoint(_FINAL_KINDS))
        score += _SEVERAL * (len({named.tokens[token].pointer for token in matched}) > 1) + _OUTSIDE * (
            sink.reach is Reach.OUTSIDE
        )
        score += _RIVAL * ask.rival + _RELATED * (not named.domains.isdisjoint(given))
        score += _OPAQUE * sink.opaque
        if any(_is_credential(named.tokens[token]) for token in matched):
            score += _CREDENTIAL
        lasting = Kind.ACCOUNT in sink.kinds and sink.reach is Reach.OUTSIDE
        if ask.solicited and ask.score < _SURE and not (sink.gives or lasting):
            score += _SOLICITED
        if best is None or score > best.score:
            token = next(iter(own or matched))
            best = Uptake(score=min(1.0, score), told=ask.score, call=ask.call, pointer=named.tokens[token].pointer)
    return best


def _found(sink: Sink, named: Named, ask: Ask, given: frozenset[int]) -> frozenset[int] | None:
    """Return what a call has of an instruction; None when it does not follow from it.

    Nothing follows from a number alone, unless it is all that the call names, nor from what was named before by
    somebody else. Where a call says where to, this must be of the instruction, or else what hardly occurs by chance.
    """
    matched = frozenset(named.tokens.keys() & {*ask.hard, *ask.soft})
    unsure = ask.score < _SURE
    if not matched:
        return None
    if not sink.kinds.isdisjoint(_AIMED) and named.aims:
        aims = matched & named.aims
        if aims:
            return None if unsure and aims <= given else matched
        return matched if (matched & named.hard & frozenset(ask.hard)) - given else None
    if matched <= named.numbers and not named.tokens.keys() <= matched:
        return None
    return None if unsure and matched <= given else matched
