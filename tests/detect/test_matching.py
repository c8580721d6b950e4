"""What every engine reports alike."""

import pytest

from extproc.detect.detector import Detector
from extproc.detect.matching import RUN, expression_of, expressions_of
from extproc.model.finding import Category
from tests.detect.samples import ENGINES


def _detector(pattern: str, *, bare: bool = False, ignore_case: bool = False) -> Detector:
    return Detector(id="x", entity="x", category=Category.CUSTOM, pattern=pattern, bare=bare, ignore_case=ignore_case)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("detector", "text", "ends"),
    [
        (_detector("ab[0-9]{2,9}"), "ab12 xab12 ab123x ab9999", [6, 26]),
        (_detector("ab1"), "ab1 ab1 ab1", [5, 9, 13]),
        (_detector("^[0-9]{3}$"), "123\n1234\n567 \n890", [4, 18]),
        (_detector("AB", ignore_case=True), "ab Ab", [4, 7]),
        (_detector("(?i:a)b"), "Ab aB", [4]),
        (_detector("é[à-ü]", bare=True), "xéñ", [6]),
    ],
)
def test_all_engines_report_where_matches_end(engine: str, detector: Detector, text: str, ends: list[int]) -> None:
    hits = ENGINES[engine]([expression_of(detector)]).hits(f"\n{text}\n".encode())
    assert sorted(end for _, end in hits.pairs) == ends
    assert hits.complete


@pytest.mark.parametrize("engine", ENGINES)
def test_runs_that_may_be_encoded_end_once(engine: str) -> None:
    hits = ENGINES[engine]([RUN]).hits(b"\n" + b"Q" * 100 + b"= " + b"c0" * 12 + b"\n" + b"A" * 23 + b"\n")
    assert sorted(hits.pairs) == [(0, 102), (0, 128)]


def test_the_expressions_are_in_the_order_of_the_detectors_with_the_runs_last() -> None:
    detectors = [_detector("a"), _detector("b", bare=True)]
    assert expressions_of(detectors) == (*map(expression_of, detectors), RUN)
