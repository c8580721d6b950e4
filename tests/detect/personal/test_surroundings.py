"""What the words around a candidate say of it."""

import pytest

from extproc.detect.detector import Candidate
from extproc.detect.personal.surroundings import (
    about,
    after,
    before,
    checked,
    is_behind_mark,
    is_of_more_groups,
    is_plain,
    is_thing,
    named,
    without_marks,
)
from extproc.model.finding import Category
from tests.detect.examples import shipped_scanner

_CARD = named("card(?: number)?")


def test_a_word_counts_only_as_a_whole_and_not_within_an_address() -> None:
    assert _CARD.search("the card is")
    assert not _CARD.search("discard it")
    assert not _CARD.search("mail card@example.org or x@card.example.org")


def test_the_label_or_the_line_names_a_candidate() -> None:
    assert about(Candidate(text="1", label="card number"), _CARD)
    assert about(Candidate(text="1", before="my card is "), _CARD)
    assert about(Candidate(text="1", after=" is my card"), _CARD)


@pytest.mark.parametrize("text", ['"card":"4","order":"', '{"card": 4, "order": ', "card 4\nnext ", "card|"])
def test_what_names_the_value_beside_it_names_nothing_of_it(text: str) -> None:
    assert not about(Candidate(text="1", before=text), _CARD)


def test_the_first_of_a_pair_names_the_second() -> None:
    assert before(Candidate(text="1", before='[["card", "4"], ["pesel", "')) == "pesel"


def test_what_follows_ends_with_the_line() -> None:
    assert after(Candidate(text="1", after=" Is mine\nCard")) == " is mine"


@pytest.mark.parametrize("text", ["order no. ", "version: ", "isbn ", "Build #", "tracking number "])
def test_the_number_of_a_thing_is_known_by_the_word_before(text: str) -> None:
    assert is_thing(Candidate(text="1", before=text))


@pytest.mark.parametrize("text", ["passport ", "cpr ", "export as ", "spr. "])
def test_a_word_that_only_ends_like_one_is_none(text: str) -> None:
    assert not is_thing(Candidate(text="1", before=text))


def test_some_labels_leave_open_what_they_hold() -> None:
    assert is_plain("")
    assert is_plain("message text")
    assert not is_plain("order id")


def test_a_checked_candidate_is_accepted_unless_it_is_a_thing() -> None:
    validator = checked(lambda text: text == "7", 0.8)
    assert validator(Candidate(text="7")) == 0.8
    assert validator(Candidate(text="8")) is None
    assert validator(Candidate(text="7", label="order id")) is None


def test_a_word_of_a_script_without_spaces_counts_among_others() -> None:
    assert named("身分證").search("身分證字號 ")
    assert not named("pan").search("company ")


@pytest.mark.parametrize(("before", "after"), [("item 25 ", " out"), ("", " 123 more"), ("no. 7 ", "")])
def test_groups_of_digits_that_go_on_are_part_of_another_number(before: str, after: str) -> None:
    assert is_of_more_groups(Candidate(text="876 543 210", before=before, after=after))


@pytest.mark.parametrize(("before", "after"), [("on 2026-01-12 ", ""), ("it is ", " 12:30"), ("", ", 45")])
def test_dates_and_times_beside_a_number_are_no_groups_of_it(before: str, after: str) -> None:
    assert not is_of_more_groups(Candidate(text="876 543 210", before=before, after=after))


def test_marks_give_no_context() -> None:
    assert without_marks("to [EMAIL:k7f3q2wd] and [REDACTED:phone] [x]") == "to  and  [x]"
    assert is_behind_mark(Candidate(text="prose of 5 words", before="see [POSTAL_ADDRESS:k7f3q2wd] "))
    assert not is_behind_mark(Candidate(text="prose of 5 words", before="see [1] "))


@pytest.mark.parametrize("letters", ["k7f3q2wd", "abcdefgh", "k7f3q2wdk7f3q2wd", "abcdefghijklmnopqrstuvwxyz"])
@pytest.mark.parametrize(
    "rest",
    [
        " and then 3 more days of waiting",
        ' "John Doe", 5 items',
        " 20-45-11",
        " 1980-02-03",
        ": 5551234567",
        " 123456782",
    ],
)
def test_what_stands_behind_a_mark_is_not_named_by_it(letters: str, rest: str) -> None:
    found = []
    for entity in sorted(shipped_scanner().names()):
        scan = shipped_scanner().scan_text(f"we have [{entity.upper()}:{letters}]{rest} [REDACTED:{entity}]{rest}")
        found += [(entity, one.detector) for one in scan.findings if one.category != Category.SECRET]
    assert found == []
