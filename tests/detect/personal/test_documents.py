"""Documents, dates of birth, patients and vehicles."""

import pytest

from extproc.detect.detector import Candidate
from extproc.detect.personal.documents import VALIDATORS, is_dea, is_npi, is_uk_driver_number, is_vin

_BIRTH = VALIDATORS["date_of_birth"]


@pytest.mark.parametrize("text", ["1979-07-22", "22/07/1979", "07/22/1979", "22.7.79", "19790722", "12 March 1979"])
def test_a_date_is_one_of_birth_by_its_name(text: str) -> None:
    assert _BIRTH(Candidate(text=text, label="date of birth"))
    assert _BIRTH(Candidate(text=text, label="created")) is None


@pytest.mark.parametrize("text", ["1979-13-22", "32/07/1979", "19791322", "196557", "(196557", "197907221", "1979"])
def test_a_day_that_no_month_has_is_none(text: str) -> None:
    assert _BIRTH(Candidate(text=text, label="dob")) is None


def test_another_event_between_takes_the_date() -> None:
    assert _BIRTH(Candidate(text="2019-03-04", before="born here, hired ")) is None


def test_a_vehicle_number_has_its_check_digit_or_its_name() -> None:
    assert is_vin("1M8GDM9AXKP042788")
    assert not is_vin("1M8GDM9A0KP042788")
    assert VALIDATORS["vin"](Candidate(text="1M8GDM9AXKP042788"))
    assert VALIDATORS["vin"](Candidate(text="WVWZZZ1JZXW000001")) is None
    assert VALIDATORS["vin"](Candidate(text="WVWZZZ1JZXW000001", label="vin"))
    assert VALIDATORS["vin"](Candidate(text="ABCDEFGHJKLMNPRST", label="vin")) is None


def test_identifiers_of_care_have_their_check_digits() -> None:
    assert is_npi("1234567893")
    assert not is_npi("1234567894")
    assert is_dea("BB1388568")
    assert not is_dea("BB1388569")
    assert VALIDATORS["us_dea"](Candidate(text="BB1388568", before="DEA "))


def test_a_medicare_number_needs_hyphens_or_its_name() -> None:
    validator = VALIDATORS["us_mbi"]
    assert validator(Candidate(text="1EG4-TE5-MK73"))
    assert validator(Candidate(text="1EG4TE5MK73")) is None
    assert validator(Candidate(text="1EG4TE5MK73", label="medicare id"))


def test_a_german_insurance_number_needs_name_and_check_digit() -> None:
    validator = VALIDATORS["de_kvnr"]
    assert validator(Candidate(text="A123456780", before="Versichertennummer "))
    assert validator(Candidate(text="A123456781", before="Versichertennummer ")) is None
    assert validator(Candidate(text="A123456780")) is None


def test_a_uk_driver_number_has_a_date_of_birth() -> None:
    assert is_uk_driver_number("MORGA753116SM9IJ")
    assert not is_uk_driver_number("MORGA799916SM9IJ")


def test_words_behind_the_name_of_a_document_are_no_number() -> None:
    assert VALIDATORS["document_number"](Candidate(text="YU9972476"))
    assert VALIDATORS["document_number"](Candidate(text="expires1")) is None
    assert VALIDATORS["plate"](Candidate(text="B-MW 1234"))
    assert VALIDATORS["plate"](Candidate(text="1234 567")) is None


def test_an_imei_is_checked() -> None:
    assert VALIDATORS["imei"](Candidate(text="352504901535067"))
    assert VALIDATORS["imei"](Candidate(text="352504901535068")) is None


def test_a_date_in_an_answer_must_be_a_day() -> None:
    assert VALIDATORS["date_of_birth_asked"](Candidate(text="07/27/1970"))
    assert VALIDATORS["date_of_birth_asked"](Candidate(text="27/27/1970")) is None
