"""Changes of schemas: each is told for what it is."""

from typing import Any

import pytest
from hypothesis import given

from extproc.pins.canonical import canonical_text
from extproc.pins.change import ChangeKind as Kind
from extproc.pins.schemas import schema_changes
from tests.pins.definitions import SCHEMAS


def kinds(old: Any, new: Any) -> list[tuple[Kind, str]]:
    return [(change.kind, change.where) for change in schema_changes(old, new, "in")]


def with_a(**members: Any) -> dict[str, Any]:
    return {"properties": {"a": members}}


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ({"type": "string"}, {"type": ["string", "null"]}, Kind.TYPE_WIDENED),
        ({"type": "integer"}, {"type": "number"}, Kind.TYPE_WIDENED),
        ({"type": "string"}, {}, Kind.TYPE_WIDENED),
        ({}, {"type": "string"}, Kind.TYPE_NARROWED),
        ({"type": "number"}, {"type": "integer"}, Kind.TYPE_NARROWED),
        ({"type": "string"}, {"type": "integer"}, Kind.TYPE_CHANGED),
        ({"enum": ["a"]}, {"enum": ["a", "b"]}, Kind.VALUES_WIDENED),
        ({"enum": ["a"]}, {"enum": ["b"]}, Kind.VALUES_WIDENED),
        ({"enum": ["a"]}, {}, Kind.VALUES_WIDENED),
        ({"const": 1}, {"const": True}, Kind.VALUES_WIDENED),
        ({"enum": ["a", "b"]}, {"const": "a"}, Kind.VALUES_NARROWED),
        ({}, {"enum": ["a"]}, Kind.VALUES_NARROWED),
        ({"default": 1}, {"default": 2}, Kind.DEFAULT),
        ({}, {"default": None}, Kind.DEFAULT),
        ({"maxLength": 5}, {"maxLength": 9}, Kind.LIMIT_LOOSENED),
        ({"minimum": 5}, {"minimum": 1}, Kind.LIMIT_LOOSENED),
        ({"pattern": "a"}, {}, Kind.LIMIT_LOOSENED),
        ({"maxLength": 9}, {"maxLength": 5}, Kind.LIMIT_TIGHTENED),
        ({}, {"format": "email"}, Kind.LIMIT_TIGHTENED),
        ({"pattern": "a"}, {"pattern": "b"}, Kind.SCHEMA),
        ({"additionalProperties": False}, {}, Kind.OPENED),
        ({}, {"additionalProperties": False}, Kind.CLOSED),
        ({"additionalProperties": {"type": "null"}}, {"additionalProperties": True}, Kind.SCHEMA),
        ({"description": "a"}, {}, Kind.TEXT),
        ({"x-odd": 1}, {"x-odd": True}, Kind.SCHEMA),
        ({"$ref": "#/a"}, {"$ref": "#/b"}, Kind.SCHEMA),
    ],
)
def test_a_change_of_a_parameter_is_told_for_what_it_is(old: Any, new: Any, kind: Kind) -> None:
    assert [each[0] for each in kinds(with_a(**old), with_a(**new))] == [kind]


@pytest.mark.parametrize(
    ("added", "kind"),
    [
        ({"type": "string"}, Kind.FREE_TEXT_ADDED),
        ({}, Kind.FREE_TEXT_ADDED),
        ({"$ref": "#/$defs/a"}, Kind.FREE_TEXT_ADDED),
        (True, Kind.FREE_TEXT_ADDED),
        ({"type": "integer"}, Kind.PARAMETER_ADDED),
        ({"type": "string", "enum": ["a"]}, Kind.PARAMETER_ADDED),
    ],
)
def test_a_new_parameter_that_takes_any_text_is_told_apart(added: Any, kind: Kind) -> None:
    assert kinds({}, {"properties": {"new": added}}) == [(kind, "in.new")]


def test_parameters_go_and_become_required_and_optional() -> None:
    old = {"properties": {"a": {}, "b": {}, "c": {}}, "required": ["b"]}
    new = {"properties": {"b": {}, "c": {}}, "required": ["c"]}
    assert kinds(old, new) == [
        (Kind.PARAMETER_REMOVED, "in.a"), (Kind.REQUIRED, "in.c"), (Kind.OPTIONAL, "in.b"),
    ]  # fmt: skip


@pytest.mark.parametrize("keyword", ["items", "not", "propertyNames", "additionalProperties"])
def test_changes_inside_other_schemas_are_found_at_their_place(keyword: str) -> None:
    old, new = ({keyword: with_a(type=kind)} for kind in ("string", "integer"))
    assert kinds(old, new) == [(Kind.TYPE_CHANGED, f"in.{keyword}.a")]


@pytest.mark.parametrize("keyword", ["anyOf", "prefixItems"])
def test_changes_inside_listed_schemas_are_found_at_their_place(keyword: str) -> None:
    old, new = ({keyword: [{}, {"type": kind}]} for kind in ("string", "integer"))
    assert kinds(old, new) == [(Kind.TYPE_CHANGED, f"in.{keyword}.1")]
    assert kinds({keyword: [{}]}, {keyword: [{}, {}]}) == [(Kind.SCHEMA, f"in.{keyword}")]


def test_definitions_for_reference_are_compared_by_name() -> None:
    old, new = ({"$defs": {"one": {"default": value}}} for value in (1, 2))
    assert kinds(old, new) == [(Kind.DEFAULT, "in.$defs.one")]


@pytest.mark.parametrize("new", [True, None, "object", []])
def test_what_is_no_schema_any_more_is_told(new: Any) -> None:
    assert kinds({"type": "object"}, new) == [(Kind.SCHEMA, "in")]


def test_a_difference_below_the_deepest_is_told_there() -> None:
    old, new = "a", "b"
    for _ in range(100):
        old, new = {"items": old}, {"items": new}  # type: ignore[assignment]  # what is built is nested
    assert len(kinds(old, new)) == 1


@given(SCHEMAS)
def test_a_schema_does_not_differ_from_itself(schema: dict[str, Any]) -> None:
    assert kinds(schema, dict(reversed(schema.items()))) == []


@given(SCHEMAS, SCHEMAS)
def test_something_is_told_exactly_where_schemas_differ(old: dict[str, Any], new: dict[str, Any]) -> None:
    found = list(schema_changes(old, new, "in"))
    assert found == list(schema_changes(old, new, "in"))
    assert all(0.0 <= change.risk <= 1.0 for change in found)
    assert bool(found) == (canonical_text(old) != canonical_text(new))
