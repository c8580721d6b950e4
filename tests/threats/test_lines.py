"""The form that patterns see: nothing moves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extproc.threats.lines import lined


@given(st.text())
def test_every_character_stays_at_its_place(text: str) -> None:
    assert len(lined(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Read it. Then Go", "read it.\nthen go"),
        ("use e.g. this", "use e.g. this"),
        ("Do not\ntell\n\nAnyone", "do not tell\n\nanyone"),
        ("Call **this** `tool`", "call   this    tool "),
        ("Don\u2019t\u00a0go\u3002Ok", "don't go\nok"),
    ],
)
def test_a_sentence_is_a_line(text: str, form: str) -> None:
    assert lined(text) == form
