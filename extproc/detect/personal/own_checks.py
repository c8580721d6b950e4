"""Identifiers whose check is not in python-stdnum, or only with a register that it reads from disk."""

import re
from typing import Final

from stdnum import luhn
from stdnum.iso7064 import mod_11_2

_SEPARATORS: Final = re.compile(r"[^0-9A-Za-z]")
_PAN: Final = re.compile(r"[A-Z]{3}[ABCFGHLJPT][A-Z][0-9]{4}[A-Z]")
_NINO: Final = re.compile(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]")
_MONTH_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_NO_EIN: Final = frozenset(
    ["00", "07", "08", "09", "17", "18", "19", "28", "29", "49", "69", "70", "78", "79", "89", "96", "97"]
)
_SSN: Final = re.compile(r"(?!000|666|9)[0-9]{3}(?!00)[0-9]{2}(?!0000)[0-9]{4}")


def compact(text: str) -> str:
    """Return the letters and digits alone, in capitals."""
    return _SEPARATORS.sub("", text).upper()


def is_day(month: int, day: int) -> bool:
    """Whether a month has such a day in some year."""
    return 1 <= month <= len(_MONTH_DAYS) and 1 <= day <= _MONTH_DAYS[month - 1]


def is_clock(digits: str) -> bool:
    """Whether four digits could be a time of day, so that six before them could be a date."""
    return "0000" <= digits <= "2359" and digits[2] < "6"


def is_divided_ssn(text: str) -> bool:
    """Whether it is a US social security number whichever way it is divided."""
    return _SSN.fullmatch(compact(text)) is not None


def is_ein(text: str) -> bool:
    """Whether it is a US employer identification number: nine digits that begin with a prefix in use."""
    number = compact(text)
    return len(number) == 9 and number.isdigit() and number[:2] not in _NO_EIN  # noqa: PLR2004 - its length


def is_dated_cpr(text: str) -> bool:
    """Whether it is a Danish CPR number by its date of birth: since 2007 there are some without a check digit."""
    number = compact(text)
    return len(number) == 10 and is_day(int(number[2:4]), int(number[:2]))  # noqa: PLR2004 - its length


def is_pan(text: str) -> bool:
    """Whether it is an Indian permanent account number: the fourth letter is the kind of its holder."""
    return _PAN.fullmatch(text) is not None and text[5:9] != "0000"


def is_icao_checked(text: str) -> bool:
    """Whether it is a document number followed by its check digit, as ICAO 9303 weights it (7, 3, 1)."""
    number = compact(text)
    total = sum(int(one, 36) * (7, 3, 1)[place % 3] for place, one in enumerate(number[:-1]))
    return total % 10 == int(number[-1])


def is_nino(text: str) -> bool:
    """Whether it is a UK National Insurance number: allowed prefix, six digits, suffix A to D."""
    return _NINO.fullmatch(compact(text)) is not None


def is_au_medicare(text: str) -> bool:
    """Whether it is an Australian Medicare number: ten digits (and an issue number), weighted sum in the ninth."""
    digits = compact(text)
    weights = (1, 3, 7, 9, 1, 3, 7, 9)
    return (
        len(digits) in {10, 11}
        and digits[0] in "23456"
        and sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False)) % 10 == int(digits[8])
    )


def is_cn_resident_id(text: str) -> bool:
    """Whether it is a Chinese resident identity number: a date of birth and a check character of ISO 7064."""
    number = compact(text)
    return len(number) == 18 and is_day(int(number[10:12]), int(number[12:14])) and bool(mod_11_2.is_valid(number))  # noqa: PLR2004


def is_hkid(text: str) -> bool:
    """Whether it is a Hong Kong identity card number: the weighted sum of all characters is divisible by 11."""
    number = compact(text)
    if len(number) not in {8, 9}:
        return False
    letters = number[:-7].rjust(2)
    values = [36 if one == " " else ord(one) - 55 for one in letters] + [int(one) for one in number[-7:-1]]
    last = 10 if number[-1] == "A" else int(number[-1])
    return (sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True)) + last) % 11 == 0


def is_sg_nric(text: str) -> bool:
    """Whether it is a Singapore NRIC or FIN: the check letter follows from the digits and the series."""
    number = compact(text)
    offset, letters = {
        "S": (0, "JZIHGFEDCBA"),
        "T": (4, "JZIHGFEDCBA"),
        "F": (0, "XWUTRQPNMLK"),
        "G": (4, "XWUTRQPNMLK"),
        "M": (3, "KLJNPQRTUWX"),
    }[number[0]]
    total = offset + sum(int(one) * weight for one, weight in zip(number[1:8], (2, 7, 6, 5, 4, 3, 2), strict=True))
    return letters[(10 - total % 11) if number[0] == "M" else total % 11] == number[8]


def is_tw_id(text: str) -> bool:
    """Whether it is a Taiwanese identity number: a letter of the place, then digits with a sum divisible by 10."""
    number = compact(text)
    place = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(number[0]) + 10
    digits = [place // 10, place % 10, *map(int, number[1:])]
    return sum(one * weight for one, weight in zip(digits, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True)) % 10 == 0


def is_my_nric(text: str) -> bool:
    """Whether it is a Malaysian identity number: a date of birth and a place code that is given out."""
    number = compact(text)
    place = int(number[6:8])
    return is_day(int(number[2:4]), int(number[4:6])) and place not in {
        0,
        17,
        18,
        19,
        20,
        69,
        70,
        73,
        80,
        81,
        94,
        95,
        96,
        97,
    }


def is_id_nik(text: str) -> bool:
    """Whether it is an Indonesian NIK: a province, and a date of birth (40 added to the day for women)."""
    number = compact(text)
    return "11" <= number[:2] <= "99" and is_day(int(number[8:10]), int(number[6:8]) % 40) and number[12:] != "0000"


def is_emirates_id(text: str) -> bool:
    """Whether it is an Emirates ID: country 784, a year of birth, a Luhn digit."""
    number = compact(text)
    return number.startswith("784") and "1900" <= number[3:7] <= "2099" and bool(luhn.is_valid(number))


def is_egyptian_id(text: str) -> bool:
    """Whether it is an Egyptian national number: century, date of birth and governorate."""
    number = compact(text)
    return number[0] in "23" and is_day(int(number[3:5]), int(number[5:7])) and "01" <= number[7:9] <= "88"


def is_snils(text: str) -> bool:
    """Whether it is a Russian SNILS: a weighted sum modulo 101 in the last two digits."""
    number = compact(text)
    total = sum(int(one) * weight for one, weight in zip(number, range(9, 0, -1), strict=False))
    return len(number) == 11 and total % 101 % 100 == int(number[9:])  # noqa: PLR2004 - its length


def is_de_insurance(text: str) -> bool:
    """Whether it is a German pension insurance number: date of birth, initial, and a sum of digits."""
    number = compact(text)
    letter = f"{ord(number[8]) - 64:02}"
    digits = f"{number[:8]}{letter}{number[9:11]}"
    products = (int(one) * weight for one, weight in zip(digits, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True))
    total = sum(product // 10 + product % 10 for product in products)
    return is_day(int(number[4:6]), int(number[2:4]) % 50) and total % 10 == int(number[11])


def is_pl_identity_card(text: str) -> bool:
    """Whether it is a Polish identity card: three letters and six digits, of which the first checks the others."""
    number = compact(text)
    values = [int(one, 36) for one in number]
    return sum(value * weight for value, weight in zip(values, (7, 3, 1, 9, 7, 3, 1, 7, 3), strict=True)) % 10 == 0


def is_hu_taj(text: str) -> bool:
    """Whether it is a Hungarian TAJ number: digits weighted 3 and 7, and their sum in the ninth."""
    number = compact(text)
    return sum(int(one) * (3, 7)[place % 2] for place, one in enumerate(number[:8])) % 10 == int(number[8])


def is_lv_personal_code(text: str) -> bool:
    """Whether it is a Latvian personal code: a date of birth or the newer prefix 32, and a check digit."""
    number = compact(text)
    if number.startswith("32"):
        return True
    weights = (10, 5, 8, 4, 2, 1, 6, 3, 7, 9)
    total = 1 + sum(int(one) * weight for one, weight in zip(number, weights, strict=False))
    return is_day(int(number[2:4]), int(number[:2])) and total % 11 % 10 == int(number[10])


def is_ua_tax_number(text: str) -> bool:
    """Whether it is a Ukrainian taxpayer number: a weighted sum modulo 11."""
    number = compact(text)
    weights = (-1, 5, 7, 9, 4, 6, 10, 5, 7)
    return sum(int(one) * weight for one, weight in zip(number, weights, strict=False)) % 11 % 10 == int(number[9])
