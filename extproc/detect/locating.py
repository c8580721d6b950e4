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
    """Finds matches around a place in which one is known to end."""

    def around(self, text: str, low: int, end: int, high: int) -> Iterator[Located]:
        """Return matches between two places, ascending, of which one ends at `end`; boundaries may lie just outside."""
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
        self._slack = int(edges(detector)[1])

    def located(
        self, locator: Locator, text: str, ends: Sequence[int], worth: Callable[[int, int], bool] | None = None
    ) -> Iterator[Located]:
        """Return the matches that an engine saw the ends of, each once. `ends` ascend, boundaries included.

        Matches that are not `worth` it are left out.
        """
        done, length, most = 0, len(text), self._most
        for hit in ends:
            end = min(hit - self._slack, length)
            if end <= done or (worth is not None and not worth(end - most, end + most)):
                continue
            for found in locator.around(text, max(done, end - most), end, end + most):
                if found.start >= end:
                    break
                if found.end > done:
                    done = found.end
                    if worth is None or worth(found.start, found.end):
                        yield found


class ReLocator:
    """The locator for shipped patterns, which are known not to run away: `re`.

    The pattern is read backward from where a match ends, which finds where it begins in one attempt, and then forward
    for the value in it. Both are compiled when first needed, since most never are.
    """

    def __init__(self, detector: Detector, shape: Shape) -> None:
        """Take a detector and what its pattern matches."""
        self._detector = detector
        self._shape = shape
        self._patterns: tuple[re.Pattern[str], re.Pattern[str]] | None = None

    def around(self, text: str, low: int, end: int, high: int) -> Iterator[Located]:
        """Return the match that ends at a place, or goes on beyond it from where that one begins."""
        forward, backward = self._patterns or self.compile()
        # One character more at both sides, for boundaries and the ends of lines to be seen.
        first = max(0, low - 1)
        reverse = text[first : end + 1][::-1]
        found = backward.match(reverse, len(reverse) - (end - first))
        if found is None:
            return
        start = first + len(reverse) - found.end()
        start = max(start, low)
        match = forward.match(text, start, high + 1)
        if match is None:
            match = forward.search(text, start, end + 1)
        if match is not None:
            value_start, value_end = match.span(self._detector.group)
            if value_start >= 0:
                yield Located(match.start(), match.end(), value_start, value_end)

    def compile(self) -> tuple[re.Pattern[str], re.Pattern[str]]:
        """Compile the pattern with its boundaries, forward and backward."""
        detector = self._detector
        flags = re.ASCII | re.MULTILINE | (re.IGNORECASE if detector.ignore_case else 0)
        left, right = edges(detector)
        forward = f"{_BEFORE if left else ''}(?:{detector.pattern}){_AFTER if right else ''}"
        backward = f"{_BEFORE if right else ''}(?:{self._shape.backward}){_AFTER if left else ''}"
        self._patterns = (re.compile(forward, flags), re.compile(backward, flags))
        return self._patterns


class WordsLocator:
    """The locator for lists of words: what stands in the text is looked up, whatever their number."""

    def __init__(self, detector: Detector, words: frozenset[str]) -> None:
        """Take the words, in lower case when case does not count."""
        self._words = words
        self._fold = detector.ignore_case
        self._bare = detector.bare
        self._lengths = sorted({len(word) for word in words}, reverse=True)

    def around(self, text: str, low: int, end: int, high: int) -> Iterator[Located]:  # noqa: ARG002 - the protocol's
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
