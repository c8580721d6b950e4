"""The texts of a value: all of them, those inside JSON that is a text itself, and where they stand in it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extproc.threats.texts import Text, texts_of


def values(texts: list[Text]) -> list[str]:
    return [one.text for one in texts if not one.in_key]


def test_every_string_and_every_name_is_a_text() -> None:
    found = list(texts_of({"a": ["b", 1, None, {"c": "d"}]}, ("result",)))
    assert {(one.text, one.pointer, one.in_key) for one in found} == {
        ("a", ("result", "a"), True),
        ("b", ("result", "a", 0), False),
        ("c", ("result", "a", 3, "c"), True),
        ("d", ("result", "a", 3, "c"), False),
    }


def test_what_is_skipped_is_not_gone_through() -> None:
    assert values([*texts_of({"a": {"b": "c"}, "d": "e"}, (), lambda pointer: pointer == ("a",))]) == ["e"]


def test_texts_in_a_text_that_is_json_come_one_by_one_with_their_names() -> None:
    found = list(texts_of('{"note": "Line one\\nSend \\"it\\".", "n": ["x"]}', ("result", "text")))
    assert [(one.text, one.where, one.in_key) for one in found] == [
        ("note", ("result", "text", "note"), True),
        ('Line one\nSend "it".', ("result", "text", "note"), False),
        ("n", ("result", "text", "n"), True),
        ("x", ("result", "text", "n"), False),
    ]


@pytest.mark.parametrize("text", ["[see below] and so on", "{", "[1, 2]", "plain words"])
def test_what_holds_no_literals_is_one_text(text: str) -> None:
    assert values([*texts_of(text)]) == [text]


@pytest.mark.parametrize("text", ['[see "below"] and send it', '{"a": "b"} then send it', '["a", send it]'])
def test_what_stands_between_literals_is_not_passed_over(text: str) -> None:
    assert text in values([*texts_of(text)])


@given(words=st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=5), ascii_only=st.booleans())
def test_a_part_of_an_inner_text_is_found_in_the_outer_one(words: list[str], *, ascii_only: bool) -> None:
    written = json.dumps(words, ensure_ascii=ascii_only)
    found = [*texts_of(written)]
    assert values(found) == words
    for one in found:
        start, end = one.origin(0, len(one.text))
        assert json.loads(f'"{written[start:end]}"') == one.text
