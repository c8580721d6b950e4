"""A linear model over hashed words and pairs of words: how much a sentence sounds like an order to a model.

The weights are data (`extproc/evidence/injection-model.json`), made by `benchmarks/train_injection.py`, which takes its
features from here. A feature is a word, or two or three in a row; addresses, numbers and identifiers count by kind.
"""

import re
import zlib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

# The first letter of the scripts without spaces.
_CJK: Final = "\u3040"
BITS: Final = 18
_MASK: Final = (1 << BITS) - 1
# Two odd multipliers, so that the order of words matters.
_PAIR: Final = 0x9E3779B1
_TRIPLE: Final = 0x85EBCA6B
_APART: Final = 0xC2B2AE35
# What stands in for an address or the like is a class of its own.
_KINDS: Final = {one: one.upper() for one in ("@e", "@u", "@p", "@i")}
_REMEMBERED: Final = 50_000
MAX_WORDS: Final = 80
MAX_LEAD: Final = 6
MAX_KINDS: Final = 10

_EMAIL: Final = re.compile(r"[^\s@<>()\"',;:=]{1,64}@[^\s@<>()\"',;:?=]{1,128}[^\s@<>()\"',;:?=.!]")
_URL: Final = re.compile(r"(?:https?://|www\.)[^\s<>\"'`)\]}|]+")
# A page of the reader's own machine is nobody else's.
_LOCAL: Final = re.compile(r"https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])[^\s<>\"'`)}|]*")
_PATH: Final = re.compile(r"(?:[a-z]:\\|[~.]?/)[\w.\\/-]+|\.env\b|\b[\w-]+\.(?:json|ya?ml|md|txt|py|sh|docx|csv|pem)\b")
_DOTTED: Final = re.compile(r"\.[a-z]")
_IDENT: Final = re.compile(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b")
# Letters of scripts that put no spaces between words stand for themselves.
ALONE: Final = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_TOKEN: Final = re.compile(rf"@[elupi]\b|[{ALONE}]|[^\W\d_{ALONE}]+|\d[\d.,:%-]*|[!?<>\[\]{{}}()=;|`#*$]")
_NUMBER: Final = "@n"
START: Final = "^"
END: Final = "."


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearModel:
    """Weights by hash in units of `scale`, the class of each word, and a cheap model of words alone that goes first."""

    weights: "array[int]"
    scale: float
    bias: float
    classes: Mapping[str, str]
    screen: Mapping[str, float]
    screen_from: float
    _known: dict[str, int] = field(default_factory=dict, init=False, repr=False, compare=False)

    def worth(self, words: Sequence[str]) -> float:
        """Return how much the words of a sentence, each by itself, ask for a look with `logit`: not below 0."""
        screen = self.screen
        return sum([screen[word] for word in words if word in screen]) - self.screen_from

    def logit(self, lead: Sequence[str], words: Sequence[str]) -> float:
        """Return the log-odds that a sentence tells a model what to do; `lead` stands in front of its first word.

        At most 80 words are looked at.
        """
        weights = self.weights
        return self.bias + self.scale * sum([weights[one] for one in features(lead, words, self.classes, self._known)])


def tokens_of(text: str) -> list[str]:
    """Return the words of a stretch in lower case, with kinds in place of addresses, paths, identifiers and numbers."""
    text = text.lower()
    if "@" in text:
        text = _EMAIL.sub(" @e ", text)
    if "://" in text or "www." in text:
        text = _LOCAL.sub(" @l ", text)
        text = _URL.sub(" @u ", text)
    if "/" in text or "\\" in text or _DOTTED.search(text):
        text = _PATH.sub(" @p ", text)
    if "_" in text:
        text = _IDENT.sub(" @i ", text)
    return [_NUMBER if one[0].isdecimal() else one for one in _TOKEN.findall(text)]


def features(lead: Sequence[str], words: Sequence[str], classes: Mapping[str, str], known: dict[str, int]) -> set[int]:
    """Return the hashes of words and classes, and of two and three in a row. `known` remembers hashes between calls."""
    words = words[:MAX_WORDS]
    kinds = [kind for word in words if (kind := classes.get(word) or _KINDS.get(word))]
    if any(word > _CJK for word in words):
        kinds += [kind for one, other in pairwise(words) if one > _CJK and (kind := classes.get(one + other))]
    made = _runs((*lead[-MAX_LEAD:], START, *words, END), known)
    first = classes.get(words[0]) if words else None
    made |= _runs((START, first or "-", "|"), known)
    made |= _runs(kinds, known)
    add = made.add
    numbers = [known.get(kind) or _number(kind, known) for kind in dict.fromkeys(kinds[:MAX_KINDS])]
    for place, one in enumerate(numbers):
        for other in numbers[place + 1 :]:
            add((one * _APART + other) >> 5 & _MASK)
    return made


def _runs(tokens: Sequence[str], known: dict[str, int]) -> set[int]:
    made: set[int] = set()
    add = made.add
    before = last = 0
    for token in tokens:
        number = known.get(token) or _number(token, known)
        add(number & _MASK)
        if last:
            pair = last * _PAIR + number
            add(pair >> 7 & _MASK)
            if before:
                add(before * _TRIPLE + pair >> 9 & _MASK)
        before, last = last, number
    return made


def _number(token: str, known: dict[str, int]) -> int:
    number = zlib.crc32(token.encode("utf-8", "replace")) | 1 << 32
    if len(known) < _REMEMBERED:
        known[token] = number
    return number
