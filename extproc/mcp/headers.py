"""HTTP header fields as MCP reads them, and their agreement with the body (Streamable HTTP, "standard headers")."""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from extproc.mcp.pointer import Pointer
from extproc.model.message import JsonValue, Message, Notification, Request
from extproc.model.rejection import Rejection

HEADER_MISMATCH: Final = -32020

VERSION: Final = "mcp-protocol-version"
SESSION: Final = "mcp-session-id"
METHOD: Final = "mcp-method"
NAME: Final = "mcp-name"
PARAM_PREFIX: Final = "mcp-param-"
MAX_VALUE: Final = 8192
MAX_PARAMS: Final = 64

_SENTINEL: Final = ("=?base64?", "?=")
_NAMED_BY: Final = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
# A JSON number (RFC 8259 §6) of at most the length any integer or double needs. `float` reads much more: blanks, `1_0`,
# digits of other scripts, `infinity`.
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,30})(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,3})?")
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 §5.6.2
_ANNOTATION: Final = "x-mcp-header"
_ANNOTATED_TYPES: Final = frozenset({"string", "integer", "boolean"})
# Fields whose repetition would let two readers choose different values.
_SINGLE: Final = frozenset({VERSION, SESSION, METHOD, NAME, "content-type", "content-encoding", "content-length"})


class Headers:
    """Header fields by lower-case name. A repeated field is remembered as such, its values joined by a comma."""

    __slots__ = ("_fields", "repeated")

    def __init__(self, fields: Iterable[tuple[str, str]]) -> None:
        """Keep the fields in the order they came."""
        pairs = list(fields)
        self._fields = dict(pairs)
        self.repeated: set[str] = set()
        if len(self._fields) < len(pairs):
            self._join(pairs)

    def _join(self, pairs: list[tuple[str, str]]) -> None:
        self._fields = {}
        for name, value in pairs:
            if name in self._fields:
                self.repeated.add(name)
                self._fields[name] += f",{value}"
            else:
                self._fields[name] = value

    def get(self, name: str) -> str | None:
        """Return the value of the field with this lower-case name."""
        return self._fields.get(name)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Iterate over name and value."""
        return iter(self._fields.items())

    def ambiguous(self) -> str | None:
        """Name a field that was sent twice though it may have one value only."""
        if not self.repeated:
            return None
        return next((name for name in self.repeated if name in _SINGLE or name.startswith(PARAM_PREFIX)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParamHeader:
    """One `x-mcp-header` annotation of a tool: which argument (pointer below `arguments`) a header repeats."""

    header: str
    pointer: Pointer


def decode_value(value: str) -> str | None:
    """Undo the base64 sentinel; None when it is malformed or the value is not visible ASCII."""
    value = value.strip(" \t")
    start, end = _SENTINEL
    if value.startswith(start) and value.endswith(end) and len(value) >= len(start) + len(end):
        encoded = value[len(start) : -len(end)]
        try:
            decoded = base64.b64decode(encoded, validate=True)
            # Only the canonical form: some readers refuse trailing bits that others ignore (RFC 4648 §3.5).
            return decoded.decode("utf-8") if base64.b64encode(decoded).decode() == encoded else None
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return None
    return value if value.isascii() and value.isprintable() else None


def encode_value(value: str) -> str:
    """Write a value for a header, with the sentinel where the plain form would be ambiguous or not visible ASCII."""
    start, end = _SENTINEL
    plain = value.isascii() and value.isprintable() and value == value.strip() and not value.startswith(start)
    return value if plain and value else f"{start}{base64.b64encode(value.encode()).decode()}{end}"


def check_agreement(
    message: Message, headers: Headers, *, required: bool, params: tuple[ParamHeader, ...] | None
) -> Rejection | None:
    """Refuse headers that say something else than the body.

    `required` is whether this revision demands the standard headers (2026-07-28 does, for requests). `params` are the
    annotations of the called tool, or None when its definition has not been seen: then a `Mcp-Param-*` value must at
    least occur among the arguments, which every honest client's does.
    """
    if not isinstance(message, Request | Notification):
        return None
    method = headers.get(METHOD)
    if method is None:
        if required and isinstance(message, Request):
            return _mismatch(message, METHOD, "is missing")
    elif decode_value(method) != message.method:
        return _mismatch(message, METHOD, "differs from the body")
    member = _NAMED_BY.get(message.method)
    name = headers.get(NAME)
    if name is not None:
        if member is None or not _same_text(decode_value(name), message.params.get(member)):
            return _mismatch(message, NAME, "differs from the body")
    elif required and member is not None and isinstance(message, Request):
        return _mismatch(message, NAME, "is missing")
    return _check_params(message, headers, required=required, params=params)


def _check_params(
    message: Request | Notification, headers: Headers, *, required: bool, params: tuple[ParamHeader, ...] | None
) -> Rejection | None:
    sent = {name: value for name, value in headers if name.startswith(PARAM_PREFIX)}
    if not sent and not params:
        return None
    if len(sent) > MAX_PARAMS or any(len(value) > MAX_VALUE for value in sent.values()):
        return _mismatch(message, "Mcp-Param-*", "is too large")
    arguments = message.params.get("arguments", {}) if message.method == "tools/call" else {}
    if params is None:
        leaves = set(_scalar_texts(arguments)) if sent else set()
        for name, value in sent.items():
            text = decode_value(value)
            number = _number(text) if text is not None else None
            if text not in leaves and (number is None or number not in leaves):
                return _mismatch(message, name, "is no value of the arguments")
        return None
    for param in params:
        expected = _at(arguments, param.pointer)
        text = sent.get(param.header)
        if text is None:
            if required and expected is not None:
                return _mismatch(message, param.header, "is missing")
        elif not _same(decode_value(text), expected):
            return _mismatch(message, param.header, "differs from the body")
    return None


def mirrored(
    arguments: JsonValue, headers: Headers, params: tuple[ParamHeader, ...] | None, edited: JsonValue
) -> list[tuple[str, str | None]]:
    """Return the `Mcp-Param-*` headers that edits of the arguments change; None for one that has nothing to repeat."""
    changed: list[tuple[str, str | None]] = []
    for name, value in headers:
        if not name.startswith(PARAM_PREFIX):
            continue
        pointers = [param.pointer for param in params or () if param.header == name]
        if not pointers:
            text = decode_value(value)
            pointers = [pointer for pointer, leaf in _scalars(arguments) if _same(text, leaf)]
        for pointer in pointers:
            before, after = _at(arguments, pointer), _at(edited, pointer)
            if before != after:
                text_after = _text(after)
                changed.append((name, None if text_after is None else encode_value(text_after)))
                break
    return changed


def param_headers(tool: Mapping[str, JsonValue]) -> tuple[ParamHeader, ...]:
    """Collect the `x-mcp-header` annotations of a tool definition, through pure chains of `properties`.

    What no client can send is left out: a name that is no token, a type other than string, integer and boolean. Of two
    annotations with one name both count, so that a header agrees with neither unless it agrees with both.
    """
    found: list[ParamHeader] = []
    level: list[tuple[Pointer, JsonValue]] = [((), tool.get("inputSchema"))]
    while level:
        below: list[tuple[Pointer, JsonValue]] = []
        for pointer, schema in level:
            properties = schema.get("properties") if isinstance(schema, dict) else None
            for key, child in properties.items() if isinstance(properties, dict) else ():
                if isinstance(child, dict) and _is_annotated(child):
                    header = PARAM_PREFIX + str(child[_ANNOTATION]).lower()
                    found.append(ParamHeader(header=header, pointer=(*pointer, key)))
                below.append(((*pointer, key), child))
        level = below
    return tuple(found)


def _is_annotated(schema: Mapping[str, JsonValue]) -> bool:
    header, kind = schema.get(_ANNOTATION), schema.get("type")
    if not isinstance(header, str) or _TOKEN.fullmatch(header) is None:
        return False
    return isinstance(kind, str) and kind in _ANNOTATED_TYPES


def _scalars(value: JsonValue) -> Iterator[tuple[Pointer, JsonValue]]:
    stack: list[tuple[Pointer, JsonValue]] = [((), value)]
    while stack:
        pointer, item = stack.pop()
        match item:
            case dict():
                stack.extend(((*pointer, key), child) for key, child in item.items())
            case list():
                stack.extend(((*pointer, index), child) for index, child in enumerate(item))
            case _:
                yield pointer, item


def _scalar_texts(value: JsonValue) -> Iterator[str | Decimal]:
    for _, leaf in _scalars(value):
        text = _text(leaf)
        if text is not None:
            yield text
        if isinstance(leaf, int | float) and not isinstance(leaf, bool):
            yield Decimal(leaf)


def _at(value: JsonValue, pointer: Pointer) -> JsonValue:
    for token in pointer:
        if isinstance(value, dict) and isinstance(token, str):
            value = value.get(token)
        elif isinstance(value, list) and isinstance(token, int) and token < len(value):
            value = value[token]
        else:
            return None
    return value


def _text(value: JsonValue) -> str | None:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int() | float():
            return str(value)
        case _:
            return None


def _number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) is not None else None


def _same(text: str | None, value: JsonValue) -> bool:
    """Compare as the spec says: strings by case, numbers by value (`42.0` is `42`), booleans as true and false."""
    if text is None or value is None:
        return False
    if isinstance(value, int | float) and not isinstance(value, bool) and _number(text) == value:
        return True
    return text == _text(value)


def _same_text(text: str | None, value: JsonValue) -> bool:
    return text is not None and text == value


def _mismatch(message: Request | Notification, header: str, problem: str) -> Rejection:
    name = header.title()
    return Rejection(
        reason="header_mismatch",
        message=f"header {name} {problem}",
        code=HEADER_MISMATCH,
        id=message.id if isinstance(message, Request) else None,
    )
