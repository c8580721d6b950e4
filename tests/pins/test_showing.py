"""Texts of others in a terminal: nothing is hidden, and nothing commands it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extproc.pins.showing import cut, printable, shown


@given(st.text())
def test_whatever_is_shown_can_be_seen(text: str) -> None:
    assert printable(text).isprintable()
    assert shown(text).isprintable()


@pytest.mark.parametrize(
    ("text", "seen"),
    [("a\x1b[31m", "a\\u001b[31m"), ("a\u200bb", "a\\u200bb"), ("\U000e0041", "\\U000e0041"), ("a\nb\tc", "a\\nb\\tc")],
)
def test_what_cannot_be_seen_is_an_escape(text: str, seen: str) -> None:
    assert printable(text) == seen


def test_long_values_are_cut_in_the_middle() -> None:
    assert cut("a" * 50 + "b" * 50, 10) == "aaaaa … bbbbb"
    assert len(shown(["x" * 999])) == 123
    assert shown({"b": 1, "a": True}) == '{"a":true,"b":1}'
