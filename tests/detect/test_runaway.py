"""No shipped pattern runs away in `re`, whatever the text: neither detectors, read in both directions, nor evidence."""

import time
from functools import cache
from typing import Final

import pytest

from extproc.config.detectors_file import shipped_files
from extproc.config.evidence_file import shipped_evidence
from extproc.detect.locating import ReLocator
from extproc.detect.pattern import read_pattern
from extproc.threats.evidence import searched
from tests.detect.ambiguity import runaway
from tests.detect.examples import expanded, shipped

_FLOODS: Final = (
    *(
        "4",
        "a",
        "A",
        "-",
        " ",
        "=",
        "/",
        ", ",
        "- ",
        "0-",
        "4 ",
        "a ",
        "ab.",
        "A-",
        "1-2 ",
        "A1b2",
        "é ",
        "Aa ",
        "Aa, ",
    ),
    *("St. ", "St., ", "de la ", "Main St "),
)
# A hundred times what the slowest pattern takes, and nothing to one that runs away.
_SECONDS: Final = 0.5


@pytest.mark.parametrize(
    ("pattern", "flood"),
    [
        (r"(?:a+)+b", "a"),
        (r"(?:(?:a?b?)*)*c", "ab"),
        (r"(?:[0-9]{1,12}[ -]{0,3}){1,6}[0-9]", "0"),
        (r"(?:user |users? )*x", " "),
        (r"(?:ab|[ac]b)*d", "b"),
    ],
)
def test_a_part_that_can_be_repeated_in_two_ways_is_seen(pattern: str, flood: str) -> None:
    assert runaway(pattern) == flood


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?:[0-9]{1,12}[ -]){0,6}[0-9]",
        r"(?:[ -]{0,3}[0-9]){2,79}",
        r"(?:users? )*x",
        r"(?:ab|ac)*d",
        r"[A-Z]+[0-9]*[a-z]+(?: [a-z]+)*",
    ],
)
def test_a_part_that_can_be_repeated_in_one_way_is_none(pattern: str) -> None:
    assert runaway(pattern) is None


def test_letters_that_are_the_same_without_their_case_are_two_ways() -> None:
    assert runaway("(?:ax|AX)*b") is None
    assert runaway("(?:ax|AX)*b", ignore_case=True) is not None
    assert runaway("(?i:(?:ax|AX)*)b") is not None


def test_no_detector_has_a_part_that_can_be_repeated_in_two_ways() -> None:
    found = {one.id: runaway(one.pattern, ignore_case=one.ignore_case) for one in shipped().detectors}
    assert {one: flood for one, flood in found.items() if flood is not None} == {}


def test_no_evidence_has_a_part_that_can_be_repeated_in_two_ways() -> None:
    patterns = [one for file in shipped_evidence() for one in file.patterns]
    found = {one.id: runaway(searched(one.pattern), ignore_case=True) for one in patterns}
    assert {one: flood for one, flood in found.items() if flood is not None} == {}


@cache
def _beginnings() -> dict[str, str]:
    examples = [one for file in shipped_files() for one in file.examples if one.found]
    return {one.detector.id: expanded(one.text, one.detector.id) for one in examples}


def test_no_flood_behind_an_example_keeps_a_detector_busy() -> None:
    slow = {}
    for one in shipped().detectors:
        locator = ReLocator(one, read_pattern(one.pattern, ignore_case=one.ignore_case))
        forward, backward = locator.compile()
        example = _beginnings()[one.id]
        started = time.process_time()
        for flood in _FLOODS:
            text = example[: len(example) // 2] + flood * (one.reach // 2 // len(flood))
            for searched_text in (f"{text}\1", text + example):
                forward.search(searched_text)
                backward.match(searched_text[::-1])
                backward.match(searched_text[::-1], 1)
        spent = time.process_time() - started
        if spent > _SECONDS:
            slow[one.id] = spent
    assert slow == {}
