"""The `x-forwarded-client-cert` header of Envoy, read strictly: elements by comma, pairs by semicolon, quotes, escapes.

It is a header like any other: it may be believed only where an edge in front removes what clients send.
"""

from dataclasses import dataclass, field
from typing import Final

HEADER: Final = "x-forwarded-client-cert"
_LONGEST: Final = 32 * 1024
_MOST_ELEMENTS: Final = 32
_KEYS: Final = frozenset({"by", "hash", "cert", "chain", "subject", "uri", "dns"})
_REPEATED: Final = frozenset({"by", "uri", "dns"})


@dataclass(frozen=True, slots=True, kw_only=True)
class XfccElement:
    """What one proxy says of the certificate it was shown: every value by its key in lower case."""

    values: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def all(self, key: str) -> tuple[str, ...]:
        """Return the values of a key, in order."""
        return self.values.get(key, ())


def parse_xfcc(header: str) -> tuple[XfccElement, ...] | None:
    """Read the header; None unless every part of it has exactly one reading."""
    if not header or len(header) > _LONGEST or not header.isascii() or not header.isprintable():
        return None
    elements: list[XfccElement] = []
    for part in _split(header, ",") or ():
        element = _element(part)
        if element is None or len(elements) == _MOST_ELEMENTS:
            return None
        elements.append(element)
    return tuple(elements) or None


def _element(text: str) -> XfccElement | None:
    found: dict[str, tuple[str, ...]] = {}
    for pair in _split(text, ";") or ("",):
        name, equals, written = pair.partition("=")
        key = name.lower()
        value = _unquoted(written)
        if not equals or key not in _KEYS or value is None:
            return None
        if key in found and key not in _REPEATED:
            return None
        if value:  # Envoy writes `URI=` for a certificate that has none
            found[key] = (*found.get(key, ()), value)
        else:
            found.setdefault(key, ())
    return XfccElement(values=found)


def _split(text: str, separator: str) -> list[str] | None:
    """Split outside quotes; None when a quote is left open."""
    parts, start, quoted, escaped = [], 0, False, False
    for place, character in enumerate(text):
        if escaped:
            escaped = False
        elif quoted and character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif character == separator and not quoted:
            parts.append(text[start:place].strip(" "))
            start = place + 1
    if quoted:
        return None
    return [*parts, text[start:].strip(" ")]


def _unquoted(text: str) -> str | None:
    """Undo quotes and the escapes inside; None for a quote, or a character with a meaning, where none may stand."""
    if not text.startswith('"'):
        return None if any(character in text for character in '",;=\\') else text
    if len(text) < len('""') or not text.endswith('"'):
        return None
    plain, characters = "", iter(text[1:-1])
    for character in characters:
        if character == '"':
            return None
        if character == "\\":
            following = next(characters, None)
            if following not in {'"', "\\"}:
                return None
            character = following  # noqa: PLW2901 - the escaped character takes its place
        plain += character
    return plain
