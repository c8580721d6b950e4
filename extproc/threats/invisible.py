"""Characters that nothing shows, or that show as others: tags, variation selectors, zero width, direction, styles."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from extproc.threats.confusables import mixed_words
from extproc.threats.disguise import DISGUISED, ENCODED, HIDDEN, Inner, Mark, Piece, Uncovered, whole
from extproc.threats.meaning import says_something

# Tag characters repeat ASCII (Unicode 23.9); a black flag takes some of them to name a region (UTS 51).
_TAGS: Final = re.compile("[\U000e0001\U000e0020-\U000e007f]+")
_TAG_BASE: Final = 0xE0000
_FLAG: Final = "\U0001f3f4"
_REGION: Final = 7
# Variation selectors: 256 of them, so each can stand for a byte.
_SELECTORS: Final = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_FEW_SELECTORS: Final = 8
# Zero width and soft characters, and the controls of direction (UAX 9).
_UNSEEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffb\U000e0001\U000e0020-\U000e007f\U000e0100-\U000e01ef]+"
)
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]+")
_SOFT: Final = "\u00ad"
_FEW_SPLITS: Final = 3
_BITS: Final = re.compile("[\u200b-\u200f\u2060-\u2064\ufeff]{16,}")
_OVERRIDE: Final = re.compile("[\u202d\u202e]([^\u202c\n]{4,})\u202c?")
_LETTERS: Final = re.compile("[A-Za-z]{2}")
# Overlays: a letter that is struck through is still that letter.
_OVERLAY: Final = re.compile("(?<=[A-Za-z0-9])[\u0305\u0332-\u0338]+")
# Letters in a style: enclosed, mathematical, full-width, regional.
_STYLED: Final = re.compile("[\u24b6-\u24e9\u2100-\u214f\uff10-\uff5a\U0001d400-\U0001d7ff\U0001f130-\U0001f189]")
_CJK: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_FEW_STYLED: Final = 8
_FEW_LETTERS: Final = 2


def invisible(text: str) -> Uncovered:
    """Look at a text that is not ASCII alone."""
    pieces: list[Piece] = []
    marks: list[Mark] = []
    inner: list[Inner] = []
    for found in (
        _tags(text),
        _selectors(text),
        _bits(text),
        _turned(text),
        _unseen(text),
        _styled(text),
        _mixed(text),
    ):
        pieces.extend(found.pieces)
        inner.extend(found.inner)
        marks.extend(found.marks)
    return Uncovered(pieces=pieces, inner=inner, marks=marks)


def controls(text: str) -> list[Piece]:
    """Return control characters that no text has, to be taken away."""
    return [(*found.span(), "") for found in _CONTROLS.finditer(text)]


def _tags(text: str) -> Uncovered:
    runs = [found for found in _TAGS.finditer(text) if not _names_region(text, found)]
    said = "".join(
        chr(ord(one) - _TAG_BASE) for run in runs for one in run[0] if "\x20" <= chr(ord(one) - _TAG_BASE) < "\x7f"
    )
    if len(said) < _FEW_SPLITS:
        return Uncovered()
    return whole("tag-characters", HIDDEN, Inner(text=said, start=runs[0].start(), end=runs[-1].end()))


def _names_region(text: str, run: re.Match[str]) -> bool:
    return len(run[0]) <= _REGION and text[run.start() - 1 : run.start()] == _FLAG


def _selectors(text: str) -> Uncovered:
    places = [found.start() for found in _SELECTORS.finditer(text)]
    if len(places) < _FEW_SELECTORS:
        return Uncovered()
    said = bytes(map(_byte, map(text.__getitem__, places))).decode(errors="replace")
    if not said.isprintable() or not _LETTERS.search(said):
        return Uncovered()
    return whole("variation-selectors", HIDDEN, Inner(text=said, start=places[0], end=places[-1] + 1))


def _byte(selector: str) -> int:
    code = ord(selector)
    return code - 0xFE00 if code < _TAG_BASE else code - 0xE0100 + 16


def _bits(text: str) -> Uncovered:
    """Read runs of two characters of no width as bits, in either sense."""
    for found in _BITS.finditer(text):
        symbols = sorted(set(found[0]))
        if len(symbols) not in {2, 3}:
            continue
        for ones in symbols:
            bits = "".join(str(int(one == ones)) for one in found[0] if one in symbols[:2] or one == ones)
            data = bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits) - 7, 8))
            if data.isascii() and says_something(said := data.decode(), least=1):
                return whole("zero-width-bits", HIDDEN, Inner(text=said, start=found.start(), end=found.end()))
    return Uncovered()


def _turned(text: str) -> Uncovered:
    """Read what is written from its end, between an override of direction and its end."""
    inner, marks = [], []
    for found in _OVERRIDE.finditer(text):
        if not _LETTERS.search(found[1]):
            continue
        # What the override does not turn was written to be read as it is shown.
        inner.append(Inner(text=found[1][::-1], start=found.start(1), end=found.end(1)))
        marks.append(Mark(code="turned-text", family=ENCODED, start=found.start(), end=found.end()))
    return Uncovered(inner=inner, marks=marks)


def _unseen(text: str) -> Uncovered:
    pieces, splits = [], []
    for found in _UNSEEN.finditer(text):
        start, end = found.span()
        pieces.append((start, end, ""))
        if _ascii(text[start - 1 : start]) and _ascii(text[end : end + 1]) and found[0].strip(_SOFT):
            splits.append(start)
    if len(splits) < _FEW_SPLITS:
        return Uncovered(pieces=pieces)
    mark = Mark(code="split-by-zero-width", family=HIDDEN, start=splits[0], end=splits[-1] + 1)
    return Uncovered(pieces=pieces, marks=(mark,))


def _ascii(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _styled(text: str) -> Uncovered:
    pieces = [(*found.span(), "") for found in _OVERLAY.finditer(text)]
    struck = len(pieces)
    pieces.extend(_folded(text))
    if not pieces or (len(pieces) < _FEW_STYLED and struck < _FEW_SPLITS) or _CJK.search(text):
        return Uncovered(pieces=pieces)
    start, end = min(pieces)[0], max(pieces)[1]
    return Uncovered(pieces=pieces, marks=(Mark(code="styled-letters", family=DISGUISED, start=start, end=end),))


def _folded(text: str) -> Iterator[Piece]:
    for found in _STYLED.finditer(text):
        letter = unicodedata.normalize("NFKC", found[0]).strip("()")
        if letter.isascii() and letter.isalnum():
            yield *found.span(), letter


def _mixed(text: str) -> Uncovered:
    words = list(mixed_words(text))
    pieces = [piece for word in words for piece in word]
    if len(pieces) < _FEW_LETTERS:
        return Uncovered(pieces=pieces)
    mark = Mark(code="look-alike-letters", family=DISGUISED, start=pieces[0][0], end=pieces[-1][1])
    return Uncovered(pieces=pieces, marks=(mark,))
