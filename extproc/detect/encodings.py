"""What a text says once it is decoded: escapes, percent-encoding, entities, odd Unicode, base64, hex and gzip.

Nothing is built for a text in which none of these stands. What is decoded is limited in depth, size and ratio.
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from extproc.detect.characters import Piece, pieces_of
from extproc.detect.runs import COMPRESSED, Span, decodings, joined_lines, textual, wide
from extproc.detect.views import View

MAX_DEPTH: Final = 2
MAX_DECODED: Final = 1 << 20
MAX_RATIO: Final = 100
# What stands this near to an escape is read again together with it.
_AROUND: Final = 160

# A text, the runs in it that may be base64, and whether something in it may be written as something else.
Encoded = tuple[View, Sequence[Span], bool]


class Unfolding:
    """What one scan decodes, and what is left of its allowance."""

    def __init__(self) -> None:
        """Begin with the whole allowance."""
        self._left = MAX_DECODED
        self.complete = True

    def next(self, texts: Iterable[Encoded]) -> list[View]:
        """Return the texts that others hold in some encoding."""
        found: list[View] = []
        for view, runs, written in texts:
            if view.depth >= MAX_DEPTH:
                continue
            if written:
                found.extend(_plain(view))
            for start, end in joined_lines(view.text, runs):
                # What is as it is in the parent was decoded there.
                if view.parent is None or view.decoded(start, end):
                    found.extend(self._encoded(view, start, end))
        return found

    def _encoded(self, view: View, start: int, end: int) -> Iterator[View]:
        for begin, stop, data in decodings(view.text, start, end):
            text = self._text(data)
            if text is not None:
                yield View(
                    text=text,
                    leaf=view.leaf,
                    parent=view,
                    depth=view.depth + 1,
                    at=(0,),
                    until=(len(text),),
                    outer_at=(begin,),
                    outer_until=(stop,),
                )

    def _text(self, data: bytes) -> str | None:
        if data[:2] in COMPRESSED:
            inflated = self._inflated(data)
            if inflated is None:
                return None
            data = inflated
        if not textual(data):
            return None
        if len(data) > self._left:
            self.complete = False
        data = data[: self._left]
        self._left -= len(data)
        return data.decode("utf-16-le" if wide(data) else "utf-8", errors="replace")

    def _inflated(self, data: bytes) -> bytes | None:
        """Return what was compressed, as far as the allowance and the ratio go."""
        limit = min(self._left, MAX_RATIO * len(data))
        stream = zlib.decompressobj(COMPRESSED[data[:2]])
        try:
            text = stream.decompress(data, limit + 1)
        except zlib.error:
            return None
        if len(text) > limit:
            self.complete = False
        return text[:limit]


def _plain(view: View) -> Iterator[View]:
    """Return stretches of a text in which what stands for single characters is replaced by them.

    What is far from any such piece was judged in the text itself, so it is not looked at again.
    """
    text = view.text
    pieces: list[Piece] = []
    low = 0
    for piece in pieces_of(text):
        if pieces and piece[0] - pieces[-1][1] > 2 * _AROUND:
            yield _stretch(view, low, pieces[-1][1] + _AROUND, pieces)
            pieces = []
        if not pieces:
            low = _beginning(text, piece[0])
        pieces.append(piece)
    if pieces:
        yield _stretch(view, low, pieces[-1][1] + _AROUND, pieces)


def _beginning(text: str, place: int) -> int:
    """Return where a stretch begins: where a line or a word does, so that none is cut."""
    far = max(0, place - _AROUND)
    return far and (text.find("\n", far, place) + 1 or text.find(" ", far, place) + 1 or far)


def _stretch(view: View, low: int, high: int, pieces: Sequence[Piece]) -> View:
    parts, kept, made = [], low, 0
    at, until = [], []
    for start, end, replacement in pieces:
        parts.append(view.text[kept:start])
        made += start - kept
        at.append(made)
        parts.append(replacement)
        made += len(replacement)
        until.append(made)
        kept = end
    parts.append(view.text[kept:high])
    return View(
        text="".join(parts),
        leaf=view.leaf,
        parent=view,
        depth=view.depth + 1,
        offset=low,
        at=at,
        until=until,
        outer_at=[start for start, _, _ in pieces],
        outer_until=[end for _, end, _ in pieces],
    )
