"""Which of overlapping findings remains, and what it covers."""

from hypothesis import given
from hypothesis import strategies as st

from extproc.detect.found import Found
from extproc.detect.overlap import resolved
from extproc.model.finding import Category


def _found(start: int, end: int, score: float = 0.9, category: Category = Category.PII) -> Found:
    return Found(category=category, entity=category.value, detector="d", start=start, end=end, score=score, text="x")


def test_what_does_not_overlap_stays() -> None:
    assert [(one.start, one.end) for one in resolved([_found(5, 9), _found(0, 5)])] == [(0, 5), (5, 9)]


def test_the_longest_wins() -> None:
    [one] = resolved([_found(2, 4, 1.0), _found(0, 9, 0.5, Category.FINANCIAL)])
    assert (one.entity, one.start, one.end) == ("financial", 0, 9)


def test_of_equally_long_ones_the_surest_wins_and_then_the_secret() -> None:
    assert resolved([_found(0, 9, 0.5, Category.SECRET), _found(0, 9, 0.6)])[0].entity == "pii"
    assert resolved([_found(0, 9), _found(0, 9, category=Category.SECRET)])[0].entity == "secret"


def test_the_winner_covers_what_it_only_touches() -> None:
    [one] = resolved([_found(0, 9), _found(7, 12, category=Category.SECRET)])
    assert (one.entity, one.start, one.end) == ("pii", 0, 12)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20))))
def test_everything_found_is_covered_and_nothing_twice(pairs: list[tuple[int, int]]) -> None:
    kept = resolved([_found(start, start + length) for start, length in pairs])
    covered = [place for one in kept for place in range(one.start, one.end)]
    assert len(covered) == len(set(covered))
    assert set(covered) == {place for start, length in pairs for place in range(start, start + length)}
