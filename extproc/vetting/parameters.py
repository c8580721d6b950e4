"""Parameters of a tool that take any text, and of which nothing says what for: ways out for what a model knows."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from extproc.model.message import JsonValue

_DEEPEST: Final = 8
_MOST: Final = 100
_BOUNDS: Final = frozenset({"enum", "const", "format", "pattern", "$ref", "anyOf", "oneOf", "allOf"})


def unexplained(definition: Mapping[str, JsonValue]) -> tuple[str, ...]:
    """Return the parameters, written with dots, that are free text without a word about them; bounded."""
    description = definition.get("description")
    told = description.casefold() if isinstance(description, str) else ""
    found = []
    for path, name, schema in _parameters(definition.get("inputSchema"), "", _DEEPEST):
        if _is_free_text(schema) and not _is_described(schema) and not _mentions(told, name):
            found.append(path)
            if len(found) == _MOST:
                break
    return tuple(found)


def _parameters(schema: JsonValue, path: str, deeper: int) -> Iterator[tuple[str, str, Mapping[str, JsonValue]]]:
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(properties, dict) or deeper == 0:
        return
    for name, inner in properties.items():
        if isinstance(inner, dict):
            yield f"{path}{name}", name, inner
            items = inner.get("items")
            yield from _parameters(items if isinstance(items, dict) else inner, f"{path}{name}.", deeper - 1)


def _is_free_text(schema: Mapping[str, JsonValue]) -> bool:
    if not _BOUNDS.isdisjoint(schema):
        return False
    items = schema.get("items")
    kinds = schema.get("type")
    if kinds == "array":
        return isinstance(items, dict) and not _is_described(items) and _is_free_text(items)
    return kinds is None or kinds == "string" or (isinstance(kinds, list) and "string" in kinds)


def _is_described(schema: Mapping[str, JsonValue]) -> bool:
    description = schema.get("description")
    return isinstance(description, str) and bool(description.strip())


def _mentions(told: str, name: str) -> bool:
    """Tell whether a description names a parameter, as docstrings do."""
    return bool(name) and re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", told) is not None
