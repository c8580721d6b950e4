"""National identifiers by the name that their detectors use."""

import pytest

from extproc.detect.detector import Candidate
from extproc.detect.personal.national import VALIDATORS, is_valid

# Published examples of the issuers and of the standards.
_KNOWN = {
    "us_ssn": ("536-90-4399", "666-90-4399"),
    "ca_sin": ("123-456-782", "123-456-789"),
    "uk_nhs": ("943 476 5870", "943 476 5871"),
    "br_cpf": ("390.533.447-05", "390.533.447-06"),
    "es_nif": ("54362315K", "54362315A"),
    "it_fiscal_code": ("RCCMNL83S18D969H", "RCCMNL83S18D969A"),
    "fr_nir": ("2 95 10 99 126 111 93", "2 95 10 99 126 111 94"),
    "de_tax_id": ("36574261809", "36574261808"),
    "nl_bsn": ("111222333", "111222334"),
    "be_nn": ("85.07.30-033.28", "85.07.30-033.29"),
    "ch_ahv": ("756.9217.0769.85", "756.9217.0769.86"),
    "fi_hetu": ("131052-308T", "131052-308U"),
    "pl_pesel": ("44051401458", "44051401459"),
    "in_aadhaar": ("2341 2341 2346", "2341 2341 2347"),
    "th_national_id": ("1-2345-45678-78-1", "1-2345-45678-78-2"),
}


@pytest.mark.parametrize("name", _KNOWN)
def test_an_identifier_is_accepted_and_its_neighbour_is_not(name: str) -> None:
    good, bad = _KNOWN[name]
    assert VALIDATORS[name](Candidate(text=good))
    assert VALIDATORS[name](Candidate(text=bad)) is None


def test_an_identifier_that_is_called_an_order_is_none() -> None:
    assert VALIDATORS["br_cpf"](Candidate(text="390.533.447-05", before="order no. ")) is None


def test_digits_of_another_length_are_not_valid_and_do_no_harm() -> None:
    assert not any(is_valid(name, "7") for name in VALIDATORS)


def test_a_cpr_number_of_today_needs_its_name() -> None:
    validator = VALIDATORS["dk_cpr"]
    assert validator(Candidate(text="211062-5629"))
    assert validator(Candidate(text="211062-5628")) is None
    assert validator(Candidate(text="211062-5628", before="CPR-nummer "))
    assert validator(Candidate(text="321062-5629", before="CPR-nummer ")) is None


def test_a_date_with_a_time_is_no_personal_number() -> None:
    validator = VALIDATORS["se_personnummer"]
    assert validator(Candidate(text="811228-9874"))
    assert validator(Candidate(text="880320-0016")) is None
    assert validator(Candidate(text="880320-0016", before="personnummer "))


def test_three_groups_of_three_digits_need_a_name_in_prose() -> None:
    validator = VALIDATORS["au_tfn"]
    assert validator(Candidate(text="876 543 210"))
    assert validator(Candidate(text="876 543 210", before="my TFN is ", after=", thanks"))
    assert validator(Candidate(text="876 543 210", before="a total of ", after=" rows")) is None
