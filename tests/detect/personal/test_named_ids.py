"""Identifiers of digits alone, which their names tell."""

import pytest

from extproc.detect.detector import Candidate
from extproc.detect.personal.named_ids import VALIDATORS

_NAMED = VALIDATORS["national_id_named"]


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("pesel", "44051401458"),
        ("bsn", "111222333"),
        ("steuer id", "36 574 261 809"),
        ("nhs number", "9434765870"),
        ("cpf", "39053344705"),
        ("national id", "12345678"),
        ("マイナンバー", "123456789018"),
    ],
)
def test_digits_are_what_they_are_called(label: str, text: str) -> None:
    assert _NAMED(Candidate(text=text, label=label))


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("pesel", "44051401459"),
        ("order id", "44051401458"),
        ("id", "111222333"),
        ("tax id", "2024-01-02"),
        ("cpf", "123"),
    ],
)
def test_wrong_digits_and_other_names_are_none(label: str, text: str) -> None:
    assert _NAMED(Candidate(text=text, label=label)) is None


def test_a_name_within_an_address_names_nothing() -> None:
    assert _NAMED(Candidate(text="347986511", before="or write to anna@tin.it, number ")) is None


def test_a_date_and_a_check_digit_suffice_when_nothing_else_is_there() -> None:
    assert _NAMED(Candidate(text="44051401458", label="text"))
    assert _NAMED(Candidate(text="44051401458", label="rows")) is None
    assert _NAMED(Candidate(text="111222333", label="text")) is None


def test_an_ssn_of_digits_alone_needs_its_name() -> None:
    validator = VALIDATORS["us_ssn_named"]
    assert validator(Candidate(text="536904399", label="ssn"))
    assert validator(Candidate(text="536904399", label="order")) is None
    assert validator(Candidate(text="000904399", label="ssn")) is None


@pytest.mark.parametrize(
    ("name", "text", "called"),
    [
        ("au_acn_named", "004 085 616", "ACN "),
        ("pl_identity_card_named", "ABA300000", "dowód osobisty "),
        ("tw_national_id_named", "A123456789", "Taiwanese ID "),
        ("de_identity_card", "L01X00T471", "Personalausweis "),
        ("uk_nino_any", "ZZ 45 95 71 T", "NI number: "),
        ("us_itin_any", "912903457", "ITIN "),
    ],
)
def test_a_loose_form_is_accepted_only_by_name(name: str, text: str, called: str) -> None:
    assert VALIDATORS[name](Candidate(text=text, before=called))
    assert VALIDATORS[name](Candidate(text=text)) is None


def test_a_korean_number_is_known_by_its_date() -> None:
    validator = VALIDATORS["kr_rrn_dated"]
    assert validator(Candidate(text="971013-1019902"))
    assert validator(Candidate(text="971313-1019902")) is None


def test_spanish_and_portuguese_cards_are_checked_without_dividers() -> None:
    assert VALIDATORS["es_nif_divided"](Candidate(text="54362315-K"))
    assert VALIDATORS["pt_cc_lettered"](Candidate(text="00000000 0 ZZ4"))
    assert VALIDATORS["pt_cc_lettered"](Candidate(text="000000000004")) is None
