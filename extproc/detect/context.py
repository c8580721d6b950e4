"""Whether one of the words of a detector stands near a candidate."""

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

from extproc.detect.detector import Candidate

_BREAKS: Final = re.compile(r"[\W_]+")
_HUMPS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Scripts that write words without spaces between them: Thai, kana, Han, Hangul.
_UNSPACED: Final = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

_Words: TypeAlias = tuple[frozenset[str], str]


class Nearby:
    """What stands near a candidate, in lower case, its words divided by single spaces.

    First the label and the text around; then, only if these do not tell, the labels beside it, which cost more.
    """

    __slots__ = ("_candidate", "_first", "_second")

    def __init__(self, candidate: Candidate) -> None:
        """Take the candidate."""
        self._candidate = candidate
        self._first: _Words | None = None
        self._second: _Words | None = None

    def __iter__(self) -> Iterator[_Words]:
        """Return what is known, the cheap before the dear."""
        candidate = self._candidate
        if self._first is None:
            self._first = _words(f" {candidate.label} | {_spaced(candidate.before)} | {_spaced(candidate.after)} ")
        yield self._first
        if self._second is None:
            self._second = _words(f" {candidate.siblings} ".replace("\n", " | "))
        yield self._second


class Context:
    """The words of one detector."""

    def __init__(self, words: tuple[str, ...]) -> None:
        """Take the words; each may be several, divided by spaces."""
        spaced = [word for word in map(_spaced, words) if word]
        self._words = frozenset(word for word in spaced if " " not in word and not _UNSPACED.search(word))
        self._phrases = tuple(
            word if _UNSPACED.search(word) else f" {word} " for word in spaced if word not in self._words
        )

    def near(self, nearby: Nearby) -> bool:
        """Tell whether one of them is among what stands near, as a whole word."""
        for words, text in nearby:
            if not self._words.isdisjoint(words) or any(phrase in text for phrase in self._phrases):
                return True
        return False


def _words(text: str) -> _Words:
    return frozenset(text.split()), text


def _spaced(text: str) -> str:
    return _BREAKS.sub(" ", _HUMPS.sub(" ", text)).lower().strip()
