"""A redacted result fits its output schema where it did before, or is none."""

import time
from copy import deepcopy
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extproc.mcp.pointer import Pointer
from extproc.model.decision import Edit
from extproc.model.message import JsonObject, JsonValue
from extproc.redact.apply import Rename, apply_edits
from extproc.redact.schema import OutputSchema, OutputSchemas, Unfit, fitted
from tests.redact.making import result

MARK: Final = "[REDACTED:x]"
ROOT: Final = ("result", "structuredContent")


def closed(required: list[JsonValue], /, **properties: JsonValue) -> JsonObject:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def marked(*pointers: Pointer) -> list[Edit]:
    return [Edit(pointer=(*ROOT, *pointer), replacement=MARK) for pointer in pointers]


def after(schema: JsonValue, content: JsonValue, *edits: Edit) -> JsonValue | Unfit:
    """Return the structured content with the edits that fit."""
    document = result(content, "text")
    fitting = fitted(document, edits, OutputSchema(schema))
    if isinstance(fitting, Unfit):
        return fitting
    edited = apply_edits(deepcopy(document), fitting)
    return edited["result"].get("structuredContent", "gone")  # type: ignore[index,call-overload,union-attr]


STRING: Final[JsonObject] = {"type": "string"}


@pytest.mark.parametrize(
    ("member", "value", "stands"),
    [
        (STRING, "x", MARK),
        ({"type": "string", "format": "email"}, "a@b.org", "redacted@example.invalid"),
        ({"type": "string", "format": "uuid"}, "a" * 8 + "-0000-4000-8000-" + "b" * 12,
         "00000000-0000-4000-8000-000000000000"),
        ({"type": "string", "pattern": "^[0-9]{3}-[0-9]{2}$"}, "123-45", "000-00"),
        ({"type": "string", "pattern": r"^\+[1-9]\d{6,14}$"}, "+491701234567", "+999999999999"),
        ({"type": "string", "pattern": "^(?=.*[0-9])[a-f0-9]+$"}, "deadbeef1", "aaaaaaaa0"),
        ({"type": "string", "maxLength": 5}, "abcd", "xxxx"),
        ({"type": "integer"}, 7, 0),
        ({"type": ["integer", "null"]}, 7, None),
        ({"type": "integer", "minimum": 3}, 7, 3),
        ({"type": "number", "exclusiveMinimum": 0}, 7.5, 1),
        ({"type": "boolean"}, True, False),
        ({"type": "array", "items": STRING}, ["a"], []),
        ({"type": "object"}, {"a": 1}, {}),
        ({"enum": ["abcd", None]}, "abcd", None),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, 7, None),
        ({"$ref": "#/$defs/n", "$defs": {"n": {"type": "integer"}}}, 7, 0),
    ],
)  # fmt: skip
def test_where_a_mark_does_not_fit_something_else_stands_in(
    member: JsonObject, value: JsonValue, stands: JsonValue
) -> None:
    definitions = member.get("$defs", {})
    schema = {**closed(["a", "b"], a=member, b=STRING), "$defs": definitions}
    assert after(schema, {"a": value, "b": "y"}, *marked(("a",))) == {"a": stands, "b": "y"}
    assert after(schema["properties"]["a"] | {"$defs": definitions}, value, *marked(())) == stands  # type: ignore[index,call-overload,operator]


def test_a_member_that_is_not_required_goes_before_it_lies() -> None:
    assert after(closed([], a={"type": "integer"}), {"a": 7}, *marked(("a",))) == {}
    assert after(closed([], a={"enum": ["abcd", "e"]}), {"a": "abcd"}, *marked(("a",))) == {}


@pytest.mark.parametrize("member", [{"enum": ["abcd", "e"]}, {"const": "abcd"}])
def test_what_cannot_be_anything_else_makes_the_result_none(member: JsonObject) -> None:
    fitting = after(closed(["a"], a=member), {"a": "abcd"}, *marked(("a",)))
    assert isinstance(fitting, Unfit)
    assert "abcd" not in fitting.reason


def test_a_dropped_member_that_is_required_becomes_a_mark() -> None:
    drop = Edit(pointer=(*ROOT, "a"), remove=True)
    assert after(closed(["a"], a=STRING), {"a": "abcd"}, drop) == {"a": "[REDACTED]"}
    assert after(closed(["a"], a={"type": "integer"}), {"a": 7}, drop) == {"a": 0}


def test_a_name_that_is_not_allowed_goes_with_its_value() -> None:
    schema: JsonObject = {"type": "object", "propertyNames": {"maxLength": 9}, "additionalProperties": STRING}
    rename = Rename(pointer=(*ROOT, "abcd"), name=MARK)
    assert after(schema, {"abcd": "x", "b": "y"}, rename, *marked(("abcd",))) == {"b": "y"}
    assert after({"type": "object"}, {"abcd": "x", "b": "y"}, rename) == {MARK: "x", "b": "y"}


def test_places_of_one_kind_are_treated_alike_and_the_others_keep_their_marks() -> None:
    item = closed(["id", "e", "s"], id={"type": "integer"}, e={"type": "string", "format": "email"}, s=STRING)
    content: JsonValue = [{"id": number, "e": f"a{number}@x.org", "s": "s"} for number in range(300)]
    pointers = [(number, name) for number in range(300) for name in ("id", "e", "s")]
    expected = [{"id": 0, "e": "redacted@example.invalid", "s": MARK}] * 300
    assert after({"type": "array", "items": item}, content, *marked(*pointers)) == expected


def test_of_a_choice_only_what_does_not_fit_is_changed() -> None:
    choice: JsonObject = {
        "anyOf": [
            closed(["k", "a"], k={"const": 1}, a={"type": "integer"}),
            closed(["k", "a"], k={"const": 2}, a={"type": "integer"}, s=STRING),
        ]
    }
    content: JsonValue = {"k": 2, "a": 5, "s": "hello"}
    assert after(choice, content, *marked(("a",), ("s",))) == {"k": 2, "a": 0, "s": MARK}


def test_formats_count_where_they_did_before() -> None:
    schema = closed([], a={"type": "string", "format": "email"}, b=STRING)
    assert after(schema, {"a": "no address", "b": "y"}, *marked(("a",))) == {"a": MARK, "b": "y"}


def test_what_was_not_valid_before_is_marked_all_the_same() -> None:
    assert after(closed(["c"], a={"type": "integer"}), {"a": 7}, *marked(("a",))) == {"a": MARK}


def test_edits_elsewhere_and_tools_that_were_never_seen_need_no_schema() -> None:
    edits = (Edit(pointer=("result", "content", 0, "text"), replacement=MARK),)
    document = result({"a": 7}, "text")
    assert fitted(document, edits, OutputSchema({"type": "string"})) == edits
    inside = tuple(marked(("a",)))
    assert fitted(document, inside, None) == inside


@pytest.mark.parametrize(
    "schema",
    [{"$ref": "https://example.com/schema"}, {"$ref": "file:///etc/hosts"}, {"type": "no such type"}, {"$ref": "#"},
     {"pattern": "("}, {"description": "x" * (256 << 10)}, 5],
)  # fmt: skip
def test_a_schema_that_cannot_be_checked_is_not_followed_and_makes_the_result_none(schema: JsonValue) -> None:
    assert not OutputSchema(schema).usable
    assert isinstance(after(schema, {"a": 7}, *marked(("a",))), Unfit)


def test_a_pattern_that_backtracks_ends() -> None:
    schema = OutputSchema({"type": "string", "pattern": "^(?=(a+)+$)(a|a)*b"})
    began = time.monotonic()
    schema.passed_by("a" * 5000 + "!")
    assert time.monotonic() - began < 5


def test_a_schema_is_compiled_once_and_the_oldest_goes() -> None:
    schemas = OutputSchemas()
    first = schemas.of({"type": "object", "title": "a"})
    assert schemas.of({"title": "a", "type": "object"}) is first
    for number in range(512):
        schemas.of({"title": str(number)})
    assert schemas.of({"type": "object", "title": "a"}) is not first


MEMBERS: Final = [
    (STRING, "abcd"), ({"type": "integer"}, 4711), ({"type": ["number", "null"]}, 47.11),
    ({"type": "string", "format": "date"}, "1990-02-03"), ({"type": "string", "maxLength": 4}, "abcd"),
    ({"type": "array", "items": {"type": "integer"}}, [4711]), ({"enum": ["abcd"]}, "abcd"),
]  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(MEMBERS), st.booleans(), st.sampled_from("rdk-")), max_size=6))
def test_a_result_that_was_valid_is_valid_or_none(
    members: list[tuple[tuple[JsonObject, JsonValue], bool, str]],
) -> None:
    schema = closed(
        [f"m{at}" for at, (_, required, _) in enumerate(members) if required],
        **{f"m{at}": member for at, ((member, _), _, _) in enumerate(members)},
    )
    content = {f"m{at}": value for at, ((_, value), _, _) in enumerate(members)}
    edits: list[Edit] = []
    for at, (_, _, how) in enumerate(members):
        match how:
            case "r":
                edits += marked((f"m{at}",))
            case "d":
                edits.append(Edit(pointer=(*ROOT, f"m{at}"), remove=True))
            case "k":
                edits.append(Rename(pointer=(*ROOT, f"m{at}"), name=f"{MARK} {at}"))
            case _:
                continue
    fitting = after(schema, content, *edits)
    if isinstance(fitting, Unfit):
        assert any(required and how != "-" for _, required, how in members)
        return
    assert OutputSchema(schema).passed_by(fitting) is not None
    assert isinstance(fitting, dict)
    for at, ((_, value), _, how) in enumerate(members):
        assert how == "-" or fitting.get(f"m{at}") != value
