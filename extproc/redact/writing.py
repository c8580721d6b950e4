"""Write marks into a text in place of spans, so that JSON inside of it stays JSON."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from extproc.model.value import value
from extproc.redact.json_text import Place
from extproc.redact.operators import Sort, strictest

# What a value of a sort becomes.
Mark: TypeAlias = Callable[[Sort, str], str]


@value
class Span:
    """A place in a text and what becomes of it."""

    place: Place
    sort: Sort


def written(text: str, spans: Iterable[Span], mark: Mark) -> str:
    """Return the text with a mark for every span; spans that overlap become one, as the strictest of them says."""
    names = _Names(text)
    pieces: list[str] = []
    at = 0
    for span in _merged(text, spans):
        place = span.place
        after = mark(span.sort, place.text)
        if place.key:
            after = names.free(after, place.text)
        pieces += (text[at : place.start], place.quote, after, place.quote)
        at = place.end
    return "".join((*pieces, text[at:]))


def _merged(text: str, spans: Iterable[Span]) -> list[Span]:
    """Return the spans from the left, those that overlap as one."""
    merged: list[list[Span]] = []
    reached = -1
    for span in sorted(spans, key=lambda span: (span.place.start, -span.place.end)):
        if span.place.start < reached:
            merged[-1].append(span)
        else:
            merged.append([span])
        reached = max(reached, span.place.end)
    return [several[0] if len(several) == 1 else _one(text, several) for several in merged]


def _one(text: str, several: list[Span]) -> Span:
    sort = strictest(span.sort for span in several)
    # The longest of those that begin first comes first; where it holds all the others, the mark is its own.
    first, end = several[0].place, max(span.place.end for span in several)
    if first.end == end:
        whole = several[0].sort
        return Span(place=first, sort=whole if whole.operator is sort.operator else sort)
    place = Place(start=first.start, end=end, text=text[first.start : end], quote=first.quote, key=first.key)
    return Span(place=place, sort=sort)


class _Names:
    """The names that members of JSON in a text get: for one name the same, for two names never one."""

    __slots__ = ("_given", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._given: dict[str, str] = {}

    def free(self, mark: str, name: str) -> str:
        """Return the mark, with a number where another member has it."""
        number, free = 1, mark
        while self._given.get(free, name) != name or (free not in self._given and free in self._text):
            number += 1
            free = f"{mark} {number}"
        self._given[free] = name
        return free
