"""Schemas that would take longer than anybody waits are told from those that only look involved."""

import jsonschema_rs
import pytest

from extproc.model.message import JsonObject
from extproc.redact.schema_cost import is_bounded


def doubling(levels: int, keyword: str) -> JsonObject:
    definitions: JsonObject = {
        f"d{level}": {keyword: [{"$ref": f"#/$defs/d{level + 1}"}, {"$ref": f"#/$defs/d{level + 1}"}]}
        for level in range(levels)
    }
    return {"$defs": {**definitions, f"d{levels}": {"type": "string"}}, "$ref": "#/$defs/d0"}


JSON: JsonObject = {
    "$defs": {
        "value": {
            "anyOf": [
                {"type": ["string", "number", "null"]},
                {"type": "array", "items": {"$ref": "#/$defs/value"}},
                {"type": "object", "additionalProperties": {"$ref": "#/$defs/value"}},
            ]
        }
    },
    "$ref": "#/$defs/value",
}


@pytest.mark.parametrize(
    "schema",
    [
        {},
        True,
        doubling(5, "allOf"),
        JSON,
        {"$id": "a", "properties": {"l": {"$ref": "#"}, "r": {"$ref": "a"}, "all": {"items": {"$ref": "#"}}}},
        {"properties": {"next": {"$dynamicRef": "#node"}}, "$dynamicAnchor": "node"},
        {"properties": {"a": {"$ref": "#"}}, "additionalProperties": {"$ref": "#"}},
        {"properties": {f"p{number}": {"type": "string", "pattern": "^a+$"} for number in range(500)}},
        {"$ref": "#/nowhere"},
        {"prefixItems": [{"$ref": "#"}], "allOf": [{"$ref": "#/prefixItems/5"}]},
    ],
)
def test_these_are_checked_in_proportion_to_a_value(schema: JsonObject) -> None:
    assert is_bounded(schema)


@pytest.mark.parametrize(
    "schema",
    [
        doubling(40, "allOf"),
        doubling(40, "anyOf"),
        {"$ref": "#"},
        {"properties": {"a": {"oneOf": [{"$ref": "#"}, {"$ref": "#"}]}}},
        {"items": {"not": {"$ref": "#"}}, "contains": {"$ref": "#"}},
        {"patternProperties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}}},
        {"if": {"$ref": "#/$defs/x"}, "then": {"$ref": "#/$defs/x"}, "$defs": {"x": {"items": {"$ref": "#"}}}},
        {"dependentSchemas": {"a": {"items": {"$ref": "#n"}}}, "items": {"$ref": "#n"}, "$anchor": "n"},
    ],
)
def test_these_would_double_with_each_step(schema: JsonObject) -> None:
    assert not is_bounded(schema)


def test_a_value_as_deep_as_is_read_can_be_checked_against_what_is_bounded() -> None:

    value: object = "x"
    for _ in range(190):
        value = {"a": [value]}
    assert jsonschema_rs.validator_for(JSON).is_valid(value)
