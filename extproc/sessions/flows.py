"""What of the sensitive data that a scope has read stands in the arguments of a call, as it was or re-encoded."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from extproc.classify.sensitive import names_credential
from extproc.model.finding import Category, Finding
from extproc.model.value import value
from extproc.sessions.fingerprints import SHORTEST, Printer, folded
from extproc.sessions.forms import forms_of
from extproc.sessions.kinds import Kind
from extproc.sessions.sinks import Leaf, Sink
from extproc.sessions.steps import CallStep, Pointer
from extproc.sessions.targets import plain
from extproc.sessions.trail import Item, Trail

# The part of a value that must stand in one call, and in several calls together: a cut costs it some of its grams.
_WHOLE: Final = 0.6
_TOGETHER: Final = 0.45
_LEAST: Final = 3
# A part of a long key is as good as lost already, though the rest of it be safe.
_SOME: Final = 0.25
_ENOUGH: Final = 10
# Values of a bulk, and shingles of a text, that make a copy of it.
_MANY: Final = 6
_COPIED: Final = 3
_MAX_GRAMS: Final = 1024
_SHORT_TEXT: Final = 400
_MAX_COPIED: Final = 4096
_SHORT_VALUE: Final = 4
_RUN: Final = re.compile(r"[A-Za-z0-9+/=_.-]{5,}")
_WORD: Final = re.compile(r"\w+")
_LONG_WORD: Final = 16
_CARRIERS: Final = frozenset({Kind.HTTP, Kind.DNS, Kind.FETCH, Kind.EXECUTE})
_CREDENTIAL_KEYS: Final = frozenset({"authorization", "auth", "token", "password", "bearer", "proxy-authorization"})
_PREFIX: Final = ("params", "arguments")

_LONGEST_ID: Final = 200
# Behind the category of what an object holds that a call has made.
HELD: Final = ":held"
PLAIN: Final = "plain"
ENCODED: Final = "encoded"
SPLIT: Final = "split"


@value
class Flow:
    """Sensitive data in a call: their category, which server and calls they came from, and how they are written.

    `used` when a credential stands where a credential is asked for, as in `api_key`; `asked` when the call that
    brought it asked for just such a value.
    """

    category: str
    server: str
    calls: tuple[str, ...]
    how: str
    pointer: Pointer
    used: bool = False
    asked: bool = False


@value
class Carried:
    """The flows of a call, and by the print of an item which of its grams stand in the call in any form, as bits."""

    flows: tuple[Flow, ...] = ()
    pieces: Mapping[str, int]


_NOTHING: Final = Carried(pieces={})


def carried_of(trail: Trail, call: CallStep, sink: Sink, printer: Printer) -> Carried:
    """Return what of the sensitive data of a trail stands in a call. Pieces count, when others went out before."""
    if not (trail.items or trail.copies):
        return _NOTHING
    prints = {finding.fingerprint: finding for finding in call.findings if finding.fingerprint}
    # What goes nowhere is not decoded: a credential is used as it is.
    forms = tuple(_decoded(sink.filled)) if sink.kinds else ()
    flows = [*_copied(trail, sink, forms, printer, prints), *_held(trail, sink, printer)]
    pieces: dict[str, int] = {}
    if trail.items:
        direct = _Written(sink.filled, trail.items, printer)
        encoded = _Written(forms, trail.items, printer)
        for item in trail.items:
            bits = direct.bits(item), encoded.bits(item)
            flow = _flow(item, sink, (direct, encoded), bits, prints)
            if flow is not None:
                flows.append(flow)
            if bits[0] | bits[1]:
                pieces[item.print] = bits[0] | bits[1]
    return Carried(flows=tuple(flows), pieces=pieces)


class _Written:
    """The grams of some texts, each with the argument that has it first."""

    def __init__(self, leaves: Iterable[Leaf], items: tuple[Item, ...], printer: Printer) -> None:
        sizes = sorted({item.size for item in items if item.size >= SHORTEST or item.size in {3, 5}})
        short = {item.size for item in items} - set(sizes)
        self._where: dict[int, Leaf] = {}
        left = _MAX_GRAMS
        for leaf in leaves:
            for run in _runs(leaf.text) if sizes else ():
                for size in sizes:
                    for gram in printer.grams(run[: max(size, left)], size):
                        self._where.setdefault(gram, leaf)
                    left -= len(run)
                if left <= 0:
                    break
            for word in map(folded, _WORD.findall(leaf.text) if short else ()):
                if len(word) in short and len(word) >= _SHORT_VALUE:
                    self._where.setdefault(printer.grams(word, len(word))[0], leaf)
            if left <= 0:
                break

    def bits(self, item: Item) -> int:
        """Return which grams of an item stand in the texts."""
        where = self._where
        if where.keys().isdisjoint(item.grams):
            return 0
        return sum(1 << at for at, gram in enumerate(item.grams) if gram in where)

    def leaf(self, item: Item) -> Leaf | None:
        """Return the argument that has the first gram of an item."""
        return next((self._where[gram] for gram in item.grams if gram in self._where), None)


def _runs(text: str) -> Iterator[str]:
    """Return the stretches of a text that may hold a value, folded: all of a short one; else what is no plain word."""
    if len(text) <= _SHORT_TEXT:
        yield folded(text)
        return
    for run in _RUN.findall(text):
        if not (run.isalpha() and (run.islower() or run.istitle()) and len(run) < _LONG_WORD):
            yield folded(run)


def _decoded(leaves: Iterable[Leaf]) -> Iterator[Leaf]:
    for leaf in leaves:
        for form in forms_of(leaf.text):
            yield Leaf(pointer=leaf.pointer, words=leaf.words, text=form)


def _flow(
    item: Item, sink: Sink, written: tuple[_Written, _Written], bits: tuple[int, int], prints: Mapping[str, Finding]
) -> Flow | None:
    plain_text, encoded = written
    direct, here = bits[0], bits[0] | bits[1]
    finding = prints.get(item.print)
    if _covers(item, direct, _WHOLE):
        how, leaf = PLAIN, plain_text.leaf(item)
    elif finding is not None or _covers(item, here, _WHOLE):
        how, leaf = ENCODED, encoded.leaf(item)
    elif here & ~item.sent and _in_pieces(item, here):
        how, leaf = SPLIT, plain_text.leaf(item) or encoded.leaf(item)
    else:
        return None
    pointer = leaf.pointer if leaf is not None else _below(finding)
    if how == PLAIN and item.category != Category.SECRET and _is_destination(pointer, sink):
        return None
    parts = item.parts if how == SPLIT else ()
    return Flow(
        category=item.category,
        server=item.server,
        calls=(item.call, *parts),
        how=how,
        pointer=pointer,
        used=item.category == Category.SECRET and _credential_key(pointer),
        asked=item.asked,
    )


def _in_pieces(item: Item, here: int) -> bool:
    """Tell whether enough of a value went out before, and goes out now, or enough of a long one at once."""
    if item.sent and _covers(item, here | item.sent, _TOGETHER):
        return True
    return item.category == Category.SECRET and here.bit_count() >= max(_ENOUGH, _SOME * len(item.grams))


def _credential_key(pointer: Pointer) -> bool:
    name = next((part for part in reversed(pointer) if isinstance(part, str)), "")
    return name.casefold() in _CREDENTIAL_KEYS or names_credential(name)


def _covers(item: Item, bits: int, share: float) -> bool:
    count = bits.bit_count()
    return count >= min(_LEAST, len(item.grams)) and count >= share * len(item.grams) > 0


def _is_destination(pointer: Pointer, sink: Sink) -> bool:
    """Tell whether an argument is where a call goes: to pay into an account does not send the account anywhere."""
    return sink.kinds.isdisjoint(_CARRIERS) and any(leaf.pointer == pointer for leaf in sink.where)


def _below(finding: Finding | None) -> Pointer:
    if finding is None:
        return ()
    return finding.pointer[2:] if finding.pointer[:2] == _PREFIX else finding.pointer


def _held(trail: Trail, sink: Sink, printer: Printer) -> Iterator[Flow]:
    """Return what a call hands on without holding it: the id of a file or page into which it was written before."""
    objects = [copy for copy in trail.copies if copy.category.endswith(HELD)]
    if not objects:
        return
    ids = {printer.token(plain(leaf.text)): leaf for leaf in sink.filled if len(leaf.text) <= _LONGEST_ID}
    for copy in objects:
        found = next((ids[token] for token in copy.shingles if token in ids), None)
        if found is not None:
            category = copy.category.removesuffix(HELD)
            yield Flow(category=category, server=copy.server, calls=(copy.call,), how=PLAIN, pointer=found.pointer)


def _copied(
    trail: Trail, sink: Sink, forms: tuple[Leaf, ...], printer: Printer, prints: Mapping[str, Finding]
) -> Iterator[Flow]:
    """Return the sensitive texts, and the sets of many personal values, of which a call holds a good part."""
    if not trail.copies:
        return
    marks = {int(mark[:8], 16) for mark in prints}
    texts: list[tuple[Leaf, str, frozenset[int]]] | None = None
    for copy in trail.copies:
        if copy.category.endswith(HELD):
            continue
        if copy.category == "bulk":
            if len(marks.intersection(copy.shingles)) >= _MANY:
                pointer = _below(next(iter(prints.values())))
                yield Flow(category="bulk", server=copy.server, calls=(copy.call,), how=PLAIN, pointer=pointer)
            continue
        if texts is None:
            texts = [(leaf, PLAIN, frozenset(printer.shingles(leaf.text[:_MAX_COPIED]))) for leaf in sink.filled]
            texts += [(leaf, ENCODED, frozenset(printer.shingles(leaf.text[:_MAX_COPIED]))) for leaf in forms]
        for leaf, how, shingles in texts:
            if len(shingles.intersection(copy.shingles)) >= _COPIED:
                yield Flow(
                    category=copy.category, server=copy.server, calls=(copy.call,), how=how, pointer=leaf.pointer
                )
                break
