"""What many patterns find in many texts at once, in every view of each: pieces of evidence, by family.

A pattern is searched by an engine in one pass over all views, then once more by itself in the line where it ended, so
that limits of repeats hold and its beginning is known.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from extproc.detect.matching import Engine, Expression
from extproc.detect.pattern import read_pattern
from extproc.model.passage import Sign
from extproc.threats.lines import lined
from extproc.threats.views import TextView, Views, views_of

# Makes an engine for expressions. Raises: `PatternError`.
Engines: TypeAlias = Callable[[Sequence[Expression]], Engine]

MAX_REACH: Final = 600
# Signs of one pattern in one text: more of the same is no more evidence.
MAX_REPEATED: Final = 4
# Room for blanks, which are one in a pattern and any number in a text.
_SLACK: Final = 64
# Bytes for one pass: an engine has a limit of matches for each, and what floods one pass is not to blind the next.
_PASS: Final = 64 * 1024
_TOKEN: Final = re.compile(r"\\(.)|(\[\^?)\]?(?:\\.|[^\]\\])*\]|( )([*+?{]?)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePattern:
    """One pattern, as its file has it, and the family that it is evidence of."""

    id: str
    family: str
    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The patterns of one use, and what each family weighs there."""

    patterns: tuple[EvidencePattern, ...]
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """A part of a view in a buffer: which text and view, its characters from `first` on, and its bytes."""

    number: int
    view: TextView
    text: str
    first: int
    data: bytes


class EvidenceEngine:
    """Patterns in use. Safe to use from several threads."""

    def __init__(self, patterns: Sequence[EvidencePattern], engines: Engines) -> None:
        """Compile patterns. Raises: `PatternError` when one cannot be compiled."""
        self._patterns = [
            (one, re.compile(searched(one.pattern), re.ASCII | re.MULTILINE), reach_of(one.pattern)) for one in patterns
        ]
        self._engine = engines(
            [Expression(text=searched(one.pattern), ignore_case=True, shared=False) for one in patterns]
        )

    def found(self, texts: Sequence[str]) -> list[tuple[Sign, ...]]:
        """Return the signs in each text, of its views too, where they stand in it; in the order of their places."""
        return self.found_in([views_of(text) for text in texts])

    def found_in(self, texts: Sequence[Views]) -> list[tuple[Sign, ...]]:
        """Return the signs in each text whose views are known."""
        signs: list[dict[Sign, None]] = [dict.fromkeys(views.signs) for views in texts]
        for stretches in _passes(texts):
            for number, sign in self._pass(stretches):
                signs[number].setdefault(sign)
        return [tuple(sorted(found, key=lambda sign: (sign.start, sign.end, sign.code))) for found in signs]

    def _pass(self, stretches: Sequence[_Stretch]) -> Iterator[tuple[int, Sign]]:
        starts, at = [], 1
        for stretch in stretches:
            starts.append(at)
            at += len(stretch.data) + 1
        buffer = b"\n" + b"".join(stretch.data + b"\n" for stretch in stretches)
        by_stretch: dict[int, list[tuple[int, int]]] = {}
        for number, end in self._engine.hits(buffer).pairs:
            place = bisect_right(starts, end - 1) - 1
            by_stretch.setdefault(place, []).append((end - starts[place], number))
        for place, hits in by_stretch.items():
            stretch = stretches[place]
            for sign in self._confirmed(stretch, _characters(stretch.data, sorted(hits))):
                yield stretch.number, sign

    def _confirmed(self, stretch: _Stretch, hits: Iterator[tuple[int, int]]) -> Iterator[Sign]:
        """Return what of hits, whose ends ascend, holds when a pattern is searched by itself.

        A search covers all that could end up to where it ends, so no part of a line is searched again and again.
        """
        text = stretch.text
        searched: dict[int, int] = {}
        found: dict[int, list[int]] = {}
        for end, number in hits:
            before = found.setdefault(number, [0])
            if end <= searched.get(number, 0) or len(before) > MAX_REPEATED:
                continue
            one, pattern, reach = self._patterns[number]
            line, stop = text.rfind("\n", 0, end - 1) + 1, text.find("\n", end)
            low, high = max(line, end - reach - _SLACK, before[-1]), min(len(text) if stop < 0 else stop, end + reach)
            match = pattern.search(text, low, high)
            if match is None:
                searched[number] = high
                continue
            searched[number] = match.end()
            before.append(match.end())
            start, stop = stretch.view.origin(match.start() + stretch.first, match.end() + stretch.first)
            yield Sign(code=one.id, family=one.family, start=start, end=stop)


def searched(pattern: str) -> str:
    """Return a pattern as it is searched: a blank stands for any number of blanks, and nothing leaves its line."""
    return _TOKEN.sub(_searched, pattern)


def reach_of(pattern: str) -> int:
    """Return how many characters a pattern is let match. Raises: `PatternError` when not every engine can run it."""
    return min(read_pattern(pattern.replace("\\s", " ")).most, MAX_REACH)


def _searched(found: re.Match[str]) -> str:
    escaped, opening, blank, repeat = found.groups()
    if escaped is not None:
        return {"s": " ", "W": r"[^0-9A-Za-z_\n]", "D": r"[^0-9\n]"}.get(escaped, found[0])
    if opening is not None:
        return found[0] if opening == "[" else r"[^\n" + found[0][len(opening) :]
    if blank is not None:
        return {"": " +", "?": " *"}.get(repeat, found[0])
    return found[0]


def _passes(texts: Sequence[Views]) -> Iterator[list[_Stretch]]:
    """Return the views of all texts in portions of at most a fixed size."""
    portion: list[_Stretch] = []
    size = 0
    for stretch in _stretches(texts):
        if portion and size + len(stretch.data) > _PASS:
            yield portion
            portion, size = [], 0
        portion.append(stretch)
        size += len(stretch.data)
    if portion:
        yield portion


def _stretches(texts: Sequence[Views]) -> Iterator[_Stretch]:
    for number, views in enumerate(texts):
        for view in views.views:
            text, first = lined(view.text), 0
            while first < len(text):
                last = len(text) if len(text) - first <= _PASS // 2 else _cut(text, first)
                part = text[first:last]
                yield _Stretch(number=number, view=view, text=part, first=first, data=part.encode(errors="replace"))
                first = last


def _cut(text: str, first: int) -> int:
    """Return where a stretch ends: behind a line, or in the midst of one that is longer than any sentence."""
    high = first + _PASS // 2
    return text.rfind("\n", first, high) + 1 or high


def _characters(data: bytes, hits: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Return hits, whose ends ascend, with their ends in characters instead of bytes."""
    if data.isascii():
        yield from hits
        return
    at = count = 0
    for end, number in hits:
        count += len(data[at:end].decode(errors="ignore"))
        at = end
        yield count, number
