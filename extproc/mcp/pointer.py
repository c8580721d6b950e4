"""RFC 6901 pointers and patterns over them: `*` stands for one reference token, `**` for any number."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from extproc.model.message import JsonValue

Pointer: TypeAlias = tuple[str | int, ...]


class PatternError(ValueError):
    """A pattern that is not a JSON Pointer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointerPattern:
    """A parsed pattern. A token is compared unescaped; a literal `*` is written `~2`."""

    tokens: tuple[str, ...]
    text: str


# RFC 6901 §4: no leading zeros; longer than any list we hold is no index either.
_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,8}")
_ANY_ONE = "\x00*"
_ANY_DEPTH = "\x00**"


def parse_pattern(text: str) -> PointerPattern:
    """Read a pattern such as `/result/content/*/text` or `/result/**/email`.

    Raises: `PatternError` when it does not begin with `/` or has a broken escape.
    """
    if not text.startswith("/"):
        raise PatternError("a pointer pattern begins with '/'")
    tokens = []
    for raw in text[1:].split("/"):
        match raw:
            case "*":
                tokens.append(_ANY_ONE)
            case "**":
                tokens.append(_ANY_DEPTH)
            case _:
                tokens.append(_unescape(raw))
    return PointerPattern(tokens=tuple(tokens), text=text)


def _unescape(raw: str) -> str:
    parts = raw.split("~")
    if any(not part or part[0] not in "012" for part in parts[1:]):
        raise PatternError("'~' is written '~0', '/' '~1' and a literal '*' '~2'")
    return parts[0] + "".join({"0": "~", "1": "/", "2": "*"}[part[0]] + part[1:] for part in parts[1:])


def format_pointer(pointer: Pointer) -> str:
    """Write reference tokens as an RFC 6901 pointer."""
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in pointer)


def find(document: JsonValue, pattern: PointerPattern) -> Iterator[tuple[Pointer, JsonValue]]:
    """Yield every pointer that fits the pattern, with its value, in document order and each once."""
    if _ANY_DEPTH not in pattern.tokens:
        yield from _walk(document, pattern.tokens, 0, ())
        return
    seen: set[Pointer] = set()  # two `**` can reach one value by several ways
    for pointer, value in _walk(document, pattern.tokens, 0, ()):
        if pointer not in seen:
            seen.add(pointer)
            yield pointer, value


def _walk(value: JsonValue, tokens: tuple[str, ...], at: int, pointer: Pointer) -> Iterator[tuple[Pointer, JsonValue]]:
    if at == len(tokens):
        yield pointer, value
        return
    token = tokens[at]
    if token == _ANY_DEPTH:
        yield from _walk(value, tokens, at + 1, pointer)
        for key, child in _children(value):
            yield from _walk(child, tokens, at, (*pointer, key))
        return
    if token == _ANY_ONE:
        for key, child in _children(value):
            yield from _walk(child, tokens, at + 1, (*pointer, key))
        return
    match value:
        case dict() if token in value:
            yield from _walk(value[token], tokens, at + 1, (*pointer, token))
        case list() if _INDEX.fullmatch(token) and int(token) < len(value):
            yield from _walk(value[int(token)], tokens, at + 1, (*pointer, int(token)))
        case _:
            return


def _children(value: JsonValue) -> Iterator[tuple[str | int, JsonValue]]:
    match value:
        case dict():
            yield from value.items()
        case list():
            yield from enumerate(value)
        case _:
            return
