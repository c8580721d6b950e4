"""SARIF 2.1.0: the structure that its specification requires, and places that lead somewhere."""

from typing import Any

import jsonschema_rs

from extproc.vetting.sarif import SCHEMA, sarif_of
from tests.vetting.offering import POISON, TAGGED, report, tool

_TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
_INDEX = {"type": "integer", "minimum": 0}
# What the specification requires of these objects, and the values that it allows (OASIS, SARIF 2.1.0 §3.13 to §3.49).
_REQUIRED: dict[str, Any] = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "$schema": {"type": "string", "format": "uri"},
        "runs": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/run"}},
    },
    "additionalProperties": False,
    "$defs": {
        "run": {
            "type": "object",
            "required": ["tool", "results"],
            "properties": {
                "tool": {"$ref": "#/$defs/tool"},
                "invocations": {"type": "array", "items": {"required": ["executionSuccessful"]}},
                "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                "logicalLocations": {"type": "array", "uniqueItems": True, "items": {"$ref": "#/$defs/place"}},
                "results": {"type": "array", "items": {"$ref": "#/$defs/result"}},
                "properties": {"type": "object"},
            },
            "additionalProperties": False,
        },
        "tool": {
            "type": "object",
            "required": ["driver"],
            "properties": {
                "driver": {
                    "type": "object",
                    "required": ["name"],
                    "properties": {
                        "semanticVersion": {"type": "string", "pattern": r"^\d+\.\d+\.\d+"},
                        "rules": {"type": "array", "uniqueItems": True, "items": {"$ref": "#/$defs/rule"}},
                    },
                }
            },
        },
        "rule": {
            "type": "object",
            "required": ["id"],
            "properties": {"id": {"type": "string"}, "shortDescription": _TEXT, "fullDescription": _TEXT},
        },
        "place": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "fullyQualifiedName": {"type": "string"}, "parentIndex": _INDEX},
        },
        "result": {
            "type": "object",
            "required": ["message"],
            "properties": {
                "ruleId": {"type": "string"},
                "ruleIndex": _INDEX,
                "kind": {"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
                "level": {"enum": ["none", "note", "warning", "error"]},
                "message": _TEXT,
                "locations": {"type": "array", "items": {"$ref": "#/$defs/location"}},
                "properties": {"type": "object"},
            },
            # §3.27.10: where kind is not "fail", the level is "none".
            "if": {"properties": {"kind": {"const": "fail"}}},
            "else": {"properties": {"level": {"const": "none"}}},
            "additionalProperties": False,
        },
        "location": {
            "type": "object",
            "properties": {"logicalLocations": {"type": "array", "items": {"properties": {"index": _INDEX}}}},
            "additionalProperties": False,
        },
    },
}


def run(document: dict[str, Any]) -> dict[str, Any]:
    (only,) = document["runs"]
    assert isinstance(only, dict)
    return only


def poisoned() -> dict[str, Any]:
    return dict(sarif_of(report(tool("add", POISON), tool("count", TAGGED), {"description": "x"}), "1.2.3"))


def test_a_report_has_the_structure_that_is_required() -> None:
    for document in (poisoned(), sarif_of(report(tool("a")), "1.2.3")):
        jsonschema_rs.validate(_REQUIRED, document)
        assert document["$schema"] == SCHEMA


def test_results_lead_to_rules_and_places() -> None:
    found = run(poisoned())
    rules, places = found["tool"]["driver"]["rules"], found["logicalLocations"]
    assert found["results"]
    for result in found["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        for place in result["locations"][0]["logicalLocations"]:
            assert places[place["index"]]["fullyQualifiedName"] == place["fullyQualifiedName"]


def test_a_place_stands_in_its_tool_and_the_tool_in_its_server() -> None:
    found = run(poisoned())
    places = found["logicalLocations"]
    one = next(place for place in places if place["fullyQualifiedName"] == "vetted/add/description")
    tool_place = places[one["parentIndex"]]
    assert (one["name"], tool_place["name"], tool_place["kind"]) == ("/description", "add", "function")
    assert places[tool_place["parentIndex"]]["name"] == "vetted"


def test_a_clean_server_has_no_results() -> None:
    assert run(dict(sarif_of(report(tool("a")), "1.2.3")))["results"] == []
