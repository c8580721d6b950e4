"""Payment cards among other numbers."""

import pytest

from extproc.detect.detector import Candidate
from extproc.detect.personal.cards import VALIDATORS, is_luhn

_GROUPED, _BARE, _CODE = (VALIDATORS[name] for name in ("card_grouped", "card_bare", "card_code"))


def test_the_luhn_digit_is_the_only_one_of_ten_that_fits() -> None:
    assert [last for last in "0123456789" if is_luhn(f"401288888888188{last}")] == ["1"]


@pytest.mark.parametrize(
    "text", ["4012 8888 8888 1881", "4012-8888-8888-1881", "3782 822463 10005", "3056 930902 5904"]
)
def test_blocks_as_cards_print_them_are_a_card(text: str) -> None:
    assert _GROUPED(Candidate(text=text))


@pytest.mark.parametrize(
    "text", ["4012 8888-8888 1881", "4012 8888 8888 1882", "401288 8888 881 881", "9012 8888 8888 1889"]
)
def test_mixed_dividers_wrong_digits_and_other_blocks_are_none(text: str) -> None:
    assert _GROUPED(Candidate(text=text)) is None


@pytest.mark.parametrize(
    "around",
    [
        Candidate(text="4012888888881881", label="card number"),
        Candidate(text="4012888888881881", before="visa "),
        Candidate(text="4012888888881881", after=" 12/29"),
        Candidate(text="4012888888881881", before="please charge ", after=" today"),
    ],
    ids=["label", "issuer", "expiry", "prose"],
)
def test_digits_alone_are_a_card_by_what_stands_around(around: Candidate) -> None:
    assert _BARE(around)


@pytest.mark.parametrize(
    "around",
    [
        Candidate(text="4012888888881881", label="id"),
        Candidate(text="4012888888881881", before='{"id": ', after=', "node": 1}'),
        Candidate(text="4012888888881881", before="order ", after=" is on its way"),
        Candidate(text="4012888888881881", before="17 ", after=" 4012888888881899"),
        Candidate(text="4012888888881882", label="card number"),
        Candidate(text="0000000000000000", label="card number"),
    ],
    ids=["id", "member", "order", "column", "check digit", "zeros"],
)
def test_digits_alone_are_no_card_otherwise(around: Candidate) -> None:
    assert _BARE(around) is None


def test_a_security_code_is_not_the_start_of_an_amount() -> None:
    assert _CODE(Candidate(text="047", before="cvv "))
    assert _CODE(Candidate(text="047", before="cvv ", after=".50")) is None


def test_a_number_in_an_object_for_a_card_is_one() -> None:
    number = "4012888888881881"
    assert _BARE(Candidate(text=number, label="number", before='"card": {"number": "', after='"'))
    assert _BARE(Candidate(text=number, label="number", before='"', after='"', siblings="number\nexp month"))
    assert _BARE(Candidate(text=number, label="number", before='"order": {"number": "', after='"')) is None
