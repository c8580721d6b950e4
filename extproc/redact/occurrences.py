"""Find given values in texts, however they are spelled in JSON or a URL; all texts of a message at once."""

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Final, TypeAlias
from urllib.parse import quote

from extproc.model.marks import MARK

# A shorter value is too often a part of something else.
LEAST: Final = 4
# From this length on, digits inside a longer number are no coincidence.
_TELLING: Final = 7
_GROUPED_DIGITS: Final = re.compile(r"[0-9](?:[ .\-]?[0-9]){7,}")
_BETWEEN_DIGITS: Final = re.compile(r"[ .\-]")
_BETWEEN: Final = "\x00"
# One value after the other is looked for up to so many characters in all; from there on one expression is for all of
# them, which takes long to compile and then looks at each character once.
_ONE_BY_ONE: Final = 50_000_000

# Start, end and value.
Hit: TypeAlias = tuple[int, int, str]


class Occurrences:
    """The values of one message that are to be found wherever they stand in it."""

    __slots__ = ("_limit", "_values")

    def __init__(self, values: Iterable[str], one_by_one: int = _ONE_BY_ONE) -> None:
        """Take the values; those that are too short are not looked for."""
        self._values = sorted(value for value in values if len(value) >= LEAST)
        self._limit = one_by_one

    def within(self, texts: Sequence[str]) -> list[list[Hit]]:
        """Return for each text what stands in it, from the left, the longest first; nothing in our own marks."""
        found: list[list[Hit]] = [[] for _ in texts]
        if not self._values or not texts:
            return found
        joined = _BETWEEN.join(texts)
        starts = [0, *accumulate(len(text) + 1 for text in texts)]
        for start, end, value in self._hits(joined):
            number = bisect_right(starts, start) - 1
            if end < starts[number + 1]:
                found[number].append((start - starts[number], end - starts[number], value))
        return [_settled(text, hits) if hits else hits for text, hits in zip(texts, found, strict=True)]

    def _hits(self, text: str) -> Iterator[Hit]:
        spellings = self._spellings(text)
        if len(spellings) * len(text) > self._limit:
            pattern = re.compile(_trie(sorted(spellings)))
            yield from ((hit.start(), hit.end(), spellings[hit.group()]) for hit in pattern.finditer(text))
            return
        for spelling, value in spellings.items():
            at = text.find(spelling)
            while at >= 0:
                yield at, at + len(spelling), value
                at = text.find(spelling, at + 1)

    def _spellings(self, text: str) -> Mapping[str, str]:
        """Return the values by all of their spellings that can stand in this text."""
        # What is written as it is found goes before what another value would be written as.
        spellings = {value: value for value in self._values}
        for value in self._values:
            for spelling in _others(value, escaped="\\" in text, encoded="%" in text):
                spellings.setdefault(spelling, value)
        return spellings


def as_number(written: str, hits: Iterable[Hit]) -> str | None:
    """Return the value that a number is, or has in it when it is long enough to be no coincidence."""
    return next((value for start, end, value in hits if end - start >= min(len(written), _TELLING)), None)


def _settled(text: str, hits: list[Hit]) -> list[Hit]:
    marks = [mark.span() for mark in MARK.finditer(text)] if "[" in text else []
    settled: list[Hit] = []
    reached = 0
    for start, end, value in sorted(hits, key=lambda hit: (hit[0], -hit[1])):
        if start < reached or any(left < end and start < right for left, right in marks):
            continue
        settled.append((start, end, value))
        reached = end
    return settled


def _others(value: str, *, escaped: bool, encoded: bool) -> Iterator[str]:
    """Yield a value as it stands in a JSON string once and twice over, in a URL, and without what groups its digits."""
    if encoded:
        yield quote(value, safe="")
    for ascii_only in (True, False) if escaped else ():
        once = json.dumps(value, ensure_ascii=ascii_only)[1:-1]
        yield once
        yield json.dumps(once, ensure_ascii=ascii_only)[1:-1]
    if _GROUPED_DIGITS.fullmatch(value):
        yield _BETWEEN_DIGITS.sub("", value)


def _trie(words: list[str]) -> str:
    """Return a pattern for sorted, different words that looks at each character once, however many words there are."""
    if len(words) == 1:
        return re.escape(words[0])
    first, last = words[0], words[-1]
    shared = next((at for at, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), len(first))
    ends = len(first) == shared
    rest = words[1:] if ends else words
    groups: dict[str, list[str]] = {}
    for word in rest:
        groups.setdefault(word[shared], []).append(word[shared:])
    branches = "|".join(map(_trie, groups.values()))
    return f"{re.escape(first[:shared])}(?:{branches}){'?' if ends else ''}"
