"""Values known by their salted digests only."""

from extproc.detect.detector import Candidate
from extproc.detect.exact import ExactValues, digest_of
from extproc.model.finding import Category


def test_an_exact_value_is_known_by_its_salted_digest_only() -> None:
    values = ExactValues("salt", frozenset({digest_of("salt", "C-1001", Category.CUSTOM)}), Category.CUSTOM)
    assert values(Candidate(text="c-1001")) is not None
    assert values(Candidate(text="C-1002")) is None


def test_the_salt_is_part_of_the_digest() -> None:
    assert digest_of("other", "C-1001", Category.CUSTOM) != digest_of("salt", "C-1001", Category.CUSTOM)
