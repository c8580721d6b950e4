"""What can stand in a place where a mark cannot, because a schema asks for something else there."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias

import jsonschema_rs

from extproc.model.message import JsonValue

Kind: TypeAlias = jsonschema_rs.ValidationErrorKind


class Gone:
    """The member is left out."""


GONE: Final = Gone()


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """One thing to try in place of a value, by a name of its own."""

    name: str
    make: Callable[[JsonValue], JsonValue | Gone]


# Values that every reader sees to stand for nothing: reserved names, the first of all days, no address.
_FORMATS: Final = {
    "email": "redacted@example.invalid",
    "idn-email": "redacted@example.invalid",
    "hostname": "redacted.invalid",
    "idn-hostname": "redacted.invalid",
    "ipv4": "0.0.0.0",  # noqa: S104 - a value in a result, not an address that is listened on
    "ipv6": "::",
    "uri": "https://redacted.invalid/",
    "uri-reference": "https://redacted.invalid/",
    "iri": "https://redacted.invalid/",
    "iri-reference": "https://redacted.invalid/",
    "uri-template": "https://redacted.invalid/",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "date": "1970-01-01",
    "date-time": "1970-01-01T00:00:00Z",
    "time": "00:00:00Z",
    "duration": "P0D",
    "json-pointer": "",
    "relative-json-pointer": "0",
    "regex": "",
}
_DIGIT: Final = re.compile(r"[0-9]")
_LOWER: Final = re.compile(r"[^\W\d_A-Z]")
_UPPER: Final = re.compile(r"[A-Z]")
# The shape of a text with nothing of what it says. E.164 allows no leading zero, and hexadecimal no x.
_SHAPES: Final = (("0", "x"), ("9", "x"), ("0", "a"), ("9", "a"))


def stand_ins(original: JsonValue, kinds: Sequence[Kind]) -> Iterator[StandIn]:
    """Yield what to try in place of a value, the most honest first; `kinds` are what a schema said to it so far."""
    match original:
        case str():
            yield from _texts(kinds)
            yield _constant("null", None)
            yield _constant("gone", GONE)
        case bool():
            yield from (_constant("null", None), _constant("gone", GONE), _constant("false", value=False))
        case int() | float():
            yield from (_constant("null", None), _constant("gone", GONE), _constant("0", 0))
            yield from _limits(kinds)
        case dict():
            yield from (_constant("null", None), _constant("gone", GONE), StandIn(name="{}", make=lambda _: {}))
        case list():
            yield from (_constant("null", None), _constant("gone", GONE), StandIn(name="[]", make=lambda _: []))
        case None:
            yield _constant("gone", GONE)


def _texts(kinds: Sequence[Kind]) -> Iterator[StandIn]:
    for kind in kinds:
        if isinstance(kind, Kind.Format) and kind.format in _FORMATS:
            yield _constant(f"format:{kind.format}", _FORMATS[kind.format])
    for digit, letter in _SHAPES:
        yield StandIn(name=f"shape:{digit}{letter}", make=partial(_shape, digit, letter))
    yield StandIn(name="stars", make=lambda text: "*" * len(str(text)))
    for kind in kinds:
        if isinstance(kind, Kind.MaxLength):
            yield _constant(f"stars:{kind.limit}", "*" * kind.limit)


def _limits(kinds: Sequence[Kind]) -> Iterator[StandIn]:
    for kind in kinds:
        match kind:
            case Kind.Minimum() | Kind.Maximum() if isinstance(kind.limit, int | float):
                yield _constant(f"limit:{kind.limit}", kind.limit)
            case Kind.ExclusiveMinimum() if isinstance(kind.limit, int | float):
                yield _constant(f"above:{kind.limit}", kind.limit + 1)
            case Kind.ExclusiveMaximum() if isinstance(kind.limit, int | float):
                yield _constant(f"below:{kind.limit}", kind.limit - 1)
            case _:
                continue


def _constant(name: str, value: JsonValue | Gone) -> StandIn:
    return StandIn(name=name, make=lambda _: value)


def _shape(digit: str, letter: str, text: JsonValue) -> str:
    """Return a text with another digit for every digit and another letter for every letter."""
    return _DIGIT.sub(digit, _UPPER.sub(letter.upper(), _LOWER.sub(letter, str(text))))
