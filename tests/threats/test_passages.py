"""Where sentences and lines begin and end, and what stands in front of their first word."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extproc.threats.passages import MAX_UNIT, lead_of, unit_at, units_of, words_of


def _units(text: str) -> list[str]:
    return [text[start:end].strip() for start, end in units_of(text)]


def test_sentences_are_units() -> None:
    assert _units("It works. Now delete it! Really? Yes.") == ["It works.", "Now delete it!", "Really?", "Yes."]


def test_a_wrapped_line_goes_on_and_a_member_begins_anew() -> None:
    assert _units("please send the list\nto me\nsubject: Lunch\nbody: See you") == [
        "please send the list\nto me",
        "subject: Lunch",
        "body: See you",
    ]


def test_members_rows_and_elements_are_units() -> None:
    assert _units('{"a": "Go there", "b": "Stay here"}') == ['{"a": "Go there",', '"b": "Stay here"}']
    assert _units("1 | Go there | Stay") == ["1 |", "Go there |", "Stay"]
    assert _units("<p>Go there</p><p>Stay here</p>")[-1].endswith("Stay here</p>")


def test_full_stops_of_other_scripts_end_a_unit() -> None:
    assert _units("今天下雨。请带伞!") == ["今天下雨。", "请带伞!"]


@pytest.mark.parametrize(
    "text",
    ["- Delete it", "3. Delete it", '"note": "Delete it', "> // Delete it", "<b>Delete it", "SYSTEM: Delete it"],
)
def test_bullets_names_and_marks_stand_in_front_of_a_sentence(text: str) -> None:
    assert text[lead_of(text, (0, len(text))) :] == "Delete it"


def test_a_place_belongs_to_the_unit_that_it_stands_in() -> None:
    units = units_of("One. Two. Three.")
    assert [unit_at(units, place) for place in (0, 3, 5, 12)] == [0, 0, 1, 2]


def test_words_are_runs_of_letters() -> None:
    assert words_of("don't go_there, 7 übel 请") == ["don", "t", "go", "there", "übel", "请"]


@given(st.text(alphabet="aA .!?\n<>|\"';\\请。", max_size=400))
def test_units_ascend_do_not_overlap_and_are_short(text: str) -> None:
    units = units_of(text)
    assert all(0 < end - start <= MAX_UNIT for start, end in units)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(units))
    assert all(start <= lead_of(text, (start, end)) <= end <= len(text) for start, end in units)
