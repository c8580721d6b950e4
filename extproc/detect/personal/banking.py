"""Bank accounts: check digits of IBAN and routing numbers, countries of BICs, and names of account numbers."""

import re
from typing import Final

from stdnum import bic
from stdnum.us import rtn

from extproc.detect.detector import Candidate, Validators
from extproc.detect.personal.surroundings import about, is_thing, named

# Length of an IBAN by country, from the IBAN registry of ISO 13616.
_REGISTRY: Final = """
    AD:24 AE:23 AL:28 AT:20 AZ:28 BA:20 BE:16 BG:22 BH:22 BI:27 BR:29 BY:28 CH:21 CR:22 CY:28 CZ:24 DE:22 DJ:27 DK:18
    DO:28 EE:20 EG:29 ES:24 FI:18 FK:18 FO:18 FR:27 GB:22 GE:22 GI:23 GL:18 GR:27 GT:28 HN:28 HR:21 HU:28 IE:22 IL:23
    IQ:23 IS:26 IT:27 JO:30 KW:30 KZ:20 LB:28 LC:32 LI:21 LT:20 LU:20 LV:21 LY:25 MC:27 MD:24 ME:22 MK:19 MN:20 MR:27
    MT:31 MU:30 NI:28 NL:18 NO:15 OM:23 PK:24 PL:28 PS:29 PT:25 QA:29 RO:24 RS:22 RU:33 SA:24 SC:31 SD:18 SE:24 SI:19
    SK:24 SM:27 SO:23 ST:25 SV:28 TL:23 TN:24 TR:26 UA:29 VA:22 VG:24 XK:20 YE:30
"""
_LENGTHS: Final = dict(entry.split(":") for entry in _REGISTRY.split())
_BANK: Final = named(
    "bic", "swift", "bank", "iban", "wire", "transfer", "sepa", "überweisung", "virement", "remittance"
)
_ACCOUNT: Final = named(
    "(?:bank )?(?:account|acct|acc) ?(?:no|nr|num|number)", "bank account", "iban", "kontonummer", "konto ?nr",
    "rekeningnummer",
    "numero de cuenta", "número de cuenta", "beneficiary account", "checking account", "savings account",
)  # fmt: skip
_ROUTING: Final = named(
    r"(?:aba|bank|us|wire|ach)?[ _-]?(?:routing|rtn|transit)(?:[ _-]?(?:no|num|number|code))?", "aba", "ach", "wire"
)


def _iban(candidate: Candidate) -> float | None:
    number = "".join(filter(str.isalnum, candidate.text)).upper()
    if len(number) != int(_LENGTHS.get(number[:2], "0")):
        return None
    rearranged = number[4:] + number[:4]
    return 0.97 if int("".join(str(int(one, 36)) for one in rearranged)) % 97 == 1 else None


def _bic(candidate: Candidate) -> float | None:
    """Accept the form with a country that exists, and by name: many words in capitals have the form."""
    return 0.9 if bic.is_valid(candidate.text) and about(candidate, _BANK) else None


def _routing(candidate: Candidate) -> float | None:
    number = candidate.text
    if number == "000000000" or not rtn.is_valid(number) or is_thing(candidate):
        return None
    return 0.9 if about(candidate, _ROUTING) else None


def _account(candidate: Candidate) -> float | None:
    """Accept what stands behind a name of an account, if it has the digits of one."""
    digits = sum(map(str.isdigit, candidate.text))
    is_masked = re.search(r"[*xX•]{2}", candidate.text)
    return 0.85 if digits >= 6 and not is_masked and not is_thing(candidate) else None  # noqa: PLR2004 - of a bank


def _account_by_label(candidate: Candidate) -> float | None:
    return 0.85 if _ACCOUNT.search(candidate.label) else None


VALIDATORS: Final[Validators] = {
    "bank_account_label": _account_by_label,
    "iban": _iban,
    "bic": _bic,
    "us_routing_number": _routing,
    "bank_account": _account,
}
