"""Letters of other scripts that look like Latin ones, and words that are written with them.

The pairs are those of Unicode Technical Standard 39 (confusables.txt) whose shapes are the same in common fonts, for
Cyrillic, Greek, Armenian, Cherokee and the Latin letters beyond ASCII that are no accented ones. What NFKC folds by
itself (full-width and mathematical letters) is not repeated here.
"""

import re
from collections.abc import Iterator
from typing import Final

from extproc.threats.words import COMMON

Piece = tuple[int, int, str]

_PAIRS: Final = (
    # Cyrillic
    "\u0430a\u0435e\u043eo\u0441c\u0440p\u0445x\u0443y\u0456i\u0458j\u0455s\u04bbh\u0501d\u051bq\u051dw\u0433r",
    "\u043ak\u043cm\u0442t\u0432b\u043fn\u0437e\u044cb\u1d26r",
    "\u0410A\u0412B\u0415E\u0405S\u0406I\u0408J\u041aK\u041cM\u041dH\u041eO\u0420P\u0421C\u0422T\u0423Y\u0425X",
    "\u04aeY\u050cG\u051cW\u051aQ",
    # Greek
    "\u03b1a\u03bfo\u03c1p\u03bdv\u03b9i\u03bak\u03c4t\u03c5u\u03b3y\u03b7n\u03c7x\u03c9w\u03c3o\u03b5e",
    "\u0391A\u0392B\u0395E\u0396Z\u0397H\u0399I\u039aK\u039cM\u039dN\u039fO\u03a1P\u03a4T\u03a5Y\u03a7X",
    # Armenian, Cherokee
    "\u043eo\u057du\u0570h\u0578n\u0585o\u0581g\u0566q\u0581g\u0575j\u056fu",
    "\u13aaA\u13f4B\u13dfC\u13a0D\u13acE\u13c0G\u13bbH\u13a5i\u13abJ\u13e6K\u13deL\u13b7M\u13e2P\u13d2R\u13daS",
    "\u13a2T\u13d9V\u13b3W\u13c3Z",
    # Latin that NFKC leaves: dotless, small capitals, phonetic letters
    "\u0131i\u0237j\u0251a\u0261g\u0269i\u029fl\u026ai\u1d00a\u0299b\u1d04c\u1d05d\u1d07e\u0262g\u029ch\u1d0aj",
    "\u1d0bk\u1d0dm\u0274n\u1d0fo\u1d18p\u0280r\ua731s\u1d1bt\u1d1cu\u1d20v\u1d21w\u028fy\u1d22z\ua78c'\u217cl",
    "\u01bds",
)
LATIN: Final = {pairs[place]: pairs[place + 1] for pairs in _PAIRS for place in range(0, len(pairs), 2)}

_FOREIGN_WORD: Final = re.compile(r"(?<![A-Za-z])[A-Za-z]*[^\W\d_A-Za-z][^\W\d_]*")
# Below this share of ASCII letters a text is not written in the Latin script, and its words are what they seem.
_LATIN_SHARE: Final = 0.5
_LONGEST: Final = 64


def mixed_words(text: str) -> Iterator[list[Piece]]:
    """Return, for each word that only looks Latin, its letters of other scripts with those they look like.

    Such a word has letters of its own script beside them, or is a common word once it is read as what it looks like.
    """
    for found in _FOREIGN_WORD.finditer(text):
        word = found[0]
        if len(word) > _LONGEST:
            continue
        foreign = [letter for letter in word if not letter.isascii()]
        if not all(letter in LATIN for letter in foreign):
            continue
        alone = len(foreign) == len(word)
        if alone and ("".join(map(LATIN.__getitem__, word)).lower() not in COMMON or not _latin(text, *found.span())):
            continue
        yield [
            (place, place + 1, LATIN[letter])
            for place, letter in enumerate(word, found.start())
            if not letter.isascii()
        ]


def _latin(text: str, start: int, end: int) -> bool:
    """Tell whether what stands around a word is in the Latin script."""
    letters = [letter for letter in text[max(0, start - 100) : start] + text[end : end + 100] if letter.isalpha()]
    return sum(map(str.isascii, letters)) > _LATIN_SHARE * len(letters)
