"""The lines that an engine passes over, and what each of them stands for."""

import pytest

from extproc.detect.detector import Detector
from extproc.detect.leaves import Leaves
from extproc.detect.lines import LeafLines, ViewLines, always_apart, apart, least_digits
from extproc.detect.views import View
from extproc.model.finding import Category
from extproc.model.message import JsonValue

_TOKEN = "abcdefghijk1"


def _lines(document: JsonValue, *, alone: bool = False) -> LeafLines:
    return LeafLines(Leaves(document), always_apart if alone else apart(()))


def _detector(pattern: str, *, ignore_case: bool = False) -> Detector:
    return Detector(id="x", entity="x", category=Category.PII, pattern=pattern, ignore_case=ignore_case)


def test_a_token_is_one_line_with_its_name_and_stands_for_itself_too() -> None:
    lines = _lines({"keys": [_TOKEN], "text": "a b"})
    at = lines.texts.index(f"keys: {_TOKEN}")
    [(alone, shift), (named, none)] = lines.parts(at)
    assert (alone.text, shift, named.text, none) == (_TOKEN, 6, f"keys: {_TOKEN}", 0)
    assert (named.root(6, 18), named.leaf, named.parent) == ((0, 12), at, alone)
    assert sorted(lines.texts) == ["a b", "keys", f"keys: {_TOKEN}", "text"]


def test_a_token_that_must_stand_alone_has_two_lines() -> None:
    lines = _lines({"key": _TOKEN}, alone=True)
    assert list(lines.texts) == [_TOKEN, "key", f"key: {_TOKEN}"]
    assert [(view.text, shift) for number in (0, 2) for view, shift in lines.parts(number)] == [
        (_TOKEN, 0),
        (f"key: {_TOKEN}", 0),
    ]


def test_a_token_without_a_name_is_as_any_text() -> None:
    assert list(_lines([_TOKEN, "b"]).texts) == [_TOKEN, "b"]


def test_an_image_is_left_empty_and_known_by_its_name_alone() -> None:
    lines = _lines({"type": "image", "data": _TOKEN})
    assert (list(lines.texts), lines.blobs) == (["image", "", "type", "data", f"data: {_TOKEN}"], frozenset({1}))
    assert (lines.view(1).text, [view.text for view, _ in lines.parts(4)]) == (_TOKEN, [f"data: {_TOKEN}"])


def test_what_was_decoded_is_lines_as_it_is() -> None:
    view = View(text="a", leaf=3)
    lines = ViewLines([view])
    assert (lines.texts, lines.view(0), list(lines.parts(0)), lines.blobs) == (["a"], view, [(view, 0)], frozenset())


@pytest.mark.parametrize(
    ("pattern", "token", "expected"),
    [
        ("^[0-9]{12}$", "123456789012", True),
        ("^[0-9]{12}$", "12345678901a", False),
        ("(?:^|,)[a-f]{4}", "abcdef123456", True),
        ("(?:^|,)[A-F]{4} x", "abcdef123456", False),
        ("[^0-9][0-9]{12}", "123456789012", False),
        (r"\^[0-9]{12}", "^123456789012", False),
        (r"^[^\x00-\x7f]{2}", "éé1234567890", True),
    ],
)
def test_a_token_stands_alone_where_a_pattern_for_lines_may_match(pattern: str, token: str, expected: bool) -> None:
    assert bool(apart([_detector(pattern, ignore_case=True)])(token)) == expected


def test_how_short_a_number_may_be_follows_from_the_patterns() -> None:
    assert least_digits([]) == 8
    assert least_digits([_detector("[0-9]{6}"), _detector("[0-9]{2}[a-z]"), _detector("-?[0-9]{5}|x")]) == 5
