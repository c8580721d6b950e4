"""Texts of a server as a reader may see them: what is hidden in them said plainly, what is sensitive left out."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from extproc.mcp.pointer import Pointer
from extproc.model.finding import Finding
from extproc.model.marks import redacted
from extproc.model.message import JsonObject, JsonValue
from extproc.model.passage import Sign
from extproc.model.value import value
from extproc.pins.showing import cut, printable
from extproc.threats.views import TextView, views_of

_LONGEST: Final = 200
_FEW: Final = 3
_DEEPEST: Final = 128
# Emoji are joined and chosen by these.
_IN_EMOJI: Final = frozenset("\u200d\ufe0f")


@value
class Leaf:
    """A string of a definition, or with `in_key` the name of a member."""

    pointer: Pointer
    text: str
    in_key: bool = False


@value
class Uncovered:
    """One thing in a text that is not to be seen by persons; `reads` is what it says to a model, fit to be shown."""

    sign: Sign
    reads: str


def leaves_of(document: JsonValue, pointer: Pointer = (), depth: int = _DEEPEST) -> Iterator[Leaf]:
    """Return the strings of a document and the names of its members."""
    match document:
        case str():
            yield Leaf(pointer=pointer, text=document)
        case dict() if depth:
            for name, member in document.items():
                yield Leaf(pointer=(*pointer, name), text=name, in_key=True)
                yield from leaves_of(member, (*pointer, name), depth - 1)
        case list() if depth:
            for place, member in enumerate(document):
                yield from leaves_of(member, (*pointer, place), depth - 1)
        case _:
            pass


def leaf_at(document: JsonObject, pointer: Pointer, *, in_key: bool) -> str:
    """Return the text at a place of a document, where there is one."""
    if in_key:
        return str(pointer[-1])
    found: JsonValue = document
    for token in pointer:
        match found, token:
            case dict(), str():
                found = found.get(token)
            case list(), int():
                found = found[token]
            case _:
                return ""
    return str(found)


def excerpt(text: str, start: int, end: int, sensitive: Sequence[Finding] = ()) -> str:
    """Return a part of a text in one line: marks for what is `sensitive` in it, escapes for what is not seen."""
    pieces: list[str] = []
    at = start
    for one in sorted(sensitive, key=lambda one: one.start):
        if one.end <= at or one.start >= end:
            continue
        pieces += (text[at : one.start], redacted(one.entity))
        at = one.end
    return _line("".join((*pieces, text[at:end])))


def uncovered(text: str, sensitive: Sequence[Finding] = ()) -> tuple[Uncovered, ...]:
    """Return what is hidden, encoded or disguised in a text, each with what it reads as."""
    seen = views_of(text)
    found = []
    for sign in seen.signs:
        if any(one.start < sign.end and sign.start < one.end for one in sensitive):
            reads = excerpt(text, sign.start, sign.end, sensitive)
        else:
            reads = _line(_reads(text, seen.views, sign))
        found.append(Uncovered(sign=sign, reads=reads))
    return tuple(found)


def unseen(text: str) -> str:
    """Return which characters of a text are not seen, and how many of each; nothing for what belongs to emoji."""
    if text.isprintable():
        return ""
    counts = Counter(one for one in text if not one.isprintable() and not one.isspace() and one not in _IN_EMOJI)
    told = [f"{printable(one)} x {count}" for one, count in counts.most_common(_FEW)]
    return ", ".join((*told, "and others") if len(counts) > _FEW else told)


def _line(text: str) -> str:
    """Return a text in one line, cut; of what is not seen a little is escaped, and much is counted."""
    line = " ".join(text.split())
    if line.isprintable():
        return cut(line, _LONGEST)
    pieces = []
    for seen, run in groupby(line, str.isprintable):
        piece = "".join(run)
        pieces.append(piece if seen or len(piece) <= _FEW else f"[{len(piece)} characters that are not seen]")
    return cut("".join(pieces), _LONGEST)


def _reads(text: str, views: Sequence[TextView], sign: Sign) -> str:
    """Return what was made of the part that a sign is about: a text of its own, or a part of the cleaned one."""
    made = [view for view in views if view.depth and view.text]
    for view in made:
        start, end = view.origin(0, len(view.text))
        if sign.start <= start and end <= sign.end:
            return view.text
    for view in made:
        start, end = view.origin(0, len(view.text))
        if start <= sign.start and sign.end <= end:
            return _part(view, sign)
    return text[sign.start : sign.end]


def _part(view: TextView, sign: Sign) -> str:
    places = range(len(view.text))
    first = bisect_left(places, sign.start, key=lambda at: view.origin(at, at + 1)[0])
    last = bisect_left(places, sign.end, key=lambda at: view.origin(at, at + 1)[0])
    return view.text[first : max(last, first + 1)]
