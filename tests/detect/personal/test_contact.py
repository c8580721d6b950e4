"""E-mail addresses and telephone numbers among what only looks like them."""

import phonenumbers
import pytest

from extproc.detect.detector import Candidate
from extproc.detect.personal.contact import VALIDATORS

_EMAIL = VALIDATORS["email"]


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("a.b@example.org", "to ", "."),
        ("a@b.io", "mailto:", "?subject=x"),
        ("a@b.io", '"', ":secret"),
        ("a@b.co.uk", "<", ">"),
    ],
)
def test_an_address_is_found(text: str, before: str, after: str) -> None:
    assert _EMAIL(Candidate(text=text, before=before, after=after))


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("git@github.com", "", ":acme/app.git"),
        ("deploy@host.example.com", "", ":srv/app.git"),
        ("logo@2x.png", "", ""),
        ("getty@tty1.service", "", ""),
        ("lodash@4.17.21", "", ""),
        ("token@host.example.com", "https://", "/x"),
        ("pw@db.example.com", "postgres://joe:", "/x"),
        ("core@v1.example.com", "@scope/", ""),
    ],
)
def test_repositories_files_packages_and_urls_are_none(text: str, before: str, after: str) -> None:
    assert _EMAIL(Candidate(text=text, before=before, after=after)) is None


@pytest.mark.parametrize("region", ["US", "GB", "DE", "FR", "IN", "BR", "JP", "ZA", "AU", "PL"])
def test_the_example_number_of_a_country_is_found_with_its_plus(region: str) -> None:
    number = phonenumbers.example_number(region)
    assert number
    for form in (phonenumbers.PhoneNumberFormat.E164, phonenumbers.PhoneNumberFormat.INTERNATIONAL):
        assert VALIDATORS["phone_international"](Candidate(text=phonenumbers.format_number(number, form)))


@pytest.mark.parametrize("text", ["+999 1234567", "+1 23", "+12 345678901234567"])
def test_a_plus_alone_makes_no_number(text: str) -> None:
    assert VALIDATORS["phone_international"](Candidate(text=text)) is None


def test_american_punctuation_decides_unless_it_is_a_thing() -> None:
    validator = VALIDATORS["phone_american"]
    assert validator(Candidate(text="(212) 456-7890"))
    assert validator(Candidate(text="212-456-7890"))
    assert validator(Candidate(text="212.456.7890", before="version ")) is None
    assert validator(Candidate(text="212 456 7890")) is None
    assert validator(Candidate(text="252.227-7013")) is None
    assert validator(Candidate(text="212 456 7890", before="phone: "))


def test_national_punctuation_needs_a_name_but_for_french_pairs() -> None:
    validator = VALIDATORS["phone_national"]
    assert validator(Candidate(text="030 901820", label="telefon"))
    assert validator(Candidate(text="030 901820")) is None
    assert validator(Candidate(text="04 81 53 31 64"))
    assert validator(Candidate(text="02.28.02.42.62", before="c0 .14.", after="-.27")) is None
    assert validator(Candidate(text="02/03/2024", label="telefon")) is None


def test_digits_alone_need_a_label_or_a_request_to_call() -> None:
    validator = VALIDATORS["phone_by_label"]
    assert validator(Candidate(text="5551234567", label="mobile number"))
    assert validator(Candidate(text="5551234567", before="Reach me on "))
    assert validator(Candidate(text="5551234567", label="order id")) is None
    assert validator(Candidate(text="5551234567", label="phone model id")) is None


def test_a_date_or_a_size_behind_a_word_for_telephone_is_no_number() -> None:
    validator = VALIDATORS["phone_called"]
    assert validator(Candidate(text="5551234567", before="mobile "))
    assert validator(Candidate(text="2024-01-02", before="mobile ")) is None
    assert validator(Candidate(text="192.168.0.1", before="mobile ")) is None
    assert validator(Candidate(text="1234567", before="mobile ", after=" ms")) is None


def test_digits_in_the_cell_beside_an_address_of_mail_are_a_telephone() -> None:
    validator = VALIDATORS["phone_national"]
    cell = '<td><a href="mailto:j@example.org">write</a></td><td>'
    assert validator(Candidate(text="0121 265 9153", before=cell, after="</td>"))
    assert validator(Candidate(text="0121 265 9153", before="<td>", after="</td><td>j@example.org"))
    assert validator(Candidate(text="0121 265 9153", before="<td>", after="</td>")) is None


@pytest.mark.parametrize("validator", ["phone_by_label", "phone_called"])
def test_seven_digits_called_a_cell_are_a_number_beside_personal_things_only(validator: str) -> None:
    judge = VALIDATORS[validator]
    assert judge(Candidate(text="5551234", label="cell", siblings="lac\nmcc")) is None
    assert judge(Candidate(text="5551234", label="cell", siblings="name\ncell"))
    assert judge(Candidate(text="555-1234", label="cell", siblings="lac\nmcc"))
    assert judge(Candidate(text="5551234567", label="cell", siblings="lac\nmcc"))
    assert judge(Candidate(text="5551234", label="mobile", siblings="lac\nmcc"))


def test_a_cell_in_a_text_is_one_of_a_network_too() -> None:
    judge = VALIDATORS["phone_called"]
    assert judge(Candidate(text="5551234", before="lac 4711 cell ")) is None
    assert judge(Candidate(text="5551234", before="call me, my cell: "))
