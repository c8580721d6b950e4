"""Numbers of documents, patients and vehicles, and dates of birth: by check digit or by name."""

import re
from typing import Final

from stdnum import luhn

from extproc.detect.detector import Candidate, Validators
from extproc.detect.personal.own_checks import compact, is_day
from extproc.detect.personal.surroundings import about, checked, is_thing, named

_BIRTH: Final = named(
    "dob", r"d\.o\.b\.?", "date ?of ?birth", "birth ?(?:date|day|year)?", r"b\. ?date", "bdate", "b ?day",
    "born(?: on)?",
    "né", "née", "née? le", "naissance", "date de naissance", "geb", "geb\\.?", "geboren(?: am)?",
    "geburts(?:datum|tag)",
    "nacid[oa]", "(?:fecha de )?nacimiento", "nat[oa](?: il)?", "(?:data di )?nascita", "nascid[oa]", "nascimento",
    "geboorte(?:datum)?", "født", "født(?:selsdato)?", "fødselsdato", "född", "födelse(?:datum|dag)", "syntymäaika",
    "syntynyt", "urodzon[ya]", "(?:data )?urodzenia", "narozen[aí]?", "datum narození", "doğum(?: tarihi)?",
    "дата рождения", "родил(?:ся|ась)", "生年月日", "出生日期", "생년월일",
)  # fmt: skip
_NOT_BIRTH: Final = re.compile(
    r"\b(?:hired?|joined|start(?:ed)?|issued?|expir\w+|due|created|updated|visit|seen|admitted)\W{0,4}(?:on\W)?$"
)
_VALUES: Final = {str(digit): digit for digit in range(10)} | dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)
)
_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN: Final = named(
    "vin", "vehicle(?: identification)?(?: (?:no|number|id))?", "chassis", "fahrgestellnummer", "fin", "car", "vins"
)
_MONTHS: Final = re.compile(r"[A-Za-z]{3}")
_NPI_PREFIX: Final = "80840"
_DEA: Final = named("dea", "drug enforcement", "registration", "prescriber", "medical licen[cs]e")
_MBI: Final = named("mbi", "medicare", "beneficiary")
_KVNR: Final = named(
    "kvnr", "krankenversicherten ?-?nummer", "versicherten ?-?nummer", "health insurance", "krankenkasse"
)
_DL_MONTHS: Final = 50


def _birth(candidate: Candidate) -> float | None:
    """Accept a date that is named as one of birth."""
    if not about(candidate, _BIRTH) or _NOT_BIRTH.search(candidate.before.lower()[-20:]):
        return None
    return _date(candidate)


def _date(candidate: Candidate) -> float | None:
    """Accept a day that exists."""
    digits = re.findall(r"[0-9]+", candidate.text)
    parts = [int(part) for part in digits]
    if _MONTHS.search(candidate.text):
        return 0.95
    if len(parts) == 1:
        [day] = digits
        whole = len(day) == len("yyyymmdd") and day[:2] in {"19", "20"}
        return 0.9 if whole and is_day(int(day[4:6]), int(day[6:8])) else None
    if len(parts) != len("ymd"):
        return None
    first, second, third = parts
    if first > 31:  # noqa: PLR2004 - the days of a month
        return 0.95 if is_day(second, third) else None
    return 0.95 if is_day(first, second) or is_day(second, first) else None


def is_vin(text: str) -> bool:
    """Whether the check digit of a vehicle identification number fits (ISO 3779, 49 CFR 565)."""
    total = sum(_VALUES[one] * weight for one, weight in zip(text, _WEIGHTS, strict=True))
    return text[8] == "0123456789X"[total % 11] and len(set(text)) > 5  # noqa: PLR2004 - not a run of one sign


def _vin(candidate: Candidate) -> float | None:
    """Accept by check digit, which North America asks for, or by name, as Europe has no check digit."""
    text = candidate.text.upper()
    mixed = any(map(str.isalpha, text)) and sum(map(str.isdigit, text)) > 3  # noqa: PLR2004 - the serial number
    if not mixed:
        return None
    if about(candidate, _VIN):
        return 0.95
    return 0.8 if is_vin(text) and text[-4:].isdigit() and not is_thing(candidate) else None


def is_npi(text: str) -> bool:
    """Whether it is a US National Provider Identifier: Luhn over the number with the issuer's prefix."""
    return bool(luhn.is_valid(_NPI_PREFIX + text))


def is_dea(text: str) -> bool:
    """Whether it is a US DEA registration: two letters, six digits, and a check digit over them."""
    digits = [int(one) for one in text[2:]]
    return (digits[0] + digits[2] + digits[4] + 2 * (digits[1] + digits[3] + digits[5])) % 10 == digits[6]


def is_uk_driver_number(text: str) -> bool:
    """Whether it is a UK driver number: the date of birth stands in its digits (50 added to the month for women)."""
    return is_day(int(text[6:8]) % _DL_MONTHS, int(text[8:10])) and not text.startswith("99999")


def _has_digit(candidate: Candidate) -> float | None:
    """Accept what stands behind its name, if there is enough of a number in it."""
    digits = sum(map(str.isdigit, candidate.text))
    return 0.85 if digits * 2 >= len(candidate.text) or digits > 3 else None  # noqa: PLR2004 - words have none


def _dea(candidate: Candidate) -> float | None:
    """Accept the check digit: it has one number in ten, so a name makes it sure."""
    if not is_dea(candidate.text) or is_thing(candidate):
        return None
    return 0.95 if about(candidate, _DEA) else 0.7


def _mbi(candidate: Candidate) -> float | None:
    """Accept hyphens in their places, or the name."""
    return 0.9 if "-" in candidate.text or about(candidate, _MBI) else None


def _kvnr(candidate: Candidate) -> float | None:
    """Accept a German health insurance number: the letter as two digits, alternate weights, sum of digits."""
    number = candidate.text
    digits = f"{ord(number[0]) - 64:02}{number[1:9]}"
    products = (int(one) * (1 + place % 2) for place, one in enumerate(digits))
    total = sum(product // 10 + product % 10 for product in products)
    return 0.9 if total % 10 == int(number[9]) and about(candidate, _KVNR) else None


def _plate(candidate: Candidate) -> float | None:
    """Accept letters and digits, five of them at least."""
    text = candidate.text.replace(" ", "").replace("-", "")
    mixed = any(map(str.isalpha, text)) and any(map(str.isdigit, text))
    return 0.8 if mixed and len(text) >= 5 else None  # noqa: PLR2004 - shorter ones are rare and look like anything


VALIDATORS: Final[Validators] = {
    "imei": checked(lambda text: bool(luhn.is_valid(compact(text)))),
    "npi": checked(is_npi),
    "us_dea": _dea,
    "us_mbi": _mbi,
    "de_kvnr": _kvnr,
    "plate": _plate,
    "date_of_birth": _birth,
    "date_of_birth_asked": _date,
    "vin": _vin,
    "uk_driver_number": checked(is_uk_driver_number),
    "document_number": _has_digit,
}
