"""The engine without a library: what it searches, and what it refuses."""

import pytest

from extproc.detect.detector import Detector
from extproc.detect.gated_engine import MAX_BYTES, GatedEngine
from extproc.detect.matching import Expression
from extproc.detect.pattern import PatternError
from extproc.model.finding import Category


def test_a_pattern_is_searched_where_one_of_its_keywords_stands() -> None:
    engine = GatedEngine([Expression(text="[a-z]{3}", shared=False, keywords=("key",))])
    assert engine.hits(b"\nabc\n").pairs == []
    assert engine.hits(b"\nKEY abc\n").pairs == [(0, 8)]


def test_beyond_the_limit_nothing_is_searched_and_that_is_said() -> None:
    engine = GatedEngine([Expression(text="abc", shared=False)])
    hits = engine.hits(b"\nabc" + b"." * MAX_BYTES + b"abc\n")
    assert (hits.pairs, hits.complete) == ([(0, 4)], False)


def test_patterns_of_operators_are_refused() -> None:
    detector = Detector(id="mine", entity="x", category=Category.CUSTOM, pattern="a", linear=True)
    with pytest.raises(PatternError, match=r"need hyperscan or google-re2 \(mine\)"):
        GatedEngine([]).locator(detector)
