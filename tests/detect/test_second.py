"""A second scanner: only what the detectors do not know, in its place, and never a mark of ours."""

from collections.abc import Sequence

from extproc.detect.second import ENTITY, Sort, second_findings
from extproc.model.finding import Category, Finding
from extproc.model.message import JsonValue

_KEY = b"k" * 32


class Words:
    """A scanner that finds every word which begins with `sek`."""

    def spans(self, text: str) -> Sequence[tuple[int, int, str]]:
        found, at = [], text.find("sek")
        while at >= 0:
            end = min((text.find(stop, at) for stop in " \n]" if text.find(stop, at) >= 0), default=len(text))
            found.append((at, end, "words"))
            at = text.find("sek", end)
        return found


def places(document: object, known: Sequence[Finding] = ()) -> list[tuple[tuple[str | int, ...], int, int]]:
    found = second_findings(document, Words(), _KEY, known)  # type: ignore[arg-type]  # JSON
    return [(one.pointer, one.start, one.end) for one in found]


def test_places_are_those_of_the_texts() -> None:
    document = {"a": ["x sek1", {"b": "é sek2 y"}], "n": 7, "c": "sek3"}
    assert places(document) == [(("a", 0), 2, 6), (("a", 1, "b"), 2, 6), (("c",), 0, 4)]


def test_what_is_known_is_not_found_again() -> None:
    known = Finding(category=Category.SECRET, entity="a_token", detector="a", pointer=("a",), start=0, end=6, score=0.9)
    assert places({"a": "sek1xx", "b": "sek1xx"}, [known]) == [(("b",), 0, 6)]


def test_a_mark_is_clean() -> None:
    assert places({"a": "[REDACTED:sek_key] and sek9"}) == [(("a",), 23, 27)]


def test_a_finding_says_whose_it_is() -> None:
    [one] = second_findings({"a": "sek1"}, Words(), _KEY, ())
    assert (one.category, one.entity, one.detector, len(one.fingerprint)) == (Category.SECRET, ENTITY, "words", 16)


def test_a_span_over_two_texts_is_in_neither() -> None:
    class Across:
        def spans(self, text: str) -> Sequence[tuple[int, int, str]]:
            return [(1, len(text) - 1, "across")]

    assert not [*second_findings({"a": "abc", "b": "def"}, Across(), _KEY, ())]


def test_a_scanner_of_something_else_says_what_it_finds() -> None:
    sorts = {"words": Sort(category=Category.PII, entity="person_name", score=0.5)}
    [one] = second_findings({"a": "sek1"}, Words(), _KEY, (), sorts=sorts)
    assert (one.category, one.entity, one.detector, one.score) == (Category.PII, "person_name", "words", 0.5)


def test_more_than_may_be_read_is_left_alone() -> None:
    document: JsonValue = {"a": "sek1", "b": "sek2"}
    assert [*second_findings(document, Words(), _KEY, (), longest=8)] == []
    assert len([*second_findings(document, Words(), _KEY, (), longest=9)]) == 2
