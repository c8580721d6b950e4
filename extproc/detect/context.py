"""Whether one of the words of a detector stands near a candidate."""

import re
from typing import Final

from extproc.detect.detector import Candidate

_BREAKS: Final = re.compile(r"[\W_]+")
_HUMPS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Scripts that write words without spaces between them: Thai, kana, Han, Hangul.
_UNSPACED: Final = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class Nearby:
    """What stands near a candidate, in lower case, its words divided by single spaces."""

    __slots__ = ("text", "words")

    def __init__(self, candidate: Candidate) -> None:
        """Read the label, the text before and after, and the labels beside it."""
        siblings = candidate.siblings.replace("\n", " | ")
        around = f"{_spaced(candidate.before)} | {_spaced(candidate.after)}"
        self.text = f" {candidate.label} | {around} | {siblings} "
        self.words = frozenset(self.text.split())


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
        if not self._words.isdisjoint(nearby.words):
            return True
        return any(phrase in nearby.text for phrase in self._phrases)


def _spaced(text: str) -> str:
    return _BREAKS.sub(" ", _HUMPS.sub(" ", text)).lower().strip()
