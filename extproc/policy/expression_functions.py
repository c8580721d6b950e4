"""The functions that expressions have beside those of CEL; each gives a value or an error, and never raises further.

- `number(x) -> double`: a JSON number, or a string that is written as one (RFC 8259 §6) with at most 15 significant
  digits; anything else, a boolean too, is an error. Whole numbers beyond 2^53 are an error, for they would be rounded.
- `text(x) -> string`: a string as it is, a whole number in decimal digits, a boolean as `true` or `false`.
- `lower(text) -> string`: without the difference of case, in any script, and in one normal form (NFKC); beyond ASCII
  an error for more than 4 096 characters, or for more than 256 that are in another form.
- `glob(text, pattern) -> bool`: whether the whole text fits a glob, as in the `match` of a rule.
- `in_cidr(address, network) -> bool`: whether an IP address stands in a network such as `10.0.0.0/8`.
- `host(uri) -> string`: the host of an absolute URI, in lower case and without a dot at its end.
"""

import re
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final
from unicodedata import is_normalized, normalize
from urllib.parse import urlsplit

from cel_expr_python import cel  # type: ignore[import-untyped]  # it has stubs, but does not say so (no py.typed)

from extproc.policy.globs import Globs

_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
_NUMBER_LENGTH: Final = 64
# A double keeps every decimal number of so many digits apart from every other (IEEE 754, DBL_DIG).
_DIGITS: Final = 15
_WHOLE: Final = 2**53
_LONGEST: Final = 4_096
_LONGEST_LIGATURES: Final = 256
_LONGEST_ADDRESS: Final = 64
_LONGEST_URI: Final = 8_192


def number_of_text(text: str) -> float:
    """Return the number that a string is written as. Raises: `ValueError` for any other string."""
    if len(text) > _NUMBER_LENGTH or _NUMBER.fullmatch(text) is None:
        raise ValueError("not a number")
    digits = re.split("[eE]", text)[0].lstrip("-").replace(".", "").strip("0")
    if len(digits) > _DIGITS:
        raise ValueError("a number of more digits than can be compared")
    found = float(text)
    if found in {float("inf"), float("-inf")} or (not found and digits):
        raise ValueError("a number out of range")
    return found


def number_of_whole(whole: int) -> float:
    """Return a whole number as it is. Raises: `ValueError` for one that would be rounded."""
    if not -_WHOLE <= whole <= _WHOLE:
        raise ValueError("a number that would be rounded")
    return float(whole)


def lower(text: str) -> str:
    """Return a text in which the same letters are the same characters.

    Raises: `ValueError` for one that would be dear: normal forms cost up to 1 µs for each character, and more where
    one character becomes eighteen (U+FDFA), while an expression may ask a thousand times.
    """
    if text.isascii():
        return text.lower()
    if len(text) > _LONGEST or (len(text) > _LONGEST_LIGATURES and not is_normalized("NFKC", text)):
        raise ValueError("a text too long to be compared without case")
    return normalize("NFKC", normalize("NFKC", text).casefold())


def glob(text: str, pattern: str) -> bool:
    """Tell whether the whole text fits a glob."""
    return _globs(pattern).fit(text)


def in_cidr(address: str, network: str) -> bool:
    """Tell whether an address stands in a network. Raises: `ValueError` when either is none."""
    if len(address) > _LONGEST_ADDRESS:
        raise ValueError("not an address")
    found = ip_address(address)
    mapped = getattr(found, "ipv4_mapped", None)  # ::ffff:10.0.0.1 reaches 10.0.0.1 (RFC 4291 §2.5.5.2)
    return (mapped or found) in _network(network)


def host(uri: str) -> str:
    """Return the host of an absolute URI. Raises: `ValueError` when it has none, or readers may disagree on it."""
    if (
        len(uri) > _LONGEST_URI
        or not uri.isascii()
        or not uri.isprintable()
        or any(character in uri for character in ' \\"<>^`{|}')
    ):
        raise ValueError("not a URI")  # RFC 3986 §2; browsers and libraries read such text in different ways
    parts = urlsplit(uri)
    if not parts.scheme or not parts.hostname or "%" in parts.netloc or parts.netloc.count("@") > 1:
        raise ValueError("a URI without a plain host")
    return parts.hostname.rstrip(".")


@lru_cache(maxsize=1024)
def _globs(pattern: str) -> Globs:
    return Globs((pattern,))


@lru_cache(maxsize=1024)
def _network(network: str) -> IPv4Network | IPv6Network:
    return ip_network(network)


def _same(value: object) -> object:
    return value


_BOOL: Final = cel.Type.BOOL
_DOUBLE: Final = cel.Type.DOUBLE
_INT: Final = cel.Type.INT
_TEXT: Final = cel.Type.STRING


def _function(name: str, *overloads: cel.Overload) -> cel.FunctionDecl:
    return cel.FunctionDecl(name, overloads)


FUNCTIONS: Final = (
    _function(
        "number",
        cel.Overload("number_text", _DOUBLE, [_TEXT], impl=number_of_text),
        cel.Overload("number_int", _DOUBLE, [_INT], impl=number_of_whole),
        cel.Overload("number_double", _DOUBLE, [_DOUBLE], impl=_same),
    ),
    _function(
        "text",
        cel.Overload("text_text", _TEXT, [_TEXT], impl=_same),
        cel.Overload("text_int", _TEXT, [_INT], impl=str),
        cel.Overload("text_bool", _TEXT, [_BOOL], impl=lambda value: "true" if value else "false"),
    ),
    _function("lower", cel.Overload("lower_text", _TEXT, [_TEXT], impl=lower)),
    _function("glob", cel.Overload("glob_text", _BOOL, [_TEXT, _TEXT], impl=glob)),
    _function("in_cidr", cel.Overload("in_cidr_text", _BOOL, [_TEXT, _TEXT], impl=in_cidr)),
    _function("host", cel.Overload("host_text", _TEXT, [_TEXT], impl=host)),
)

# What is put around a value of unknown type that is compared: CEL finds values of two types unequal and says no more,
# while a function that has no overload for a type is an error. Their names cannot be written in an expression.
ONLY_TEXT: Final = "@only_text"
ONLY_NUMBER: Final = "@only_number"
ONLY_BOOL: Final = "@only_bool"
GUARDS: Final = (
    _function(ONLY_TEXT, cel.Overload("only_text", _TEXT, [_TEXT], impl=_same)),
    _function(
        ONLY_NUMBER,
        cel.Overload("only_int", _INT, [_INT], impl=_same),
        cel.Overload("only_double", _DOUBLE, [_DOUBLE], impl=_same),
    ),
    _function(ONLY_BOOL, cel.Overload("only_bool", _BOOL, [_BOOL], impl=_same)),
)
