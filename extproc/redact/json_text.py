"""JSON inside a text: where it stands, and how a part of it can be replaced so that it stays JSON."""

import json
import re
from bisect import bisect_right
from itertools import pairwise
from typing import Final

from extproc.model.value import value

# Numbers are not worked out: only their place matters, and a number of a million digits is one as well.
_DECODER: Final = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str, strict=False)
_OPENING: Final = re.compile(r"[\[{]")
_LITERAL: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ESCAPE: Final = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL
)
_SCALAR: Final = re.compile(r'[^\s,:\[\]{}"]+')
_SCALAR_END: Final = frozenset(' \t\r\n,:[]{}"')
_COLON: Final = re.compile(r"\s*:")
# A text that begins like JSON so often and is none is taken for prose.
_TRIES: Final = 32
_DEEPEST: Final = 3


@value
class Place:
    """What is replaced for a span: maybe a little more than the span, so that nothing is cut in two.

    `quote` stands around the mark, where a number or a whole string stood. `key` tells that it is a member's name.
    `text` is what the place says, with escapes undone, and `depth` in how many strings, one within the other, it is.
    """

    start: int
    end: int
    text: str
    quote: str = ""
    key: bool = False
    depth: int = 0


class JsonText:
    """A text, and the JSON values that stand in it."""

    __slots__ = ("_deep", "_ends", "_literals", "_starts", "segments", "text")

    def __init__(self, text: str, deep: int = 0) -> None:
        """Look for the outermost objects and arrays."""
        self.text = text
        self._deep = deep
        self.segments = _segments(text)
        self._literals = [
            literal.span() for start, end in self.segments for literal in _LITERAL.finditer(text, start, end)
        ]
        self._starts = [start for start, _ in self._literals]

    def place(self, start: int, end: int) -> Place:
        """Return what is to be replaced for a span."""
        if not self.segments:
            return Place(start=start, end=end, text=self.text[start:end])
        at = bisect_right(self.segments, (start, len(self.text))) - 1
        left, right = self.segments[at] if at >= 0 else (0, 0)
        if (left, right) == (start, end):
            return Place(start=start, end=end, text=self.text[start:end], quote='"')
        if end <= right:
            return self._in_json(left, right, start, end)
        # In prose, or from prose into JSON: what is cut goes as a whole.
        start = left if start < right else start
        cut = bisect_right(self.segments, (end - 1, len(self.text))) - 1
        if cut >= 0:
            end = max(end, self.segments[cut][1])
        return Place(start=start, end=end, text=self.text[start:end])

    def _in_json(self, segment: int, segment_end: int, start: int, end: int) -> Place:
        at = bisect_right(self._starts, start) - 1
        left, right = self._literals[at] if at >= 0 else (-1, -1)
        if left < start and end < right:
            return self._in_literal(left, right, start, end)
        if (left, right) == (start, end):
            text = _decoded(self.text[left:right])
            return Place(start=start, end=end, text=text, quote='"', key=self._is_key(right))
        if start >= right and _SCALAR.fullmatch(self.text, start, end):
            return self._scalar(start, end)
        # Half in a string and half outside of it: no part can be taken out alone.
        return Place(start=segment, end=segment_end, text=self.text[segment:segment_end], quote='"')

    def _scalar(self, start: int, end: int) -> Place:
        """Return the whole of a number, `true` or `null`, which a string takes the place of."""
        text = self.text
        while text[start - 1] not in _SCALAR_END:
            start -= 1
        while text[end] not in _SCALAR_END:
            end += 1
        return Place(start=start, end=end, text=text[start:end], quote='"')

    def _in_literal(self, left: int, right: int, start: int, end: int) -> Place:
        key = self._is_key(right)
        raw = self.text[left + 1 : right - 1]
        if "\\" not in raw and not _OPENING.search(raw):
            return Place(start=start, end=end, text=self.text[start:end], key=key, depth=1)
        offsets = _offsets(raw, left + 1)
        first = bisect_right(offsets, start) - 1
        last = next(at for at in range(bisect_right(offsets, end) - 1, len(offsets)) if offsets[at] >= end)
        decoded = _decoded(self.text[left:right])
        if len(decoded) + 1 != len(offsets):  # an escape that only some readers accept
            return Place(start=start, end=end, text=self.text[start:end], key=key, depth=1)
        if self._deep < _DEEPEST and _OPENING.search(decoded):
            inner = JsonText(decoded, self._deep + 1).place(first, last)
            quote = json.dumps(inner.quote)[1:-1]
            begin, finish = offsets[inner.start], offsets[inner.end]
            return Place(
                start=begin, end=finish, text=inner.text, quote=quote, key=key or inner.key, depth=inner.depth + 1
            )
        return Place(start=offsets[first], end=offsets[last], text=decoded[first:last], key=key, depth=1)

    def _is_key(self, end: int) -> bool:
        return _COLON.match(self.text, end) is not None


class JsonTexts:
    """The texts of one message, each looked into once."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        """Start empty."""
        self._known: dict[str, JsonText] = {}

    def of(self, text: str) -> JsonText:
        """Return the text with the JSON in it."""
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = JsonText(text)
        return known


def _segments(text: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    at, tries = 0, 0
    while tries < _TRIES and (opening := _OPENING.search(text, at)) is not None:
        try:
            _, at = _DECODER.raw_decode(text, opening.start())
            found.append((opening.start(), at))
        except (ValueError, RecursionError):
            at = opening.end()
            tries += 1
    return found


def _decoded(literal: str) -> str:
    if "\\" not in literal:
        return literal[1:-1]
    try:
        return str(_DECODER.raw_decode(literal)[0])
    except ValueError:  # pragma: no cover - the literal stands in JSON that was read
        return literal[1:-1]


def _offsets(raw: str, base: int) -> list[int]:
    """Return where each character of a string's value stands in what is written, and where the last one ends."""
    if "\\" not in raw:
        return [*range(base, base + len(raw) + 1)]
    offsets: list[int] = []
    edges = [0, *(edge for escape in _ESCAPE.finditer(raw) for edge in escape.span()), len(raw)]
    for number, (left, right) in enumerate(pairwise(edges)):
        escaped = number % 2 == 1
        offsets.extend((base + left,) if escaped else range(base + left, base + right))
    return [*offsets, base + len(raw)]
