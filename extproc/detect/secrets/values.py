"""How likely a value was drawn at random, by its form alone."""

import math
import re
from collections import Counter
from enum import IntEnum
from typing import Final

from extproc.detect.secrets.letters import gibberish, runs


class Shape(IntEnum):
    """How secret a value looks, from not at all to beyond doubt."""

    NOTHING = 0
    WORDS = 1
    MIXED = 2
    RANDOM = 3


UUID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_HEX: Final = re.compile(r"[0-9a-f]{16,}|[0-9A-F]{16,}")
_LEAST_HEX_DIGITS: Final = 8
_VERSIONED: Final = re.compile(r"[A-Za-z]+(?:[-_./ ][A-Za-z]+)*[-_./ ]?v?\d{0,4}")
_SIGN: Final = re.compile(r"[^\w\s.,:'/-]")
_RAMPS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "zyxwvutsrqponmlkjihgfedcba",
    "98765432109876543210",
)
_RAMP: Final = 7
_STEPS: Final = frozenset(ramp[at : at + _RAMP] for ramp in _RAMPS for at in range(len(ramp) - _RAMP + 1))
_APART: Final = re.compile(r"[\W_]+")
_BY_TURNS: Final = re.compile(r"\d+|\D+")
_FEW: Final = 4  # one character in four or fewer is another one
_FEW_UP_TO: Final = 24
_LEAST_MIXED: Final = 6
_LEAST_RANDOM: Final = 8
_LEAST_BY_TURNS: Final = 10
_TURNS: Final = 4
_TURNS_PER_CHARACTER: Final = 0.25
_LEAST_DIGITS: Final = 2
# Capitals, small letters and digits change places in base62 at three of five characters, in names at one of four.
_KINDS: Final = re.compile(r"[A-Z]+|[a-z]+|[0-9]+")
_LEAST_MIXTURE: Final = 16
_KINDS_PER_CHARACTER: Final = 0.45


def entropy(text: str) -> float:
    """Return the Shannon entropy of a text in bits per character."""
    size = len(text)
    return -sum(n / size * math.log2(n / size) for n in Counter(text).values()) if size else 0.0


def repetitive(text: str) -> bool:
    """Say whether a text is made of a few characters over and over, or goes up the alphabet, as filler does."""
    low = text.lower()
    if len(set(low)) * _FEW <= min(len(low), _FEW_UP_TO):
        return True
    half = len(low) // 2
    if half >= _RAMP and low[:half] == low[half : 2 * half]:
        return True
    return not _STEPS.isdisjoint([low[at : at + _RAMP] for at in range(len(low) - _RAMP + 1)])


def shape(text: str) -> Shape:
    """Class a value by how likely it was drawn at random."""
    digits = sum(map(str.isdigit, text))
    if digits == len(text):
        return Shape.MIXED if digits >= _LEAST_MIXED else Shape.NOTHING
    if UUID.fullmatch(text) or (digits and _HEX.fullmatch(text) and len(set(text)) >= _LEAST_HEX_DIGITS):
        return Shape.RANDOM
    odd = gibberish(text)
    letters = sum(map(len, runs(text)))
    if _random(text, odd, letters, digits):
        return Shape.RANDOM
    if odd and len(text) >= _LEAST_MIXED:
        return Shape.MIXED
    if not letters or _VERSIONED.fullmatch(text) or len(text) < _LEAST_MIXED:
        return Shape.WORDS
    return Shape.MIXED if digits or _SIGN.search(text) else Shape.WORDS


def turns(text: str) -> int:
    """Count how often letters and digits take turns."""
    return max(len(_BY_TURNS.findall(_APART.sub("", text))) - 1, 0)


def _random(text: str, odd: int, letters: int, digits: int) -> bool:
    """Say whether letters that are no words, or letters and digits in turns, make up most of a text."""
    if len(text) < _LEAST_RANDOM:
        return False
    if odd * 2 >= max(letters, _LEAST_RANDOM):
        return True
    if digits and len(text) >= _LEAST_MIXTURE and len(_KINDS.findall(text)) >= len(text) * _KINDS_PER_CHARACTER:
        return True
    changes = turns(text)
    if odd and digits and changes >= _TURNS:
        return True
    return len(text) >= _LEAST_BY_TURNS and digits >= _LEAST_DIGITS and changes >= len(text) * _TURNS_PER_CHARACTER
