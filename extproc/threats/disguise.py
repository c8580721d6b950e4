"""What a part of a text becomes when it is read as what it was written to hide."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

# Places, ascending, and the characters that are meant by them.
Piece = tuple[int, int, str]

HIDDEN: Final = "hidden_text"
ENCODED: Final = "encoded_text"
DISGUISED: Final = "disguised_text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A sign of concealment in a part of the text at hand; `family` is what a person is kept from."""

    code: str
    family: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    """What a part of the text at hand says. With `aligned`, character by character; else it stands for all of it."""

    text: str
    start: int
    end: int
    aligned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncovered:
    """What one look at a text found: single characters to replace, texts of their own, and signs."""

    pieces: Sequence[Piece] = ()
    inner: Sequence[Inner] = ()
    marks: Sequence[Mark] = ()


def whole(code: str, family: str, found: Inner) -> Uncovered:
    """Return one text with the sign that it was hidden."""
    mark = Mark(code=code, family=family, start=found.start, end=found.end)
    return Uncovered(inner=(found,), marks=(mark,))
