"""What input schemas say: operations on offer, and languages that are taken."""

from extproc.classify.schema import read_schema
from extproc.model.intent import Intent
from extproc.model.message import JsonObject


def schema(**properties: JsonObject) -> JsonObject:
    return {"type": "object", "properties": dict(properties)}


def test_an_enumeration_of_verbs_is_a_choice_of_operations() -> None:
    found = read_schema(schema(action={"enum": ["list", "create", "delete"]}))
    assert found.selector == "action"
    assert found.operations == (Intent.READ, Intent.DESTRUCTIVE)


def test_an_enumeration_of_nouns_is_none() -> None:
    assert read_schema(schema(type={"enum": ["issue", "list", "epic"]})).selector is None
    assert read_schema(schema(method={"enum": ["labels", "assignees"]})).selector is None


def test_things_to_be_shown_are_no_operations() -> None:
    assert read_schema(schema(operation={"enum": ["version", "diagnostics"]})).selector is None
    assert read_schema(schema(operation={"enum": ["start", "stop"]})).selector == "operation"


def test_what_a_schema_asks_for_is_seen() -> None:
    assert read_schema(schema(outputPath={})).saves
    assert not read_schema(schema(path={})).saves
    assert read_schema(schema(amount_minor={})).pays
    assert read_schema(schema(action={"type": "string"})).selects
    assert read_schema({"required": ["id"]}).demands


def test_a_property_for_statements_is_seen() -> None:
    assert read_schema(schema(sql={"type": "string"})).executes
    assert not read_schema(schema(sql={"type": "boolean"})).executes
