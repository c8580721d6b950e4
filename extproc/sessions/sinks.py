"""Which calls have an effect outside the conversation, of what kind, and where to."""

from collections.abc import Iterator, Mapping
from enum import IntEnum
from functools import lru_cache
from typing import Final

from extproc.classify.names import NameReading, read_name
from extproc.classify.tokens import tokenize
from extproc.classify.web import host_inside, is_drop, is_url
from extproc.model.intent import RANK, Classification, Intent
from extproc.model.message import JsonValue
from extproc.model.value import value
from extproc.sessions import sink_words as tables
from extproc.sessions.kinds import Kind
from extproc.sessions.steps import CallStep, Pointer
from extproc.sessions.targets import host_of, plain

_MAX_LEAVES: Final = 256
_MAX_TEXT: Final = 16_384
_MAX_DEPTH: Final = 16
_LONGEST_NAME: Final = 120


class Reach(IntEnum):
    """How far what a call hands out travels, as far as its arguments show."""

    NONE = 0
    INSIDE = 1
    UNKNOWN = 2
    OUTSIDE = 3


@value
class Leaf:
    """One argument: its place below the arguments, the words of the key that it stands under, and its text."""

    pointer: Pointer
    words: tuple[str, ...]
    text: str


@value
class Sink:
    """What a call does outside the conversation. Without kinds it does nothing there.

    `where` are the arguments that say where to, `filled` all arguments. `power` tells that rights are handed out,
    `gives` that data are sent by a command or to where anybody can read them, `opaque` that an argument is encoded.
    """

    kinds: frozenset[Kind]
    reach: Reach
    where: tuple[Leaf, ...]
    filled: tuple[Leaf, ...]
    power: bool
    gives: bool
    opaque: bool

    @property
    def main(self) -> Kind | None:
        """Return the kind by which the call is named."""
        return next((kind for kind in Kind if kind in self.kinds), None)


def sink_of(call: CallStep, inside: frozenset[str]) -> Sink:
    """Return what a call does outside the conversation; `inside` are the domains that are the operator's own."""
    name = read_name(call.tool[:_LONGEST_NAME])
    leaves = tuple(_leaves(call.arguments))
    codes = _codes(call.classification)
    kinds = _kinds(name, _intent(name, call.classification), leaves, codes)
    where = tuple(leaf for leaf in leaves if _says_where(leaf)) if kinds else ()
    public = _public(call.arguments)
    if public and kinds:
        kinds |= {Kind.PUBLISH}
    reach = Reach.NONE if not kinds else Reach.OUTSIDE if public else _reach(name, kinds, where, codes, inside)
    return Sink(
        kinds=kinds,
        reach=reach,
        where=where,
        filled=leaves,
        power=not tables.POWER_CODES.isdisjoint(codes),
        gives=not tables.GIVES.isdisjoint(codes),
        opaque=bool(kinds) and any(tables.OPAQUE.search(leaf.text) is not None for leaf in leaves),
    )


def _public(arguments: Mapping[str, JsonValue]) -> bool:
    """Tell whether an argument makes public what the call makes."""
    return any(
        (words[-1:] == ("public",) and each is True) or (words[-1:] == ("visibility",) and each == "public")
        for words, each in ((_words(key[:_LONGEST_NAME]), each) for key, each in arguments.items())
    )


def _intent(name: NameReading, classification: Classification | None) -> Intent:
    """Return the class by what a call does elsewhere: to read a secret is grave, but nothing leaves by it."""
    if classification is None:
        return name.intent
    if classification.intent is Intent.EXFILTRATIVE:
        others = (each.intent for each in classification.evidence if each.code not in tables.REVEALS)
        return max(others, key=RANK.__getitem__, default=Intent.READ)
    return classification.intent


def _codes(classification: Classification | None) -> frozenset[str]:
    return frozenset(each.code for each in classification.evidence) if classification is not None else frozenset()


def _kinds(name: NameReading, intent: Intent, leaves: tuple[Leaf, ...], codes: frozenset[str]) -> frozenset[Kind]:
    kinds = {kind for code, kind in tables.CODES.items() if code in codes}
    if any(code.startswith(tables.EXECUTES) for code in codes):
        kinds.add(Kind.EXECUTE)
    words = frozenset(name.words)
    if intent is Intent.READ:
        return frozenset(kinds | _reading(words, leaves))
    if codes == tables.UNKNOWN and not any(map(_says_where, leaves)):
        # `bank_transactions`, of which only nouns are known, and which goes nowhere.
        return frozenset(kinds) or tables.ONLY_CHANGE
    said = not tables.SAYS.isdisjoint(words)
    for kind, nouns in tables.NOUNS.items():
        if words.isdisjoint(nouns) or (kind in tables.TOLD and not said) or kind is Kind.FETCH:
            continue
        kinds.add(kind)
    if not tables.DELETES.isdisjoint(words) or (intent is Intent.DESTRUCTIVE and not kinds):
        kinds.add(Kind.DELETE)
    if said and not kinds:
        kinds |= {kind for kind, names in tables.PRODUCTS.items() if not words.isdisjoint(names)}
    if said and not kinds:
        kinds |= _by_arguments(leaves)
    return frozenset(kinds) if kinds else tables.ONLY_CHANGE


def _reading(words: frozenset[str], leaves: tuple[Leaf, ...]) -> set[Kind]:
    """Return what a tool that only reads still tells somebody: which page was asked for, which name was looked up."""
    kinds: set[Kind] = set()
    if not words.isdisjoint(tables.NOUNS[Kind.DNS]) and any(leaf.words[-1:] and _says_where(leaf) for leaf in leaves):
        kinds.add(Kind.DNS)
    if not words.isdisjoint(tables.SEARCHES) and not words.isdisjoint(tables.OF_THE_WEB):
        kinds.add(Kind.FETCH)
    for leaf in leaves:
        last = leaf.words[-1] if leaf.words else ""
        if is_url(leaf.text) or (
            last in tables.READS_WEB and "." in leaf.text and not leaf.text.startswith(("/", "."))
        ):
            sends = "?" in leaf.text or not words.isdisjoint(tables.HOOKS)
            kinds |= {Kind.FETCH, Kind.HTTP} if sends else {Kind.FETCH}
    return kinds


def _by_arguments(leaves: tuple[Leaf, ...]) -> set[Kind]:
    """Return what a tool that sends without saying how does, by where it sends to."""
    for leaf in leaves:
        if _says_where(leaf):
            if "@" in leaf.text[1:]:
                return {Kind.MAIL}
            if is_url(leaf.text):
                return {Kind.HTTP}
    return {Kind.CHAT} if any(_says_where(leaf) for leaf in leaves) else set()


def _says_where(leaf: Leaf) -> bool:
    words = leaf.words
    if not words:
        return False
    return words[-1] in tables.WHERE or (len(words) > 1 and words[-1] in tables.BEHIND and words[-2] in tables.WHERE)


def _reach(
    name: NameReading, kinds: frozenset[Kind], where: tuple[Leaf, ...], codes: frozenset[str], inside: frozenset[str]
) -> Reach:
    words = name.words
    if not tables.OUTSIDE_CODES.isdisjoint(codes) or not tables.OPEN.isdisjoint(words) or Kind.PAYMENT in kinds:
        return Reach.OUTSIDE
    if not tables.SEARCHES.isdisjoint(words) and not tables.OF_THE_WEB.isdisjoint(words):
        return Reach.OUTSIDE
    seen = [_of_text(leaf, inside) for leaf in where]
    return max((each for each in seen if each is not None), default=Reach.UNKNOWN)


def _of_text(leaf: Leaf, inside: frozenset[str]) -> Reach | None:
    """Return how far what is sent to an address, a host or a URL travels; None for what is none of these."""
    text = leaf.text
    hosts = [part.rpartition("@")[2].strip("<>\"' ") for part in text.split(",") if "@" in part[1:]]
    named = bool(leaf.words) and leaf.words[-1] in tables.HOSTS
    if not hosts and (named or is_url(text) or text.casefold().startswith("www.")):
        hosts = [host_of(text.strip())]
    hosts = [host.casefold() for host in hosts if "." in host]
    if not hosts:
        return None
    if all(host_inside(host, inside) and not is_drop(host) for host in hosts):
        return Reach.INSIDE
    return Reach.OUTSIDE


def _leaves(arguments: Mapping[str, JsonValue]) -> Iterator[Leaf]:
    """Return the strings and numbers of the arguments, each with the words of its key, within bounds."""
    stack: list[tuple[Pointer, tuple[str, ...], JsonValue]] = [((), (), dict(arguments))]
    left, room = _MAX_LEAVES, _MAX_TEXT
    while stack:
        pointer, words, each = stack.pop()
        if isinstance(each, dict):
            if len(pointer) < _MAX_DEPTH:
                stack += [
                    ((*pointer, key), _words(key[:_LONGEST_NAME]), below) for key, below in reversed(each.items())
                ]
        elif isinstance(each, list):
            if len(pointer) < _MAX_DEPTH:
                stack += [((*pointer, at), words, each[at]) for at in reversed(range(min(len(each), _MAX_LEAVES)))]
        elif each is not None and not isinstance(each, bool):
            text = (each if isinstance(each, str) else str(each))[:room]
            left, room = left - 1, room - len(text)
            if text:
                yield Leaf(pointer=pointer, words=words, text=text)
            if left <= 0 or room <= 0:
                return


@lru_cache(maxsize=4096)
def _words(key: str) -> tuple[str, ...]:
    return tokenize(key)


def destinations_of(sink: Sink) -> tuple[str, ...]:
    """Return where a call goes, each in one spelling."""
    return tuple(dict.fromkeys(plain(leaf.text) for leaf in sink.where))
