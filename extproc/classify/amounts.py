"""Amounts: how many are asked for, whether all are meant, and how much money moves.

A page of an API holds some hundred rows; who asks for a thousand or more persons at once takes them out in bulk.
Money that
a tool only asks for or takes in comes back by a refund; from 10 000 of any unit on it is held like what cannot be
undone.
Money that leaves is destructive at any amount (see `names`).
"""

from collections.abc import Mapping
from typing import Final

from extproc.classify.codes import Mark
from extproc.classify.sensitive import names_persons
from extproc.classify.subject import Subject
from extproc.classify.tokens import word_set
from extproc.model.intent import Intent
from extproc.model.message import JsonValue

# Whole numbers of JSON have no bound; a float has.
_HUGE: Final = 1e300
_LONGEST_AMOUNT: Final = 32
BULK_ROWS: Final = 1000
LARGE_MONEY: Final = 10_000

_STORES: Final = (
    "table", "collection", "object", "entity", "resource", "index", "type", "object_type", "module", "dataset", "model",
)  # fmt: skip
_LIMITS: Final = word_set(
    """
    limit size count max results rows top page take first last n number quantity pagesize perpage maxresults
    """
)
_NOT_LIMITS: Final = frozenset({"page", "page_number", "number", "page_index", "last", "issue_number", "pull_number"})
_MONEY_KEYS: Final = word_set("amount amounts total sum value price cents usd eur gbp quantity")
_ALL: Final = frozenset({"*", "%", "all", "**", ".*", "*.*", "@all"})
_EVERYTHING: Final = frozenset({"all", "everything"})
_SELECTING: Final = word_set(
    """
    id ids query filter q pattern search name names match where selector scope target keys key users members email
    """
)


def number_of(value: JsonValue) -> float | None:
    """Return a number, also one that is written as text; None for what is none."""
    match value:
        case bool():
            return None
        case int() | float():
            return float(value) if abs(value) < _HUGE else _HUGE
        case str() if len(value) <= _LONGEST_AMOUNT:
            try:
                return float(value.replace(",", "").replace("_", "").strip("$€£ "))
            except ValueError:
                return None
        case _:
            return None


def read_amount(subject: Subject, words: tuple[str, ...], value: JsonValue, *, persons: bool) -> list[Mark]:
    """Mark what a number, a wildcard or a flag says of how much is meant."""
    if not words:
        return []
    marks: list[Mark] = []
    if isinstance(value, str) and value.strip().lower() in _ALL and words[-1] in _SELECTING:
        marks += _everything(subject, persons=persons)
    if value is True and words[-1] in _EVERYTHING:
        marks += _everything(subject, persons=persons)
    limit = persons and subject.intent is Intent.READ and is_limit(words)
    money = is_money(words) and subject.moves_money
    number = number_of(value) if limit or money else None
    if number is None:
        return marks
    if limit and (number >= BULK_ROWS or number < 0):
        marks.append(("bulk_personal", Intent.EXFILTRATIVE))
    return marks + _money(subject, abs(number)) if money else marks


def selects(words: tuple[str, ...]) -> bool:
    """Tell whether a wildcard or a switch of this name means all there are."""
    return words[-1] in _SELECTING or words[-1] in _EVERYTHING


def is_money(words: tuple[str, ...]) -> bool:
    """Tell whether a number of this name may be an amount of money."""
    return words[-1] in _MONEY_KEYS


def is_limit(words: tuple[str, ...]) -> bool:
    """Tell whether a number of this name says how many are asked for."""
    return words[-1] in _LIMITS and "_".join(words) not in _NOT_LIMITS


def _money(subject: Subject, amount: float) -> list[Mark]:
    leaves = subject.name.verb in {"transfer", "send", "pay", "withdraw", "wire", "donate", "remit"}
    return [("large_amount", Intent.DESTRUCTIVE)] if leaves or amount >= LARGE_MONEY else []


def _everything(subject: Subject, *, persons: bool) -> list[Mark]:
    if subject.intent is Intent.READ:
        return [("bulk_personal", Intent.EXFILTRATIVE)] if persons else []
    return [("bulk_change", Intent.DESTRUCTIVE)]


def about_persons(subject: Subject, arguments: Mapping[str, JsonValue]) -> bool:
    """Tell whether a call is about persons, by the name of the tool or of the table, object or collection it names."""
    named = (arguments.get(key) for key in _STORES)
    return subject.persons or any(isinstance(each, str) and names_persons(each[:128]) for each in named)
