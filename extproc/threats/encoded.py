"""Text that is written in an encoding: base64, base32, hexadecimal, numbers of characters, bits, escapes."""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final

from extproc.detect.characters import pieces_of
from extproc.detect.runs import decodings, joined_lines, textual
from extproc.threats.disguise import ENCODED, Inner, Mark, Piece, Uncovered
from extproc.threats.meaning import says_something

SHORTEST: Final = 20
_RUN: Final = re.compile(rf"[A-Za-z0-9+/_-]{{{SHORTEST},}}")
_BASE32: Final = re.compile(r"[A-Z2-7]{24,}")
# Each begins with a set of characters, which lets the search leap.
_PAIRS: Final = re.compile(
    r"[0-9A-Fa-f][0-9A-Fa-f](?:(?<!\w..)|(?<=\b0x..))\b[ ,:]{1,2}(?:(?:0x)?[0-9A-Fa-f]{2}\b[ ,:]{1,2}){7,}"
    r"(?:0x)?[0-9A-Fa-f]{2}\b"
)
_NUMBERS: Final = re.compile(
    r"[13-9](?<!\w.)(?:(?<=3)[2-9]|(?<=[4-9])[0-9]|(?<=1)(?:[01][0-9]|2[0-6]))\b[ ,]{1,2}"
    r"(?:\b(?:3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-6])\b[ ,]{1,2}){7,}\d{2,3}\b"
)
_BITS: Final = re.compile(r"[01][01]{7} ?(?:[01]{8} ?){5,}")
_HEXADECIMAL: Final = re.compile(r"[0-9A-Fa-f]{2}")
_RUNS: Final = 64
_LARGEST: Final = 64 * 1024
# So many letters are not escaped where one had to be.
_ESCAPED_LETTERS: Final = 6


def encoded(text: str, *, coded: bool = True) -> Uncovered:
    """Look at a text that has a long word, or with `coded` many numbers."""
    inner, marks = [], []
    for code, found in (*_runs(text), *(_spelt(text) if coded else ())):
        says = says_something(found.text)
        if says:
            marks.append(Mark(code=code, family=ENCODED, start=found.start, end=found.end))
        if says or _RUN.search(found.text):
            inner.append(found)
    return Uncovered(inner=inner, marks=marks)


def escaped(text: str) -> Uncovered:
    """Look at a text that has backslashes, percent signs or ampersands; of others nothing is built."""
    pieces: list[Piece] = [piece for piece in pieces_of(text) if text[piece[0]].isascii()]
    letters = [piece for piece in pieces if piece[1] - piece[0] > len(r"\n") and _spells(piece[2])]
    if sum(len(piece[2]) for piece in letters) < _ESCAPED_LETTERS:
        return Uncovered(pieces=pieces)
    mark = Mark(code="escaped-letters", family=ENCODED, start=letters[0][0], end=letters[-1][1])
    return Uncovered(pieces=pieces, marks=(mark,))


def _spells(meant: str) -> bool:
    return meant.isascii() and meant.replace(" ", "").isalpha()


def _runs(text: str) -> Iterator[tuple[str, Inner]]:
    spans = _long_runs(text)
    for start, end in joined_lines(text, spans):
        for low, high, data in decodings(text, start, end):
            said = _text(data)
            if said:
                hexadecimal = _HEXADECIMAL.sub("", text[low:high]) in {"", "0x"}
                yield "hexadecimal" if hexadecimal else "base64", Inner(text=said, start=low, end=high)
    for start, end in spans:
        found = _BASE32.search(text, start, end)
        if found is None:
            continue
        try:
            data = base64.b32decode(found[0] + "=" * (-len(found[0]) % 8))
        except binascii.Error:
            continue
        said = _text(data)
        if said:
            yield "base32", Inner(text=said, start=found.start(), end=found.end())


def _long_runs(text: str) -> list[tuple[int, int]]:
    """Return runs of the characters of base64, which are sought in long words only: a search in all costs ten times."""
    spans: list[tuple[int, int]] = []
    at = 0
    for word in text[:_LARGEST].split():
        if len(word) < SHORTEST:
            continue
        at = text.index(word, at)
        spans.extend(found.span() for found in _RUN.finditer(text, at, at + len(word)))
        at += len(word)
        if len(spans) >= _RUNS:
            break
    return spans[:_RUNS]


def _text(data: bytes) -> str:
    return data[:_LARGEST].decode(errors="replace") if textual(data) else ""


def _spelt(text: str) -> Iterator[tuple[str, Inner]]:
    """Return what is written as the numbers of its characters."""
    for code, pattern, radix in (("hexadecimal", _PAIRS, 16), ("character-numbers", _NUMBERS, 10), ("bits", _BITS, 2)):
        for found in pattern.finditer(text, 0, _LARGEST):
            said = "".join(map(chr, _numbers(found[0], radix)))
            if said.isascii():
                yield code, Inner(text=said, start=found.start(), end=found.end())


def _numbers(text: str, radix: int) -> Iterator[int]:
    if radix == 2:  # noqa: PLR2004 - bits stand without blanks as well
        bits = text.replace(" ", "")
        yield from (int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))
        return
    for number in re.split(r"[ ,:]+", text.strip(" ,:")):
        yield int(number, radix)
