"""Which parameters take any text and do not say what for."""

import pytest

from extproc.model.message import JsonObject, JsonValue
from extproc.vetting.parameters import unexplained


def tool(description: str = "Do it.", **properties: JsonValue) -> JsonObject:
    return {"name": "do", "description": description, "inputSchema": {"type": "object", "properties": properties}}


@pytest.mark.parametrize(
    "schema", [{"type": "string"}, {}, {"type": ["string", "null"]}, {"type": "string", "title": "Note"}]
)
def test_free_text_without_a_word_about_it_is_unexplained(schema: JsonObject) -> None:
    assert unexplained(tool(note=schema)) == ("note",)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "description": "A note to keep"},
        {"type": "string", "enum": ["a", "b"]},
        {"type": "string", "format": "date"},
        {"type": "integer"},
        {"$ref": "#/$defs/Note"},
        {"type": "array", "items": {"type": "string", "description": "A note"}},
    ],
)
def test_what_is_explained_or_bounded_is_not(schema: JsonObject) -> None:
    assert unexplained(tool(note=schema)) == ()


def test_a_description_of_the_tool_that_names_a_parameter_explains_it() -> None:
    assert unexplained(tool("Keep it.\n\nArgs:\n    note: what to keep", note={"type": "string"})) == ()
    assert unexplained(tool("Keep notes.", note={"type": "string"})) == ("note",)


def test_parameters_inside_of_others_are_looked_at() -> None:
    inner: JsonObject = {"type": "object", "properties": {"text": {"type": "string"}}}
    listed: JsonObject = {"type": "array", "items": inner}
    assert unexplained(tool(one=inner, many=listed, texts={"type": "array", "items": {"type": "string"}})) == (
        "one.text",
        "many.text",
        "texts",
    )


@pytest.mark.parametrize("schema", [None, [], {"properties": []}, {"properties": {"a": 1}}])
def test_what_is_no_schema_has_no_parameters(schema: JsonValue) -> None:
    assert unexplained({"name": "do", "inputSchema": schema}) == ()
