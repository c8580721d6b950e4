"""Characters that are written as something else: escapes, percent-encoding, entities, and look-alikes in Unicode."""

import html
import re
import unicodedata
from collections.abc import Iterator
from typing import Final

# JSON's and C's escapes, RFC 3986 §2.1, and HTML character references, by the character that each begins with.
_ESCAPE: Final = re.compile(r"\\(?:u[0-9A-Fa-f]{4}(?:\\u[0-9A-Fa-f]{4})?|x[0-9A-Fa-f]{2}|[nrtbf\"'/\\])")
_PERCENT: Final = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});")
_ODD: Final = re.compile(r"[^\x00-\x7f]+")
_ESCAPED: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
# Nothing is seen of these, and a value with them in it reads the same.
_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000\U000e0100-\U000e01ef]"
)
_DASHES: Final = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_DECIMAL: Final = re.compile(r"\d")
# Tag characters are ASCII that nothing shows.
_TAGS: Final = re.compile("[\U000e0020-\U000e007e]")
_TAG_BASE: Final = 0xE0000

Piece = tuple[int, int, str]


def pieces_of(text: str) -> list[Piece]:
    """Return what in a text stands for something else: places, ascending, and the characters meant."""
    pieces: list[Piece] = []
    # One search for each, and only where its first character stands: most texts have none of them.
    if "\\" in text:
        pieces += [(*found.span(), _escape(found[0])) for found in _ESCAPE.finditer(text)]
    if "%" in text:
        pieces += [piece for found in _PERCENT.finditer(text) for piece in _percent(found)]
    if "&" in text:
        pieces += [piece for found in _ENTITY.finditer(text) for piece in _entity(found)]
    if not text.isascii():
        pieces += [piece for found in _ODD.finditer(text) for piece in _odd(found[0], found.start())]
    pieces.sort()
    return pieces


def _percent(found: re.Match[str]) -> Iterator[Piece]:
    try:
        yield *found.span(), bytes.fromhex(found[0].replace("%", "")).decode()
    except UnicodeDecodeError:
        return


def _entity(found: re.Match[str]) -> Iterator[Piece]:
    meant = html.unescape(found[0])
    if meant != found[0]:
        yield *found.span(), meant


def _escape(text: str) -> str:
    if text[1] == "u":
        units = b"".join(int(unit, 16).to_bytes(2, "big") for unit in text.split("\\u")[1:])
        return units.decode("utf-16-be", errors="replace")
    if text[1] == "x":
        return chr(bytes.fromhex(text[2:])[0])
    return _ESCAPED.get(text[1], text[1])


def _odd(text: str, start: int) -> Iterator[Piece]:
    plain = unicodedata.is_normalized("NFKC", text) and text.isprintable()
    if plain and not _DECIMAL.search(text) and not _DASHES.search(text) and not _INVISIBLE.search(text):
        return
    for place, character in enumerate(text, start):
        replacement = _normal(character)
        if replacement != character:
            yield place, place + 1, replacement


def _normal(character: str) -> str:
    if _INVISIBLE.match(character):
        return ""
    if _TAGS.match(character):
        return chr(ord(character) - _TAG_BASE)
    if _DASHES.match(character):
        return "-"
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return unicodedata.normalize("NFKC", character)
