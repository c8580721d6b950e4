"""`Mcp-Param-*` headers repeat arguments, by the annotations of the tool where they are known."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extproc.mcp.headers import (
    MAX_PARAMS,
    MAX_VALUE,
    Headers,
    ParamHeader,
    encode_value,
    mirrored,
    param_headers,
)
from extproc.model.message import JsonValue
from tests.mcp.heads import agrees, call, request, sent, sentinel

REGION: Final = (ParamHeader(header="mcp-param-region", pointer=("region",)),)


def same_region(value: JsonValue, text: str) -> bool:
    """Tell whether a header agrees with the argument both when the tool is known and when it is not."""
    known, unknown = (agrees(call({"region": value}), sent(mcp_param_region=text), params=p) for p in (REGION, None))
    assert known == unknown
    return known


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("eu", "eu"), ("42", "42"), ("", ""), ("ü", encode_value("ü")), ("true", "true"), (" a ", encode_value(" a ")),
        (42, "42"), (42, "42.0"), (42, "42.000"), (42, "4.2e1"), (42, "420E-1"), (42.0, "42"), (-1, "-1"), (0, "0"),
        (0, "-0"),
        (2**53 - 1, "9007199254740991"), (2**53 + 1, "9007199254740993"), (2**63 - 1, "9223372036854775807"),
        (0.1, "0.1"), (1e21, "1e+21"),
        (True, "true"), (False, "false"), (42, sentinel(b"42")),
    ],
)  # fmt: skip
def test_an_argument_and_its_header_agree(value: JsonValue, text: str) -> None:
    assert same_region(value, text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("eu", "EU"), ("eu", "us"), ("42", "42.0"), ("ü", "\u00fc"), ("e\u0301", encode_value("é")),
        (42, "43"), (42, "042"), (42, "+42"), (42, "4_2"), (42, "0x2A"), (42, "42."), (42, "4 2"),
        (42, "forty"), (42, ""), (42, "42,42"),
        (42, sentinel("٤٢".encode())), (42, sentinel("4٢".encode())),
        (42, sentinel(b"42 ")), (42, sentinel(b"\n42")),
        (2**53 + 1, "9007199254740992"), (2**53, "9007199254740993"), (2**63 - 1, "9223372036854775808"),
        (1, "true"), (0, "false"), (True, "1"), (False, "0"), (True, "True"), (True, "TRUE"), (True, ""), (0.5, ".5"),
        (1.5, "nan"), (1.5, "infinity"), (1.5, "-inf"), (1e308, "1e309"), (1, "1e0000"), (1, "1e99999999999"),
        (None, "null"), (None, "None"), (None, ""), ([], "[]"), ({}, "{}"), (["eu", "x"], "eu,x"),
    ],
)  # fmt: skip
def test_a_header_that_says_something_else_is_refused(value: JsonValue, text: str) -> None:
    assert not same_region(value, text)


def test_a_header_of_a_known_tool_is_demanded_only_with_a_value() -> None:
    head = {"mcp_method": "tools/call", "mcp_name": "search"}
    assert not agrees(call({"region": "eu"}), sent(**head), required=True, params=REGION)
    assert agrees(call({"region": None}), sent(**head), required=True, params=REGION)
    assert agrees(call({}), sent(**head), required=True, params=REGION)
    assert agrees(call(None), sent(**head), required=True, params=REGION)
    assert agrees(call({"region": "eu"}), sent(**head), required=False, params=REGION)


def test_a_header_without_its_argument_is_refused() -> None:
    assert not agrees(call({}), sent(mcp_param_region="eu"), params=REGION)
    assert not agrees(call({"other": "eu"}), sent(mcp_param_region="eu"), params=REGION)
    assert not agrees(request("tools/call", {"name": "x"}), sent(mcp_param_region="eu"), params=REGION)


def test_headers_a_known_tool_does_not_have_are_let_through() -> None:
    assert agrees(call({"region": "eu"}), sent(mcp_param_other="x"), params=REGION)


def test_a_header_of_an_unknown_tool_must_occur_among_the_arguments() -> None:
    arguments: JsonValue = {"a": {"b": ["eu", 42]}, "c": True}
    for text in ("eu", "42.0", "true"):
        assert agrees(call(arguments), sent(mcp_param_x=text))
    for text in ("a", "us", "1", "=?base64?!?="):
        assert not agrees(call(arguments), sent(mcp_param_x=text))


def test_param_headers_on_other_methods_are_refused() -> None:
    assert not agrees(request("tools/list", {"arguments": {"a": "eu"}}), sent(mcp_param_x="eu"))


def test_too_many_or_too_long_param_headers_are_refused() -> None:
    many = Headers((f"mcp-param-{number}", "eu") for number in range(MAX_PARAMS + 1))
    assert not agrees(call({"a": "eu"}), many)
    assert agrees(call({"a": "eu"}), Headers([*many][:MAX_PARAMS]))
    assert not agrees(call({"a": "x" * (MAX_VALUE + 1)}), sent(mcp_param_x="x" * (MAX_VALUE + 1)))


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=10) | st.integers(-(2**63), 2**63 - 1) | st.booleans()
)
def test_what_an_honest_client_sends_agrees(value: str | int) -> None:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    assert same_region(value, encode_value(text))


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1))
def test_different_numbers_never_agree(left: int, right: int) -> None:
    assert same_region(left, str(right)) == (left == right)


# --- annotations of a tool


def tool(**properties: JsonValue) -> dict[str, JsonValue]:
    return {"name": "t", "inputSchema": {"type": "object", "properties": properties}}


def test_annotations_are_found_through_chains_of_properties() -> None:
    nested: JsonValue = {"type": "object", "properties": {"zone": {"type": "integer", "x-mcp-header": "Zone"}}}
    assert param_headers(tool(region={"type": "string", "x-mcp-header": "Region"}, place=nested)) == (
        ParamHeader(header="mcp-param-region", pointer=("region",)),
        ParamHeader(header="mcp-param-zone", pointer=("place", "zone")),
    )


@pytest.mark.parametrize("keyword", ["items", "additionalProperties", "not", "if"])
def test_annotations_elsewhere_in_a_schema_do_not_count(keyword: str) -> None:
    inner: JsonValue = {
        "type": "string",
        "x-mcp-header": "Region",
        "properties": {"a": {"type": "string", "x-mcp-header": "A"}},
    }
    assert param_headers(tool(region={"type": "array", keyword: inner})) == ()


def test_annotations_in_alternatives_defaults_or_the_root_do_not_count() -> None:
    inner: JsonValue = {"type": "string", "x-mcp-header": "Region"}
    assert param_headers(tool(a={"anyOf": [inner]}, b={"default": inner}, c={"$defs": {"d": inner}})) == ()
    assert param_headers({"inputSchema": {"type": "string", "x-mcp-header": "Root"}}) == ()


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "a:b", "a\r\nx-evil: 1", "Rég", "a/b", 'a"b', None, 1, ["a"], {"a": 1}]
)
def test_an_annotation_that_no_header_can_have_is_left_out(name: JsonValue) -> None:
    assert param_headers(tool(region={"type": "string", "x-mcp-header": name})) == ()


@pytest.mark.parametrize("kind", ["number", "object", "array", "null", None, ["string", "null"], 1])
def test_an_annotation_of_another_type_is_left_out(kind: JsonValue) -> None:
    assert param_headers(tool(region={"type": kind, "x-mcp-header": "Region"})) == ()


def test_two_annotations_with_one_name_agree_with_a_header_only_together() -> None:
    params = param_headers(tool(a={"type": "string", "x-mcp-header": "X"}, b={"type": "string", "x-mcp-header": "x"}))
    assert agrees(call({"a": "1", "b": "1"}), sent(mcp_param_x="1"), params=params)
    assert not agrees(call({"a": "1", "b": "2"}), sent(mcp_param_x="1"), params=params)
    assert not agrees(call({"a": "1", "b": "2"}), sent(mcp_param_x="2"), params=params)


@pytest.mark.parametrize(
    "schema", [None, True, "x", [], {}, {"properties": None}, {"properties": []}, {"properties": {"a": True}}]
)
def test_a_schema_of_any_shape_is_read(schema: JsonValue) -> None:
    assert param_headers({"inputSchema": schema}) == ()
    assert param_headers({}) == ()


# --- headers after an edit


def test_a_header_follows_the_edit_of_its_argument() -> None:
    headers = sent(mcp_param_region="eu", mcp_param_other="eu", accept="x")
    assert mirrored({"region": "eu"}, headers, REGION, {"region": "[R] ü"}) == [
        ("mcp-param-region", encode_value("[R] ü")),
        ("mcp-param-other", encode_value("[R] ü")),
    ]


def test_headers_of_arguments_that_were_not_edited_stay() -> None:
    assert mirrored({"region": "eu", "n": 1}, sent(mcp_param_region="eu"), REGION, {"region": "eu", "n": "[R]"}) == []


def test_a_header_of_an_unknown_tool_follows_the_argument_it_repeats() -> None:
    before: JsonValue = {"a": {"b": [1, "secret"]}, "n": 42}
    after: JsonValue = {"a": {"b": [1, "[R]"]}, "n": 42}
    assert mirrored(before, sent(mcp_param_x="secret", mcp_param_n="42.0"), None, after) == [("mcp-param-x", "[R]")]


def test_no_old_value_is_left_in_a_header_when_its_argument_is_gone() -> None:
    assert mirrored({"region": "eu"}, sent(mcp_param_region="eu"), REGION, "[R]") == [("mcp-param-region", None)]


@given(st.dictionaries(st.sampled_from("abc"), st.sampled_from(["x", "y", 1, True])), st.sampled_from("abc"))
def test_after_an_edit_the_headers_agree_again(arguments: dict[str, JsonValue], edited: str) -> None:
    params = tuple(ParamHeader(header=f"mcp-param-{key}", pointer=(key,)) for key in "abc")
    texts = {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in arguments.items()}
    headers = Headers((f"mcp-param-{key}", text) for key, text in texts.items())
    after = {key: "[R]" if key == edited else value for key, value in arguments.items()}
    changed = dict(mirrored(arguments, headers, params, after))
    again = Headers((name, changed.get(name) or value) for name, value in headers)
    assert agrees(call(after), again, params=params)
    assert set(changed) == {f"mcp-param-{key}" for key in arguments if key == edited}
