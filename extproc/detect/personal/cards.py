"""Payment cards: issuer, length, check digit and grouping of the number, and the code that goes with it."""

import re
from typing import Final

from extproc.detect.detector import Candidate, Validators
from extproc.detect.personal.surroundings import about, is_plain, is_thing, named

# First and last prefix of an issuer's ranges, and the lengths of its numbers (ISO/IEC 7812, issuers' publications).
_ISSUERS: Final = (
    ("4", "4", (13, 16, 19)),
    ("51", "55", (16,)),
    ("2221", "2720", (16,)),
    ("34", "34", (15,)),
    ("37", "37", (15,)),
    ("300", "305", (14, 16)),
    ("3095", "3095", (14, 16)),
    ("36", "36", (14, 16, 17, 18, 19)),
    ("38", "39", (14, 16)),
    ("6011", "6011", (16, 19)),
    ("644", "659", (16, 19)),
    ("622126", "622925", (16, 17, 18, 19)),
    ("62", "62", (16, 17, 18, 19)),
    ("81", "81", (16,)),
    ("3528", "3589", (16, 17, 18, 19)),
    ("2131", "2131", (15,)),
    ("1800", "1800", (15,)),
    ("50", "50", (12, 13, 14, 15, 16, 17, 18, 19)),
    ("56", "58", (12, 13, 14, 15, 16, 17, 18, 19)),
    ("60", "60", (12, 13, 14, 15, 16, 17, 18, 19)),
    ("63", "63", (12, 13, 14, 15, 16, 17, 18, 19)),
    ("67", "69", (12, 13, 14, 15, 16, 17, 18, 19)),
    ("2200", "2204", (16, 17, 18, 19)),
    ("9792", "9792", (16,)),
)
_CARD: Final = named(
    r"(?:credit|debit|bank|payment|gift)?[ _-]?cards?(?:[ _-]?(?:no|nr|num|number))?", "cc(?: ?(?:no|num|number))?",
    "ccn",
    "visa", "master ?card", "amex", "american express", "discover", "diners", "jcb", "maestro", "union ?pay", "mir",
    "rupay",
    "pan", "primary account number", "cvv2?", "cvc2?", "exp(?:iry|iration|ires)?(?: date)?", "valid thru",
    "kreditkarten?",
    "kartennummer", "carte(?: bancaire| bleue| de crédit)?", "tarjetas?(?: de crédito)?", "carta(?: di credito)?",
    "cartão", "creditcard", "kaart(?:nummer)?", "karta", "karty", "charged?", "payment method", "card ending",
)  # fmt: skip
# Names that a card's number has within an object for the card, and what else that object has.
_SHORT_NAMES: Final = frozenset({"number", "no", "num", "pan", "digits", "account", "account number"})
_BESIDE: Final = named(
    "exp(?:iry|iration)? ?(?:month|year|date|mm|yy|yyyy)?",
    "cvv2?",
    "cvc2?",
    "card ?holder(?: name)?",
    "name on card",
    "card brand",
)
_HOLDER: Final = re.compile(r"([a-z_ ]{1,30})\\?[\"']?\s*[:=]\s*\{[^{}]*$")
_USUAL: Final = frozenset({15, 16})
# A sentence on one side at least and no other number beside it, or nothing at all on both.
_PROSE_BEFORE: Final = re.compile(r"^\s*[\"']?$|(?:^|[ \n(])[^\W\d_]{2,20}[,:]? [\"'(]?$")
_PROSE_AFTER: Final = re.compile(r"[\"')]?(?:[.,!?;]?(?:\s*$| [-\u2013\u2014]? ?[^\W\d_])|\n)")
_EXPIRY: Final = re.compile(r"^[\s|,;:\"']{0,3}(?:0[1-9]|1[0-2])[/-](?:20)?[2-4][0-9]\b")
_BLOCKS: Final = re.compile(r"[ -]")


_DOUBLED: Final = str.maketrans("0123456789", "0246813579")


def is_luhn(digits: str) -> bool:
    """Whether the last digit checks the others: every second one doubled, the sum divisible by 10.

    `stdnum.luhn` is for any alphabet and takes twice as long, and this is asked about every number.
    """
    return (sum(map(int, digits[-1::-2])) + sum(map(int, digits[-2::-2].translate(_DOUBLED)))) % 10 == 0


def _is_issued(digits: str) -> bool:
    return any(low <= digits[: len(low)] <= high and len(digits) in lengths for low, high, lengths in _ISSUERS)


def _is_number(text: str) -> bool:
    digits = "".join(filter(str.isdigit, text))
    return len(set(digits)) > 1 and _is_issued(digits) and is_luhn(digits)


def _grouped(candidate: Candidate) -> float | None:
    """Accept digits in the blocks that cards print: 4-4-4-4(-3), 4-6-5 and 4-6-4, with one kind of divider."""
    text = candidate.text
    blocks = tuple(map(len, _BLOCKS.split(text)))
    if len(set(_BLOCKS.findall(text))) != 1 or blocks not in _LAYOUTS or not _is_number(text) or is_thing(candidate):
        return None
    return 0.95


_LAYOUTS: Final = frozenset(
    {(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (4, 4, 4, 1), (6, 13), (4, 4, 4, 2), (4, 4, 4, 3)}
)


def _is_of_card(candidate: Candidate) -> bool:
    """Whether the object that has it is called a card, or has an expiry, a code or a holder as well."""
    holder = _HOLDER.search(candidate.before.lower())
    return bool((holder and _CARD.search(holder[1])) or _BESIDE.search(candidate.siblings))


def _bare(candidate: Candidate) -> float | None:
    """Accept digits without dividers by name, by an expiry date behind them, in prose, or alone."""
    digits = candidate.text
    if len(set(digits)) == 1 or not is_luhn(digits):
        return None
    if not _is_issued(digits):
        return 0.7 if digits[0] in "3456" and len(digits) in _USUAL and about(candidate, _CARD) else None
    if about(candidate, _CARD) or (candidate.label in _SHORT_NAMES and _is_of_card(candidate)):
        return 0.95
    if _EXPIRY.match(candidate.after):
        return 0.9
    if len(digits) not in _USUAL or is_thing(candidate) or not is_plain(candidate.label):
        return None
    return 0.6 if _PROSE_BEFORE.search(candidate.before) and _PROSE_AFTER.match(candidate.after) else None


def _code(candidate: Candidate) -> float | None:
    """Accept a security code behind its name, unless it is the start of a longer number."""
    return None if candidate.after[:1] in {".", "-"} and candidate.after[1:2].isdigit() else 0.9


VALIDATORS: Final[Validators] = {
    "card_grouped": _grouped,
    "card_bare": _bare,
    "card_code": _code,
}
