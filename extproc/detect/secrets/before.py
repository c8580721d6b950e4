"""What stands before a value, read backward from it: the name that it is given, how, and where its line begins.

Every pattern is written from right to left and tried once, where the value begins: a search forward for something that
ends there would try every place before it.
"""

import re
from typing import Final, NamedTuple

from extproc.model.marks import MARK

# Quotes and prefixes of literals (`b"`, `@"`), an operator, perhaps a type, quotes and brackets of the name, the name.
_OPENING: Final = r"(?:[\"'`][A-Za-z@$]{0,2}|[\"']\\)?"
# A conversion that leaves the value what it is: `[]byte("…")`, `new SecretStr("…")`.
_CONVERSION: Final = (
    r"\((?:etyb\]\[|setyb|(?:gnirts|rts)?terces|edoced46b|46edoced|morf\.reffub|gnirts|morf::|emos|setybteg|edocne|bota)"
    r"[A-Za-z0-9_.:]{0,24}(?:\s?wen(?=\s))?"
)
_OPERATOR: Final = (
    r"\s{0,32}(?:>=|=:|=\?|=?\|\||==?=|==?!|=\+|=|:|,|>|\(|\||si\b(?=\s)|[=:]\s?[\"']?eulav\b|\s)\s{0,32}"
)
_TYPE: Final = r"\s?[A-Za-z\[\]|?<>&. ]{1,24}?\s?:\s{0,32}"
_NAME: Final = r"[\])]?[\"'`]{0,2}((?:[\w\-]{1,20} ){0,2}[\w.\-]*[^\W\d_])"
_GIVEN_NAME: Final = re.compile(_OPENING + _OPERATOR + _NAME)
_FARTHER_NAME: Final = re.compile(
    f"{_OPENING}(?:(?i:{_CONVERSION})?{_OPERATOR}{_TYPE}|(?i:{_CONVERSION}){_OPERATOR}){_NAME}"
)
_VALUE: Final = re.compile(r"[\"']?\s{0,2}[=:]\s{0,2}[\"']?(?:eulav|tnetnoc|tluafed)(?![A-Za-z])", re.IGNORECASE)
_NAMED: Final = re.compile(r"(?:name|key|id|field)[\"']?\s{0,2}[=:]\s{0,2}[\"']([^\"']{1,60})[\"']", re.IGNORECASE)
_LITERAL: Final = re.compile(r"[\"'`]\\?[A-Za-z@$]{0,2}\s*[=:>(]")
_FALLBACK: Final = re.compile(
    r"[\"'`][^\n\"'`;=:]{1,20}(?:[\"'][A-Za-z0-9_.-]{1,60}[\"'])?[^\n\"'`;=:]{0,80}[=:]\s{0,4}([A-Za-z0-9_.-]*[A-Za-z])"
)
_VARIABLE: Final = re.compile(r"[\"']?\s{1,4}([A-Za-z0-9_]*[A-Za-z])")
_ENVIRONMENT: Final = re.compile(r"=[A-Z0-9_]{2,60}[A-Z]")
_NAMED_LINE: Final = re.compile(r"[\"']?\s*:eulav\s+[\"']?([A-Za-z0-9_.-]+)[\"']?\s*:eman", re.IGNORECASE)
_ELEMENT: Final = re.compile(r"<([A-Za-z0-9_.:-]+)(?:\s[^<>\n]*)?>")
_LINE_START: Final = re.compile(r"(?:[ \t#/*|-]|(?:export|set|ENV|ARG|env|setx|declare -x) ){0,60}")


class Given(NamedTuple):
    """The name that a value is given, where it begins, and whether a bracket follows it, as in a call."""

    name: str
    start: int
    called: bool


def given(before: str, *, farther: bool = False) -> Given | None:
    """Return the name before an operator; `farther` is the one before a type or a conversion that comes between."""
    found = (_FARTHER_NAME if farther else _GIVEN_NAME).match(_mirrored(before))
    if found is None:
        return None
    end = len(before) - found.start(1)
    return Given(found[1][::-1], len(before) - found.end(1), before[end : end + 1] == "(")


def member_name(before: str) -> str | None:
    """Return the name beside a member called `value`, as `{"name": …, "value": …}` has it."""
    found = _VALUE.match(_mirrored(before))
    named = _NAMED.findall(before, 0, len(before) - found.end()) if found else None
    return str(named[-1]) if named else None


def line_name(before: str) -> str | None:
    """Return the name on the line before a line that begins with `value:`."""
    return _backward(_NAMED_LINE, before)


def fallback_name(before: str) -> str | None:
    """Return the name of what is given a setting or, when that is missing, the literal here."""
    return _backward(_FALLBACK, before)


def variable(before: str) -> str | None:
    """Return the name that only spaces divide from the value."""
    return _backward(_VARIABLE, before)


def element(before: str) -> str | None:
    """Return the name of the element that has just been opened."""
    found = _ELEMENT.fullmatch(before, max(before.rfind("<"), 0))
    return found[1] if found else None


def is_literal(before: str) -> bool:
    """Tell whether a quote opens after an operator or a bracket."""
    return _LITERAL.match(_mirrored(before)) is not None


def is_environment(before: str) -> bool:
    """Tell whether a variable in capitals is set."""
    return _ENVIRONMENT.match(_mirrored(before)) is not None


def begins_line(left: str) -> bool:
    """Tell whether nothing but indents, comment signs and words that set variables stand before the name."""
    return _LINE_START.fullmatch(left, left.rfind("\n") + 1) is not None


def _mirrored(before: str) -> str:
    """Return a text from right to left, without the letters of our own marks: what they name is gone."""
    if "[" in before:
        before = MARK.sub(lambda mark: "\0" * len(mark[0]), before)
    return before[::-1]


def _backward(pattern: re.Pattern[str], before: str) -> str | None:
    found = pattern.match(_mirrored(before))
    return found[1][::-1] if found else None
