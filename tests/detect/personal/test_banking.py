"""Bank accounts by check digits and names."""

import pytest

from extproc.detect.detector import Candidate
from extproc.detect.personal.banking import VALIDATORS

_IBAN, _BIC, _ROUTING, _ACCOUNT = (VALIDATORS[one] for one in ("iban", "bic", "us_routing_number", "bank_account"))


@pytest.mark.parametrize("text", ["GB82 WEST 1234 5698 7654 32", "DE89370400440532013000", "NO93 8601 1117 947"])
def test_an_iban_has_its_length_and_check_digits(text: str) -> None:
    assert _IBAN(Candidate(text=text))


@pytest.mark.parametrize("text", ["GB82 WEST 1234 5698 7654 33", "DE8937040044053201300", "ZZ89370400440532013000"])
def test_a_wrong_digit_length_or_country_is_no_iban(text: str) -> None:
    assert _IBAN(Candidate(text=text)) is None


def test_a_bic_needs_its_name_and_a_country() -> None:
    assert _BIC(Candidate(text="DEUTDEFF500", before="BIC "))
    assert _BIC(Candidate(text="DEUTDEFF500")) is None
    assert _BIC(Candidate(text="DEUTZZFF", before="swift ")) is None


def test_a_routing_number_needs_its_name_and_its_check_digit() -> None:
    assert _ROUTING(Candidate(text="122105155", label="routing number"))
    assert _ROUTING(Candidate(text="122105156", label="routing number")) is None
    assert _ROUTING(Candidate(text="122105155", before="reach me: order ")) is None


def test_an_account_that_is_masked_already_is_none() -> None:
    assert _ACCOUNT(Candidate(text="44281818997", before="account number "))
    assert _ACCOUNT(Candidate(text="xxxxxx1234567", before="account number ")) is None
    assert _ACCOUNT(Candidate(text="12345", before="account number ")) is None


def test_a_column_of_account_numbers_has_accounts() -> None:
    validator = VALIDATORS["bank_account_label"]
    assert validator(Candidate(text="44281818997", label="account number"))
    assert validator(Candidate(text="44281818997", label="account id")) is None
