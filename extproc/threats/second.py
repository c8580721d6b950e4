"""A second opinion on texts that were passed on: which pieces of them are worth one, and what an answer becomes."""

import re
from collections.abc import Iterator
from typing import Final, Protocol

from extproc.model.passage import Passage, Sign
from extproc.threats.texts import Text

FLAGGED: Final = 0.5
PIECE: Final = 4096
_PIECES: Final = 16
_OVERLAP: Final = 256
# Whoever wants something of a reader writes words in a row; records, identifiers and numbers are not asked about.
# The space comes first: a search leaps to the next one.
_PROSE: Final = re.compile(r"\s(?<=[^\W\d_]{2}\s)\s?[^\W\d_]{1,24}\s{1,2}[^\W\d_]{2}")
_UNSPACED: Final = re.compile(r"[\u2e80-\ud7ff\U00020000-\U0003ffff]{6}")


class SecondOpinion(Protocol):
    """A judge too slow for the way of a message."""

    def score(self, text: str) -> float:
        """Return how sure it is that a text wants something of the model that reads it: 0 to 1, from 0.5 on it is."""
        ...


def pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield the parts of a text that are worth asking about and where each begins; beyond the first 16 none is.

    They overlap, so that what was written over the end of one stands whole in the next.
    """
    start = 0
    for _ in range(_PIECES):
        end = min(start + PIECE, len(text))
        part = text[start:end]
        if _PROSE.search(part) or (not part.isascii() and _UNSPACED.search(part)):
            yield start, part
        if end == len(text):
            return
        start = end - _OVERLAP


def passage_of(text: Text, start: int, end: int, score: float) -> Passage:
    """Return a part of a text with its score as a passage, where it stands in the message."""
    first, last = text.origin(start, end)
    sign = Sign(code="second-opinion", family="second_opinion", start=first, end=last)
    return Passage(pointer=text.pointer, start=first, end=last, score=score, signs=(sign,), in_key=text.in_key)
