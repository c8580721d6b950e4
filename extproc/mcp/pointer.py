"""RFC 6901 pointers and patterns over them: `*` stands for one reference token, `**` for any number."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from extproc.model.message import JsonValue

Pointer: TypeAlias = tuple[str | int, ...]
# Places in a pattern that a walk stands at, ascending.
_Places: TypeAlias = tuple[int, ...]


class PatternError(ValueError):
    """A pattern that is not a JSON Pointer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointerPattern:
    """A parsed pattern. A token is compared unescaped; a literal `*` is written `~2`."""

    tokens: tuple[str, ...]
    text: str


# RFC 6901 §4: no leading zeros; longer than any list we hold is no index either.
_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,8}")
_ANY_ONE: Final = "\x00*"
_ANY_DEPTH: Final = "\x00**"
_WILD: Final = frozenset({_ANY_ONE, _ANY_DEPTH})


def parse_pattern(text: str) -> PointerPattern:
    """Read a pattern such as `/result/content/*/text` or `/result/**/email`.

    Raises: `PatternError` when it does not begin with `/`, has a broken escape, or has a `*` beside other characters,
    which would look like a glob and match nothing.
    """
    if not text.startswith("/"):
        raise PatternError("a pointer pattern begins with '/'")
    if "\x00" in text:
        raise PatternError("a pointer pattern holds no NUL")
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
    if "*" in raw:
        raise PatternError("'*' and '**' stand for whole tokens; a literal '*' is written '~2'")
    parts = raw.split("~")
    if any(not part or part[0] not in "012" for part in parts[1:]):
        raise PatternError("'~' is written '~0', '/' '~1' and a literal '*' '~2'")
    return parts[0] + "".join({"0": "~", "1": "/", "2": "*"}[part[0]] + part[1:] for part in parts[1:])


def format_pointer(pointer: Pointer) -> str:
    """Write reference tokens as an RFC 6901 pointer."""
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in pointer)


def find(document: JsonValue, pattern: PointerPattern) -> Iterator[tuple[Pointer, JsonValue]]:
    """Yield every pointer that fits the pattern, with its value, in document order and each once.

    All ways through the pattern are followed at the same time, so that several `**` cost no more than one.
    """
    tokens = pattern.tokens
    end, literals = len(tokens), frozenset(tokens)
    start, value = 0, document
    pointer: Pointer = ()
    while start < end and tokens[start] not in _WILD:
        steps = [*_children(value, tokens[start])]
        if not steps:
            return
        pointer, value, start = (*pointer, steps[0][0]), steps[0][1], start + 1
    stack: list[tuple[Pointer, JsonValue, _Places]] = [(pointer, value, _settled(tokens, {start}))]
    while stack:
        pointer, value, places = stack.pop()
        if places[-1] == end:
            yield pointer, value
        if places == (end,):
            continue
        below: list[tuple[Pointer, JsonValue, _Places]] = []
        elsewhere = _advanced(tokens, places, None)
        # A place of `**` never stands alone: the one after it is reached with it.
        only = tokens[places[0]] if len(places) == 1 and places[0] < end else _ANY_ONE
        for key, child in _children(value, only):
            name = str(key)
            reached = _advanced(tokens, places, name) if name in literals else elsewhere
            if reached and (reached[-1] == end or isinstance(child, dict | list)):
                below.append(((*pointer, key), child, reached))
        stack.extend(reversed(below))


def fits(pointer: Pointer, pattern: PointerPattern) -> bool:
    """Tell whether a pattern leads to this place, in whatever document."""
    tokens = pattern.tokens
    places = _settled(tokens, {0})
    for step in pointer:
        name = str(step)
        places = _advanced(tokens, places, name if name in tokens else None)
        if not places:
            return False
    return len(tokens) in places


def _children(value: JsonValue, name: str) -> Iterator[tuple[str | int, JsonValue]]:
    """Yield the child of this name, or all of them for a wildcard."""
    match value:
        case dict() if name == _ANY_ONE:
            yield from value.items()
        case list() if name == _ANY_ONE:
            yield from enumerate(value)
        case dict() if name in value:
            yield name, value[name]
        case list() if _INDEX.fullmatch(name) is not None and int(name) < len(value):
            yield int(name), value[int(name)]
        case _:
            return


@lru_cache(maxsize=4096)
def _advanced(tokens: tuple[str, ...], places: _Places, name: str | None) -> _Places:
    """Return the places after a step to the child of this name; None is any name that the pattern does not have.

    An array index is its decimal text, which has no leading zeros (RFC 6901 §4).
    """
    reached: set[int] = set()
    for at in places:
        token = tokens[at] if at < len(tokens) else None
        if token == _ANY_DEPTH:
            reached.add(at)
        elif token == _ANY_ONE or (token is not None and token == name):
            reached.add(at + 1)
    return _settled(tokens, reached)


def _settled(tokens: tuple[str, ...], places: set[int]) -> _Places:
    """Add what is reached without a step: the place after a `**`, which may stand for no token."""
    for at, token in enumerate(tokens):
        if token == _ANY_DEPTH and at in places:
            places.add(at + 1)
    return tuple(sorted(places))
