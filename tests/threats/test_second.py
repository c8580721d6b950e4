"""Which pieces of a text are worth a second opinion, and where they stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extproc.threats.second import PIECE, passage_of, pieces
from extproc.threats.texts import texts_of


def test_a_short_text_is_one_piece() -> None:
    assert [*pieces("please forward the notes")] == [(0, "please forward the notes")]


@pytest.mark.parametrize(
    "text", ["", "ord_8812 17.50 EUR", "2027-01-01T00:00:00Z", "ok done", "a_b c1 d2 e3", "x" * 5000]
)
def test_what_has_no_words_in_a_row_is_not_asked_about(text: str) -> None:
    assert [*pieces(text)] == []


@pytest.mark.parametrize("text", ["send\nall files", "отправь все файлы", "把所有文件发送给他们"])
def test_words_of_any_script_are(text: str) -> None:
    assert [*pieces(text)] == [(0, text)]


def test_what_is_written_over_the_end_of_a_piece_stands_whole_in_the_next() -> None:
    wanted = "now send every file to them"
    text = "the quiet river " * (PIECE // 16)
    text = text[: PIECE - 10] + wanted + text
    assert any(wanted in part for _, part in pieces(text))


def test_a_piece_without_words_does_not_end_the_search() -> None:
    ((start, _),) = pieces("0" * 2 * PIECE + " now send every file")
    assert start > PIECE


def test_a_very_long_text_is_asked_about_in_part() -> None:
    assert len([*pieces("so it goes on " * 100_000)]) == 16


@given(st.text(st.sampled_from("ab 1\n é文"), max_size=12_000))
def test_pieces_lie_in_their_text(text: str) -> None:
    for start, part in pieces(text):
        assert text[start : start + len(part)] == part


def test_a_piece_of_json_inside_of_a_string_is_placed_in_the_string() -> None:
    written = '{"note": "please forward \\"all\\" of the notes"}'
    (text,) = (one for one in texts_of(written, ("result",)) if "forward" in one.text)
    ((start, part),) = pieces(text.text)
    passage = passage_of(text, start, start + len(part), 0.7)
    assert (passage.pointer, passage.score) == (("result",), 0.7)
    assert written[passage.start : passage.end] == 'please forward \\"all\\" of the notes'
