"""Definitions for tests: one that has everything, and random ones of the same shape."""

from typing import Any

from hypothesis import strategies as st

ORDER: dict[str, Any] = {
    "name": "get_order",
    "title": "Order",
    "description": "Reads an order by its id.\nReturns its lines.",
    "inputSchema": {
        "type": "object",
        "title": "Arguments",
        "properties": {
            "id": {"type": "integer", "description": "Number of the order", "minimum": 1, "default": 1},
            "view": {"type": "string", "enum": ["short", "long"], "$comment": "how much"},
            "since": {"anyOf": [{"type": "string", "pattern": "^[0-9-]+$"}, {"type": "null"}]},
            "tags": {"type": "array", "items": {"type": "string", "description": "A tag"}, "examples": ["a b"]},
        },
        "$defs": {"line": {"type": "object", "additionalProperties": {"description": "Any value"}}},
        "required": ["id"],
        "additionalProperties": False,
    },
    "outputSchema": {"type": "object", "properties": {"total": {"type": "number", "const": 1.5}}},
    "annotations": {"title": "Order", "readOnlyHint": True, "destructiveHint": False},
    "icons": [{"src": "https://shop.example/icon.png", "sizes": ["48x48"]}],
    "execution": {"taskSupport": "optional"},
    "_meta": {"shop.example/tier": 1, "title": "in  meta"},
    "x-unknown": {"description": "of  nobody"},
}

_SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=12)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
_KEYS = st.text(max_size=8) | st.sampled_from(["title", "description", "enum", "properties", "items", "default"])
VALUES = st.recursive(
    _SCALARS | NUMBERS.filter(lambda number: not 2**63 <= abs(number) < 1e21),  # those read back as integers
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)
_SCHEMA_KEYS = st.sampled_from(
    ["type", "title", "description", "enum", "const", "default", "pattern", "required", "examples", "minimum", "x-odd"]
)
SCHEMAS = st.recursive(
    st.dictionaries(_SCHEMA_KEYS, VALUES, max_size=3),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["object", "string", ["string", "null"]]),
            "description": st.text(max_size=30),
            "properties": st.dictionaries(st.text(max_size=6), inner, max_size=3),
            "items": inner,
            "anyOf": st.lists(inner, max_size=2),
            "additionalProperties": st.booleans() | inner,
            "required": st.lists(st.text(max_size=6), max_size=2),
        },
    ),
    max_leaves=5,
)
DEFINITIONS = st.fixed_dictionaries(
    {"name": st.text(min_size=1, max_size=20), "inputSchema": SCHEMAS},
    optional={
        "title": st.text(max_size=20),
        "description": st.text(max_size=60),
        "outputSchema": SCHEMAS,
        "annotations": st.dictionaries(
            st.sampled_from(["title", "readOnlyHint", "destructiveHint"]), VALUES, max_size=3
        ),
        "icons": st.lists(VALUES, max_size=2),
        "execution": VALUES,
        "_meta": VALUES,
        "x-unknown": VALUES,
    },
)


def places(value: Any, where: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the path of every value, the whole first."""
    found = [where]
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        found += places(child, (*where, key))
    return found


def at(value: Any, where: tuple[str | int, ...]) -> Any:
    for key in where:
        value = value[key]
    return value
