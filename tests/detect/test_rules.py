"""From a candidate to a finding: marks, entropy, context, validator."""

import math

import pytest

from extproc.detect.detector import Candidate, Detector
from extproc.detect.leaves import Leaves
from extproc.detect.locating import Locator, ReLocator
from extproc.detect.pattern import read_pattern
from extproc.detect.rules import Rule, entropy, outside_marks
from extproc.detect.surroundings import Surroundings
from extproc.detect.views import View
from extproc.model.finding import Category


def _linear(detector: Detector) -> Locator:
    return ReLocator(detector, read_pattern(detector.pattern))


def _judged(detector: Detector, text: str, value: str, score: float | None = None) -> float | None:
    def validator(_candidate: Candidate) -> float | None:
        return score

    rule = Rule(detector, {"v": validator}, _linear)
    start = text.index(value)
    found = rule.judge(Surroundings(Leaves(text)), View(text=text, leaf=0), start, start + len(value))
    return None if found is None else round(found.score, 3)


def _detector(
    *, context: tuple[str, ...] = (), required: bool = False, validator: str | None = None, least: float = 0.0
) -> Detector:
    return Detector(
        id="d",
        entity="d",
        category=Category.PII,
        pattern="[0-9]{4}",
        context=context,
        context_required=required,
        validator=validator,
        entropy=least,
        score=0.8,
    )


def test_the_score_is_that_of_the_detector_or_of_its_validator() -> None:
    assert _judged(_detector(), "1234", "1234") == 0.8
    assert _judged(_detector(validator="v"), "1234", "1234", 0.4) == 0.4
    assert _judged(_detector(validator="v"), "1234", "1234", None) is None


def test_context_raises_the_score_and_may_be_required() -> None:
    assert _judged(_detector(context=("pin",)), "pin 1234", "1234") == 0.85
    assert _judged(_detector(context=("pin",)), "x 1234", "1234") == 0.8
    assert _judged(_detector(context=("pin",), required=True), "x 1234", "1234") is None
    assert _judged(_detector(context=("pin",), required=True, validator="v"), "pin 1234", "1234", 0.99) == 1.0


def test_a_value_with_too_little_entropy_is_none() -> None:
    assert _judged(_detector(least=1.5), "1111", "1111") is None
    assert _judged(_detector(least=1.5), "1234", "1234") == 0.8


def test_a_validator_that_is_missing_is_an_error_at_once() -> None:
    with pytest.raises(KeyError):
        Rule(_detector(validator="nowhere"), {}, _linear)


@pytest.mark.parametrize(("text", "bits"), [("aaaa", 0), ("abab", 1), ("abcd", 2), ("aab", 0.918)])
def test_entropy_is_shannons(text: str, bits: float) -> None:
    assert math.isclose(entropy(text), bits, abs_tol=0.001)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("abc[REDACTED:x]", ""),
        ("abcdef[REDACTED:x]", "abcdef"),
        ("[REDACTED:x]", ""),
        ("ab[REDACTED:x]cdefg[EMAIL:abcdefgh]hi", "cdefg"),
        ("[REDACTED: no mark]", "[REDACTED: no mark]"),
    ],
)
def test_of_a_candidate_what_stands_beside_our_marks_is_judged(text: str, rest: str) -> None:
    start, end = outside_marks(text, 0, len(text))
    assert text[start:end] == rest
