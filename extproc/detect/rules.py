"""A detector made ready: where its matches can stand, and whether what stands there is a finding."""

from collections.abc import Callable, Iterator, Sequence
from math import log2
from typing import Final, TypeAlias

from extproc.detect.context import Context
from extproc.detect.detector import Detector, Validators
from extproc.detect.found import Found
from extproc.detect.locating import Located, Locator, ReLocator, Windows, WordsLocator
from extproc.detect.pattern import read_pattern
from extproc.detect.surroundings import Place, Surroundings
from extproc.detect.views import View
from extproc.model.marks import MARK

_CONTEXT_BONUS: Final = 0.05
_LONGEST_MARK: Final = 96
_FEW_WORDS: Final = 8
# What is left of a candidate beside our marks must be longer than this to be judged.
_REMAINS: Final = 3

LinearLocator: TypeAlias = Callable[[Detector], Locator]


class Rule:
    """One detector of a scanner."""

    def __init__(self, detector: Detector, validators: Validators, linear: LinearLocator) -> None:
        """Make it ready. Raises: `PatternError`; `KeyError` when its validator is not there."""
        shape = read_pattern(detector.pattern, ignore_case=detector.ignore_case)
        self.detector = detector
        self._validator = validators[detector.validator] if detector.validator is not None else None
        self._context = Context(detector.context) if detector.context else None
        self._windows = Windows(detector, shape)
        self._locator: Locator
        if shape.words is not None and len(shape.words) > _FEW_WORDS and not detector.group:
            self._locator = WordsLocator(detector, shape.words)
        else:
            self._locator = linear(detector) if detector.linear else ReLocator(detector, shape)

    def prepare(self) -> None:
        """Compile what is otherwise compiled when first needed."""
        if isinstance(self._locator, ReLocator):
            self._locator.compile()

    def located(self, view: View, ends: Sequence[int]) -> Iterator[Located]:
        """Return the matches whose ends an engine reported; what is as it is in the parent was judged there."""
        return self._windows.located(self._locator, view.text, ends, None if view.parent is None else view.decoded)

    def judge(self, around: Surroundings, view: View, start: int, end: int) -> Found | None:
        """Return the finding that a value is, if it is one."""
        start, end = outside_marks(view.text, start, end)
        if start >= end or (self.detector.entropy and entropy(view.text[start:end]) < self.detector.entropy):
            return None
        score = self._score(around.place(view, start, end))
        if score is None:
            return None
        return found(self.detector, view, start, end, score)

    def _score(self, candidate: Place) -> float | None:
        detector = self.detector
        near = self._context is not None and detector.context_required and self._context.near(candidate.nearby)
        if detector.context_required and not near:
            return None
        score = detector.score
        if self._validator is not None:
            judged = self._validator(candidate)
            if judged is None:
                return None
            score = judged
        if self._context is not None and (near or self._context.near(candidate.nearby)):
            score = min(1.0, score + _CONTEXT_BONUS)
        return score


def found(detector: Detector, view: View, start: int, end: int, score: float) -> Found:
    """Return the finding of a detector at a place of a text, as a place of the leaf."""
    outer_start, outer_end = view.root(start, end)
    return Found(
        category=detector.category,
        entity=detector.entity,
        detector=detector.id,
        start=outer_start,
        end=outer_end,
        score=score,
        text=view.text[start:end],
    )


def outside_marks(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the longest part of a candidate that none of our own marks stands in; an empty one when little is left."""
    opening = text.find("[", max(0, start - _LONGEST_MARK), end)
    if opening < 0:
        return start, end
    parts, at = [], start
    for mark in MARK.finditer(text, opening, min(len(text), end + _LONGEST_MARK)):
        if mark.end() <= start:
            continue
        if mark.start() >= end:
            break
        parts.append((at, max(at, mark.start())))
        at = max(at, mark.end())
    if not parts:
        return start, end
    parts.append((at, max(at, end)))
    best = max(parts, key=lambda part: part[1] - part[0])
    return best if best[1] - best[0] > _REMAINS else (end, end)


def entropy(text: str) -> float:
    """Return the Shannon entropy in bits per character."""
    length = len(text)
    counts = [text.count(one) for one in set(text)]
    return -sum(count / length * log2(count / length) for count in counts)
