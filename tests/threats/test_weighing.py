"""What signs weigh together."""

import pytest

from extproc.model.passage import Sign
from extproc.threats.weighing import FORM, THRESHOLD, score_of, weighed

_WEIGHTS = {
    "one": 2.0,
    "two": 3.0,
    "idle": 0.0,
    **dict.fromkeys(FORM, 3.0),
    "private_object": 2.0,
    "fills_parameter": 1.5,
}


def _weight(*signs: tuple[str, str, int], near: int = 100) -> float:
    made = [Sign(code=code, family=family, start=start, end=start + 1) for family, code, start in signs]
    return weighed(made, _WEIGHTS, near)[0]


def test_a_family_counts_once_and_another_pattern_of_it_a_little() -> None:
    assert _weight(("one", "a", 0), ("one", "a", 5)) == pytest.approx(2.0)
    assert _weight(("one", "a", 0), ("one", "b", 5)) == pytest.approx(2.6)


def test_at_the_threshold_the_score_is_one_half_and_below_nothing_it_is_none() -> None:
    assert score_of(THRESHOLD) == 0.5
    assert score_of(-1.0) == 0.0


def test_signs_that_stand_far_apart_are_weighed_apart() -> None:
    assert _weight(("one", "a", 0), ("two", "b", 101)) == pytest.approx(3.0)


def test_form_without_matter_is_no_finding() -> None:
    assert _weight(*((family, family, place) for place, family in enumerate(sorted(FORM)))) == pytest.approx(4.5)


def test_some_families_weigh_more_together() -> None:
    assert _weight(("private_object", "a", 0), ("fills_parameter", "b", 1)) == pytest.approx(5.0)


def test_what_weighs_nothing_is_left_out() -> None:
    assert weighed([Sign(code="a", family="idle", start=0, end=1)], _WEIGHTS, 9) == (0.0, ())
