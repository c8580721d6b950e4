"""What stands around a candidate: its label and the words of its own line.

A validator asks `about` whether a candidate is named as something; a member or cell beside it names nothing of it.
"""

import re
from collections.abc import Callable
from typing import Final

from extproc.detect.detector import Candidate, Validator
from extproc.model.marks import MARK

# The nearest border of a member, cell or line: what stands beyond speaks of another value.
_BORDER: Final = re.compile(r"[\n{}\[\]|\t;]|[\"'],|,\s?[\"']")
# The first of two in a list names the second: `["pesel", "…"]`.
_PAIR: Final = re.compile(r"\[\s*\\?[\"']([\w .-]{1,40})\\?[\"']\s*,\s*\\?[\"']?$")
_LONGEST_MARK: Final = 96
_BEFORE: Final = 60
_AFTER: Final = 36


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


# A letter or digit of a script that divides words; phrases in Thai, kana, Han and Hangul stand among other letters.
_LETTER: Final = "[^\\W_\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
# Labels that say nothing of what they hold.
_PLAIN: Final = word_set(
    """
    text value values content data item items result message msg body note notes comment comments description summary
    query input output string line details subject title answer question prompt snippet
    """
)
_GROUP_BEFORE: Final = re.compile(r"(?:^|[^0-9.,/:-])[0-9]{1,4} $")
_GROUP_AFTER: Final = re.compile(r" [0-9]{2,4}(?![0-9A-Za-z./:-])")
# Words before a number that name it as the number of a thing.
_THING: Final = re.compile(
    r"(?:^|[^a-z])(?:order|invoice|ticket|tracking|lot|batch|build|version|ver|release|isbn|issn|ean|upc|gtin|sku|asin|part|model"
    r"|serial|commit|revision|rev|run|job|trace|span|request|req|transaction|txn|receipt|shipment|parcel|article|product"
    r"|item|hash|digest|sha|checksum|uuid|guid|offset|timestamp|epoch|pid|port|row|page|doi|arxiv|rfc|cve|issue|pr"
    r"|patent|machine|server|unit|asset|room|locker|rack|bay|pallet|box|node|worker|meter|container"
    r")[ _]?(?:id|ids|no|nr|num|number|code|key|ref|#)?[ .:=#\"'(]{0,4}$"
)


def named(*phrases: str) -> re.Pattern[str]:
    """Return the pattern of text in lower case that has one of these phrases (regular expressions) as whole words.

    Words of addresses (`@tin.it`, `ach@`) are none.
    """
    return re.compile(rf"(?<!{_LETTER})(?<![@.])(?:{'|'.join(phrases)})(?!{_LETTER}|@)")


def before(candidate: Candidate, reach: int = _BEFORE) -> str:
    """Return what stands before it in its own line, member or cell, in lower case."""
    text = candidate.before[-reach:]
    pair = _PAIR.search(text) if "[" in text else None
    if pair:
        return pair[1].lower()
    *_, start = (0, *(border.end() for border in _BORDER.finditer(text)))
    return text[start:].lower()


def after(candidate: Candidate, reach: int = _AFTER) -> str:
    """Return what stands after it in its own line, member or cell, in lower case."""
    text = candidate.after[:reach]
    border = _BORDER.search(text)
    return text[: border.start() if border else None].lower()


def without_marks(text: str) -> str:
    """Return a text without our own marks, whose names say nothing of what stands beside them."""
    return MARK.sub("", text) if "[" in text else text


def is_behind_mark(candidate: Candidate) -> bool:
    """Whether one of our own marks stands directly before it, so that what named the value was about the mark."""
    lead = candidate.before[-_LONGEST_MARK:].rstrip()
    return lead.endswith("]") and any(mark.end() == len(lead) for mark in MARK.finditer(lead))


def about(candidate: Candidate, phrases: re.Pattern[str]) -> bool:
    """Whether its label or the words of its line have one of the phrases."""
    return phrases.search(f"{before(candidate)}\n{after(candidate)}\n{candidate.label}") is not None


def is_thing(candidate: Candidate) -> bool:
    """Whether it is named as the number of an order, a version, an article or another thing."""
    return bool(_THING.search(candidate.label) or _THING.search(before(candidate, 32)))


def is_of_more_groups(candidate: Candidate) -> bool:
    """Whether digits in groups go on in further groups on either side, so that it is a part of another number."""
    return " " in candidate.text and bool(
        _GROUP_BEFORE.search(candidate.before[-8:]) or _GROUP_AFTER.match(candidate.after)
    )


def is_plain(label: str) -> bool:
    """Whether a label leaves open what it holds."""
    return not label or label.rpartition(" ")[2] in _PLAIN


def checked(check: Callable[[str], bool], score: float = 0.9) -> Validator:
    """Accept what passes the check, unless it is named as the number of a thing."""

    def validator(candidate: Candidate) -> float | None:
        fits = check(candidate.text) and not is_of_more_groups(candidate) and not is_thing(candidate)
        return score if fits else None

    return validator


def checked_in_context(check: Callable[[str], bool], phrases: re.Pattern[str], score: float = 0.9) -> Validator:
    """Accept what passes the check and is named by one of the phrases."""

    def validator(candidate: Candidate) -> float | None:
        return score if check(candidate.text) and about(candidate, phrases) else None

    return validator
