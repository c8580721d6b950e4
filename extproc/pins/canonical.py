"""The canonical text of a complete definition and its SHA-256, and a second digest that cosmetic changes leave alone.

The text follows RFC 8785: members in the order of their names as UTF-16, no space, numbers by their value. It differs
from it where that is not exact: integers beyond 2⁵³ keep their digits.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Final, TypeAlias

import orjson

from extproc.model.message import JsonObject, JsonScalar, JsonValue
from extproc.pins.pin import Version

# Longer texts are not kept, only digested; of UTF-8.
LONGEST_TEXT: Final = 64 * 1024
# Below this nesting of schemas every character counts.
_DEEPEST: Final = 64
_LARGEST_EXACT: Final = 2**63
# Where ECMAScript changes to an exponent (RFC 8785 §3.2.2.3).
_PLAIN_FROM: Final = 1e-6
_PLAIN_TO: Final = 1e21
# Numbers that a fast writer writes in another way, `2.0` and `1e5`, and bytes of characters of four. To look for marks,
# some of them after a translation, costs a tenth of a regex; what has one by chance is only written slowly.
_INTEGRAL: Final = b".0"
_SHAPE: Final = bytes.maketrans(b"123456789\xf0\xf1\xf2\xf3\xf4", b"000000000\xff\xff\xff\xff\xff")
_UNSURE: Final = (b"0e0", b"0e-", b"0e+", b"\xff")
_SPACE: Final = re.compile(r"[ \t\n\r\f\v]+")

# Members of a definition and of a schema that are text for readers, and keywords under which other schemas stand.
_TEXTS: Final = frozenset({"title", "description", "$comment"})
_SCHEMAS_BY_NAME: Final = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
_SCHEMAS: Final = frozenset(
    {
        *("items", "prefixItems", "additionalItems", "unevaluatedItems", "contains", "additionalProperties"),
        *("unevaluatedProperties", "propertyNames", "allOf", "anyOf", "oneOf", "not", "if", "then", "else"),
    }
)

_Item: TypeAlias = tuple[bool, JsonValue]


def instructions_definition(instructions: str) -> JsonObject:
    """Return what is pinned of a server's instructions, under the name `INSTRUCTIONS`."""
    return {"instructions": instructions}


def version_of(definition: Mapping[str, JsonValue]) -> Version:
    """Return the version that a definition is: every member of it counts, also those that are not known here."""
    text = canonical_text(definition)
    return Version(
        digest=digest_of(text),
        cosmetic=digest_of(canonical_text(folded(definition))),
        text=text if len(text) <= LONGEST_TEXT and len(_bytes(text)) <= LONGEST_TEXT else None,
    )


def definition_of(version: Version) -> JsonObject | None:
    """Return the definition that a version is, or None where its text was not kept."""
    if version.text is None:
        return None
    try:
        document: JsonValue = orjson.loads(version.text)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal digits."""
    return hashlib.sha256(_bytes(text)).hexdigest()


def canonical_text(document: Mapping[str, JsonValue] | JsonValue) -> str:
    """Return a document as canonical JSON. Equal documents have one text, whatever the order of their members."""
    document = dict(document) if isinstance(document, Mapping) else document
    try:
        data = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # too deep, an integer beyond 64 bits, or half a character
        return _written(document)
    shape = data.translate(_SHAPE)
    # Names are in the order of UTF-8, which is that of UTF-16 unless a character is beyond the first plane.
    unsure = _INTEGRAL in data or any(mark in shape for mark in _UNSURE)
    return _written(document) if unsure else data.decode()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _written(document: JsonValue) -> str:
    """Write a document without recursion, however deep it is."""
    written: list[str] = []
    waiting: list[_Item] = [(False, document)]
    while waiting:
        ready, item = waiting.pop()
        match item:
            case str() if ready:
                written.append(item)
            case dict():
                pieces: list[list[_Item]] = [
                    [(True, f"{encode_basestring(key)}:"), (False, item[key])] for key in sorted(item, key=_utf_16)
                ]
                waiting += _enclosed("{", pieces, "}")
            case list():
                waiting += _enclosed("[", [[(False, each)] for each in item], "]")
            case _:
                written.append(_scalar(item))
    return "".join(written)


def _enclosed(opening: str, pieces: Sequence[Sequence[_Item]], closing: str) -> list[_Item]:
    """Return what is to be written, last first."""
    items: list[_Item] = [(True, opening)]
    for number, piece in enumerate(pieces):
        items += [(True, ","), *piece] if number else piece
    return [*items, (True, closing)][::-1]


def _utf_16(key: str) -> bytes:
    return key.encode("utf-16-be", "surrogatepass")


def _scalar(value: JsonScalar) -> str:
    match value:
        case str():
            return encode_basestring(value)
        case float() if value.is_integer() and abs(value) < _LARGEST_EXACT:
            return str(int(value))
        case float() if _PLAIN_FROM <= abs(value) < _PLAIN_TO:
            return format(Decimal(repr(value)), "f").removesuffix(".0")
        case float():
            return repr(value).replace("e-0", "e-")
        case _:
            return json.dumps(value)


def folded(definition: Mapping[str, JsonValue]) -> JsonObject:
    """Return a definition whose texts for readers are free of what cannot be seen in them; all else is as it was."""
    return {key: _folded_member(key, value) for key, value in definition.items()}


def _folded_member(key: str, value: JsonValue) -> JsonValue:
    match key, value:
        case (("title" | "description" | "instructions"), str(text)):
            return _folded_text(text)
        case "annotations", dict(hints):
            title = hints.get("title")
            return {**hints, "title": _folded_text(title)} if isinstance(title, str) else hints
        case (("inputSchema" | "outputSchema"), _):
            return _folded_schema(value, _DEEPEST)
        case _:
            return value


def _folded_schema(schema: JsonValue, deeper: int) -> JsonValue:
    if not isinstance(schema, dict) or deeper == 0:
        return schema
    folded: JsonObject = {}
    for key, value in schema.items():
        if key in _TEXTS and isinstance(value, str):
            folded[key] = _folded_text(value)
        elif key in _SCHEMAS_BY_NAME and isinstance(value, dict):
            folded[key] = {name: _folded_schema(each, deeper - 1) for name, each in value.items()}
        elif key in _SCHEMAS and isinstance(value, list):
            folded[key] = [_folded_schema(each, deeper - 1) for each in value]
        elif key in _SCHEMAS:
            folded[key] = _folded_schema(value, deeper - 1)
        else:
            folded[key] = value
    return folded


def _folded_text(text: str) -> str:
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip(" ")
