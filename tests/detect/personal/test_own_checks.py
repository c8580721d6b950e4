"""Checks of identifiers, on published examples."""

from collections.abc import Callable

import pytest

from extproc.detect.personal import own_checks as own

_EXAMPLES = [
    (own.is_nino, "QQ123456C", False),
    (own.is_ein, "41-0653356", True),
    (own.is_ein, "07-0653356", False),
    (own.is_ein, "41-065335", False),
    (own.is_dated_cpr, "211062-5629", True),
    (own.is_dated_cpr, "211362-5629", False),
    (own.is_nino, "AB 12 34 56 C", True),
    (own.is_nino, "GB123456A", False),
    (own.is_au_medicare, "2123 45670 1", True),
    (own.is_au_medicare, "2123 45671 1", False),
    (own.is_au_medicare, "9123 45670 1", False),
    (own.is_cn_resident_id, "11010519491231002X", True),
    (own.is_cn_resident_id, "110105194913310025", False),
    (own.is_hkid, "A123456(3)", True),
    (own.is_hkid, "A123456(4)", False),
    (own.is_hkid, "AB987654(3)", True),
    (own.is_sg_nric, "S0000001I", True),
    (own.is_sg_nric, "S0000001A", False),
    (own.is_tw_id, "A123456789", True),
    (own.is_tw_id, "A123456788", False),
    (own.is_my_nric, "770305-02-1234", True),
    (own.is_my_nric, "770305-00-1234", False),
    (own.is_id_nik, "3171015708900001", True),
    (own.is_id_nik, "3171013213900001", False),
    (own.is_egyptian_id, "29001011234567", True),
    (own.is_egyptian_id, "29013011234567", False),
    (own.is_snils, "112-233-445 95", True),
    (own.is_snils, "112-233-445 96", False),
    (own.is_de_insurance, "65 170839 J 003", True),
    (own.is_de_insurance, "65 170839 J 004", False),
    (own.is_pl_identity_card, "ABA300000", True),
    (own.is_pl_identity_card, "ABA300001", False),
    (own.is_hu_taj, "123456788", True),
    (own.is_hu_taj, "123456789", False),
    (own.is_lv_personal_code, "161175-19997", True),
    (own.is_lv_personal_code, "161175-19998", False),
    (own.is_ua_tax_number, "1759013776", True),
    (own.is_ua_tax_number, "1759013777", False),
    (own.is_pan, "ACUPA7085R", True),
    (own.is_pan, "ACUXA7085R", False),
    (own.is_icao_checked, "L898902C36", True),
    (own.is_icao_checked, "L898902C37", False),
    (own.is_divided_ssn, "536 90 4399", True),
    (own.is_divided_ssn, "666 90 4399", False),
]


@pytest.mark.parametrize(("check", "text", "valid"), _EXAMPLES)
def test_a_check_tells_an_identifier_from_its_neighbour(
    check: Callable[[str], bool], text: str, *, valid: bool
) -> None:
    assert check(text) is valid


def test_an_emirates_id_has_its_country_a_year_and_a_luhn_digit() -> None:
    fitting = [last for last in "0123456789" if own.is_emirates_id(f"784-1980-1234567-{last}")]
    assert len(fitting) == 1
    assert not own.is_emirates_id(f"784-1780-1234567-{fitting[0]}")


def test_a_time_of_day_is_told_from_other_digits() -> None:
    assert own.is_clock("1530")
    assert not own.is_clock("1560")
    assert not own.is_clock("2415")
