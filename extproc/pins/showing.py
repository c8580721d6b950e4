"""Texts of others, written so that they can neither hide anything from a reader nor command a terminal."""

from typing import Final

from extproc.model.message import JsonValue
from extproc.pins.canonical import canonical_text

_LONGEST: Final = 120
_FIRST_OF_OTHER_PLANES: Final = 0x10000


def shown(value: JsonValue) -> str:
    """Return a value as JSON, in one line, cut in the middle when it is long."""
    return cut(canonical_text(value))


def cut(text: str, longest: int = _LONGEST) -> str:
    """Return a text in one line, cut in the middle when it is long."""
    half = longest // 2
    return printable(text if len(text) <= longest else f"{text[:half]} … {text[-half:]}")


def printable(text: str) -> str:
    """Return a text in which everything that is not seen is written as an escape."""
    return text if text.isprintable() else "".join(one if one.isprintable() else _escape(one) for one in text)


def _escape(character: str) -> str:
    if character in "\n\t ":
        return {"\n": "\\n", "\t": "\\t", " ": " "}[character]
    point = ord(character)
    return f"\\U{point:08x}" if point >= _FIRST_OF_OTHER_PLANES else f"\\u{point:04x}"
