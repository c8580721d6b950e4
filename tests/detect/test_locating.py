"""From the end of a match to the match."""

from extproc.detect.detector import Detector
from extproc.detect.locating import ReLocator, Windows, WordsLocator
from extproc.detect.pattern import read_pattern
from extproc.model.finding import Category


def _detector(pattern: str, *, bare: bool = False, ignore_case: bool = False, group: int = 0) -> Detector:
    return Detector(
        id="x", entity="x", category=Category.CUSTOM, pattern=pattern, bare=bare, ignore_case=ignore_case, group=group
    )


def _located(detector: Detector, text: str, ends: list[int]) -> list[tuple[int, int]]:
    windows = Windows(detector, read_pattern(detector.pattern))
    return [
        (found.value_start, found.value_end)
        for found in windows.located(ReLocator(detector, read_pattern(detector.pattern)), text, ends)
    ]


def test_a_match_is_found_from_the_place_behind_its_boundary() -> None:
    assert _located(_detector("ab[0-9]{3}"), "x ab123 ab456", [8, 14]) == [(2, 7), (8, 13)]


def test_several_ends_of_one_match_are_one_match() -> None:
    assert _located(_detector("a[0-9]{1,5}", bare=True), "xa12345", [3, 4, 5, 6, 7]) == [(1, 7)]


def test_a_letter_beside_a_match_makes_it_none_unless_bare() -> None:
    assert _located(_detector("ab1"), "xab1 ab12", [5, 9]) == []
    assert _located(_detector("ab1", bare=True), "xab1 ab12", [4, 8]) == [(1, 4), (5, 8)]


def test_a_far_match_costs_a_small_window_only() -> None:
    text = "ab1 " * 50_000 + "cd2"
    assert _located(_detector("[a-d]{2}[0-9]"), text, [len(text) + 1]) == [(len(text) - 3, len(text))]


def test_the_value_is_the_group() -> None:
    assert _located(_detector("key=([a-z]{2,9})", group=1), "key=abc;", [8]) == [(4, 7)]


def _words(text: str, *words: str, bare: bool = False, ignore_case: bool = True) -> list[str]:
    locator = WordsLocator(_detector("x", bare=bare, ignore_case=ignore_case), frozenset(words))
    return [text[found.start : found.end] for found in locator.around(text, 0, len(text), len(text))]


def test_of_words_the_longest_at_a_place_is_found() -> None:
    assert _words("Blue Falcon and blue", "blue", "blue falcon") == ["Blue Falcon", "blue"]


def test_words_inside_of_words_are_not_found_unless_bare() -> None:
    assert _words("bluebird", "blue") == []
    assert _words("bluebird", "blue", bare=True) == ["blue"]


def test_case_counts_when_it_does() -> None:
    assert _words("Blue blue", "blue", ignore_case=False) == ["blue"]


def test_letters_whose_lower_case_is_longer_shift_nothing() -> None:
    assert _words("İİ blue", "blue") == ["blue"]
