"""Cuts a text into units, which are sentences or lines, and tells where what stands in front of a sentence ends."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final, TypeAlias

from extproc.threats.linear import ALONE

# What ends a unit: the end of a sentence, an empty line, a line that is not continued, and a literal \n.
# One character that may end a unit, and then what makes it do so: a set in front lets the search leap.
_BREAK: Final = re.compile(
    r"[.!?\u2026\n\u3002\uff01\uff1f\\;>|\"'](?:"
    r"(?<=[.!?\u2026])[\"')\]*_>]{0,4}(?=[\s<])"
    r"|(?<=\n)(?:(?<![a-z,]\n)|(?=[ \t]*(?:[^a-z \t]|$|[a-z_-]{1,20}:)))"
    r"|(?<=[\u3002\uff01\uff1f])"
    r"|(?<=\\)n"
    r"|(?<=[;>]) +(?=[A-Z{<])"
    r"|(?<= \|) "
    r"|(?<=[\"'])[,;] *(?=[\"'{\[])"
    r"|(?<=>)(?=[^\s<>]{2,40} )"
    r")"
)
MAX_UNIT: Final = 480
_ROOM: Final = 60
# A bullet, a number, a quotation, a member's name, a comment mark: all that stands before the first word of a sentence.
_LEAD: Final = re.compile(
    r"(?:<[a-z!/][^<>]{0,80}>|[\s\-*>#|\"'`{\[(/=!\u2022\u201c]+|\d{1,3}[.)] "
    r"|[\"']?[A-Za-z_][A-Za-z_ -]{0,23}[\"']?: ?(?=[\s\"'>|\[{A-Z\u00c0-\u024f]))*"
)

_ASCII_WORD: Final = re.compile(r"[a-z]+")
_WORD: Final = re.compile(rf"[{ALONE}]|[^\W\d_{ALONE}]+")

Unit: TypeAlias = tuple[int, int]


def units_of(text: str) -> list[Unit]:
    """Return where the units of a text stand, ascending and without gaps worth reading; time is linear."""
    made: list[Unit] = []
    start = 0
    for found in _BREAK.finditer(text):
        _add(text, start, found.end(), made)
        start = found.end()
    _add(text, start, len(text), made)
    return made


def _add(text: str, start: int, end: int, made: list[Unit]) -> None:
    while end - start > MAX_UNIT:
        cut = text.rfind(" ", start + MAX_UNIT - _ROOM, start + MAX_UNIT)
        cut = start + MAX_UNIT if cut < 0 else cut
        made.append((start, cut))
        start = cut
    if end - start > 1:
        made.append((start, end))


def lead_of(text: str, unit: Unit) -> int:
    """Return where the first word of the sentence in a unit stands."""
    found = _LEAD.match(text, *unit)
    return unit[0] if found is None else min(found.end(), unit[1])


def unit_at(units: Sequence[Unit], place: int) -> int:
    """Return the number of the unit in which a place stands, or of the last one before it."""
    return max(bisect_right(units, (place, 1 << 60)) - 1, 0)


def words_of(text: str) -> list[str]:
    """Return the words of a text that is in lower case already."""
    return _ASCII_WORD.findall(text) if text.isascii() else _WORD.findall(text)
