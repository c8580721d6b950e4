"""Patterns of operators, refusals and floods with google-re2."""

import pytest

from extproc.detect.detector import Detector
from extproc.detect.matching import Expression
from extproc.detect.pattern import PatternError
from extproc.detect.re2_engine import Re2Engine, Re2Locator, check
from extproc.model.finding import Category


def _detector(pattern: str, group: int = 0, *, bare: bool = False) -> Detector:
    return Detector(id="x", entity="x", category=Category.CUSTOM, pattern=pattern, group=group, bare=bare)


@pytest.mark.parametrize(
    ("detector", "text", "values"),
    [
        (_detector("key=([a-z]{2,9})", 1), "key=abc key=de", ["abc", "de"]),
        (_detector("[0-9]{3}"), "123 456 é 789", ["123", "456", "789"]),
        (_detector("[0-9]{3}", bare=True), "x123456", ["123", "456"]),
        (_detector("(a{0,20}){0,20}b"), "a" * 60 + "b", ["a" * 60 + "b"]),
    ],
)
def test_patterns_of_operators_are_located_with_their_groups(detector: Detector, text: str, values: list[str]) -> None:
    found = Re2Locator(detector).around(text, 0, len(text), len(text))
    assert [text[one.value_start : one.value_end] for one in found] == values


def test_what_cannot_be_compiled_is_refused_with_the_reason() -> None:
    with pytest.raises(PatternError, match="google-re2 cannot compile it"):
        check(Expression(text="(a"))
    with pytest.raises(PatternError, match="no such group"):
        Re2Locator(_detector("a", group=2))


def test_a_flood_ends_at_the_limit() -> None:
    hits = Re2Engine([Expression(text="a", shared=False)]).hits(b"a" * 300_000)
    assert (hits.complete, len(hits.pairs)) == (False, 200_000)
