"""What is known of everything that a pattern matches: how long it is, and of which characters."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

UNBOUNDED: Final = 1 << 20
_MAX_WORDS: Final = 100_000

# Sets of characters are bit masks: one bit for each of ASCII, and one for everything else together.
OTHER: Final = 1 << 128
ALL: Final = (1 << 129) - 1


def mask_of(characters: str) -> int:
    mask = 0
    for one in characters:
        mask |= 1 << min(ord(one), 128)
    return mask


_DIGITS: Final = mask_of("0123456789")
_LOWER: Final = mask_of("abcdefghijklmnopqrstuvwxyz")
_UPPER: Final = mask_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_WORD: Final = _DIGITS | _LOWER | _UPPER | mask_of("_")
_SPACE: Final = mask_of(" \t\n\r\f\v")
CLASSES: Final = {
    "d": _DIGITS,
    "w": _WORD,
    "s": _SPACE,
    "D": ALL & ~_DIGITS,
    "W": ALL & ~_WORD,
    "S": ALL & ~_SPACE,
}


@dataclass(frozen=True)
class Shape:
    """What is known of everything that a pattern matches.

    It is between `least` and `most` characters long and made of the characters in `mask`. `words` are all of the texts
    it can be, when these are few literals and nothing else. `backward` is the pattern of all of them read from their
    end: with it, a match is found from where it ends, without trying every place where it might begin.
    """

    least: int
    most: int
    mask: int
    words: frozenset[str] | None = None
    backward: str = ""

    def read_as(self, backward: str) -> "Shape":
        """Return the same with the pattern that reads it backward."""
        return Shape(self.least, self.most, self.mask, self.words, backward)

    @cached_property
    def letters(self) -> str | None:
        """Return the characters that it is made of; None when some are beyond ASCII."""
        if self.mask & OTHER:
            return None
        return "".join(chr(code) for code in range(128) if self.mask >> code & 1)


EMPTY: Final = Shape(least=0, most=0, mask=0, words=frozenset({""}))
NOTHING_WIDE: Final = Shape(least=0, most=0, mask=0)


def followed(first: Shape, second: Shape) -> Shape:
    words = None
    if first.words is not None and second.words is not None and len(first.words) * len(second.words) <= _MAX_WORDS:
        words = frozenset(a + b for a in first.words for b in second.words)
    most = min(first.most + second.most, UNBOUNDED)
    return Shape(
        least=first.least + second.least,
        most=most,
        mask=first.mask | second.mask,
        words=words,
        backward=second.backward + first.backward,
    )


def folded(mask: int) -> int:
    upper, lower = mask & _UPPER, mask & _LOWER
    return mask | upper << 32 | lower >> 32
