"""From where a pattern ended to what it matched: a search in the small stretch of text in which that can stand."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple, Protocol

from extproc.detect.detector import Detector
from extproc.detect.pattern import open_edges
from extproc.detect.shapes import Shape

_BEFORE: Final = "(?<![0-9A-Za-z_])"
_AFTER: Final = "(?![0-9A-Za-z_])"


class Located(NamedTuple):
    """A match: all of it, and the value in it."""

    start: int
    end: int
    value_start: int
    value_end: int


class Locator(Protocol):
    """Finds matches in a text between two places, looking one character beyond for the boundary."""

    def between(self, text: str, low: int, high: int) -> Iterator[Located]:
        """Return matches, ascending, none within another."""
        ...


def edges(detector: Detector) -> tuple[bool, bool]:
    """Tell whether a boundary is asked for before and after what a detector matches."""
    left, right = open_edges(detector.pattern)
    return left and not detector.bare, right and not detector.bare


class Windows:
    """Narrows the search for one detector to where its matches can stand."""

    def __init__(self, detector: Detector, shape: Shape) -> None:
        """Take what the pattern can match."""
        self._most = min(shape.most, detector.reach)
        self._letters = shape.letters
        self._slack = int(edges(detector)[1])

    def located(
        self, locator: Locator, text: str, ends: Sequence[int], worth: Callable[[int, int], bool] | None = None
    ) -> Iterator[Located]:
        """Return the matches that an engine saw the ends of, each once. `ends` ascend, boundaries included.

        What is not `worth` it, of stretches and then of matches, is left out.
        """
        done, length = 0, len(text)
        for hit in ends:
            end = min(hit - self._slack, length)
            if end <= done:
                continue
            low, high = self._around(text, max(done, end - self._most), end)
            if worth is not None and not worth(low, high):
                continue
            for found in locator.between(text, low, high):
                if found.start >= end:
                    break
                if found.end > done:
                    done = found.end
                    if worth is None or worth(found.start, found.end):
                        yield found

    def _around(self, text: str, low: int, end: int) -> tuple[int, int]:
        """Return the stretch around a place that is made of the characters which the pattern can match."""
        high = end + self._most
        if self._letters is None:
            return low, high
        low += len(text[low:end].rstrip(self._letters))
        rest = text[end:high]
        return low, end + len(rest) - len(rest.lstrip(self._letters))


class ReLocator:
    """The locator for shipped patterns, which are known not to run away: `re`."""

    def __init__(self, detector: Detector) -> None:
        """Take a detector; its pattern is compiled when it is first needed, since most never are."""
        self._detector = detector
        self._pattern: re.Pattern[str] | None = None

    def between(self, text: str, low: int, high: int) -> Iterator[Located]:
        """Return matches, ascending."""
        if self._pattern is None:
            self._pattern = located_pattern(self._detector)
        group = self._detector.group
        for match in self._pattern.finditer(text, low, high + 1):
            start, end = match.span(group)
            if start >= 0:
                yield Located(match.start(), match.end(), start, end)


def located_pattern(detector: Detector) -> re.Pattern[str]:
    """Compile a detector's pattern with its boundaries for `re`."""
    flags = re.ASCII | re.MULTILINE | (re.IGNORECASE if detector.ignore_case else 0)
    left, right = edges(detector)
    text = f"{_BEFORE if left else ''}(?:{detector.pattern}){_AFTER if right else ''}"
    return re.compile(text, flags)


class WordsLocator:
    """The locator for lists of words: what stands in the text is looked up, whatever their number."""

    def __init__(self, detector: Detector, words: frozenset[str]) -> None:
        """Take the words, in lower case when case does not count."""
        self._words = words
        self._fold = detector.ignore_case
        self._bare = detector.bare
        self._lengths = sorted({len(word) for word in words}, reverse=True)

    def between(self, text: str, low: int, high: int) -> Iterator[Located]:
        """Return matches, ascending, the longest at each place."""
        stretch = text[low:high].lower() if self._fold else text[low:high]
        if len(stretch) != len(text[low:high]):  # lower case may be longer, as with the dotted capital I
            stretch = "".join(one if len(one.lower()) != 1 else one.lower() for one in text[low:high])
        at = 0
        while at < len(stretch):
            length = self._longest(text, stretch, low, at)
            if length:
                yield Located(low + at, low + at + length, low + at, low + at + length)
            at += length or 1

    def _longest(self, text: str, stretch: str, low: int, at: int) -> int:
        if not self._bare and low + at > 0 and _wordy(text[low + at - 1]):
            return 0
        for length in self._lengths:
            word, beyond = stretch[at : at + length], low + at + length
            if len(word) < length or word not in self._words:
                continue
            if self._bare or not _wordy(text[beyond : beyond + 1]):
                return length
        return 0


def _wordy(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "_")
