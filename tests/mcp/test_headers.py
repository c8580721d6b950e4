"""Headers and body must say the same, in the forms that the revision allows and in no other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extproc.mcp.headers import HEADER_MISMATCH, Headers, check_agreement, decode_value, encode_value
from extproc.model.message import JsonValue, Notification, Response
from extproc.model.rejection import Rejection
from tests.mcp.heads import agrees, call, request, sent, sentinel


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("eu", "eu"),
        ("", ""),
        ("  eu\t", "eu"),
        ("a b", "a b"),
        ("=?base64?IHBhZGRlZCA=?=", " padded "),
        ("=?base64??=", ""),
        ("=?base64?w7w=?=", "ü"),
        ("=?base64?=", "=?base64?="),
        ("=?BASE64?YQ==?=", "=?BASE64?YQ==?="),
        ("x=?base64?YQ==?=", "x=?base64?YQ==?="),
    ],
)
def test_a_value_is_decoded(text: str, value: str) -> None:
    assert decode_value(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "caf\u00e9",
        "a\tb",
        "a\x7fb",
        "a\x00b",
        "a\nb",
        "=?base64?YQ?=",  # padding missing
        "=?base64?YQ=?=",
        "=?base64?YQ===?=",
        "=?base64?Y Q==?=",
        "=?base64? YQ==?=",
        "=?base64?YR==?=",  # trailing bits: reads as "a" to a lenient reader
        "=?base64?YWJ=?=",
        "=?base64?YQ==YQ==?=",
        "=?base64?-_-_?=",  # the other alphabet
        "=?base64?=?=",
        "=?base64?@@@@?=",
        "=?base64?/w==?=",  # not UTF-8
        "=?base64?7aCA?=",  # a surrogate
    ],
)
def test_a_malformed_value_is_no_value(text: str) -> None:
    assert decode_value(text) is None


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_value_survives_its_header(value: str) -> None:
    text = encode_value(value)
    assert decode_value(text) == value
    assert text.isascii()
    assert text.isprintable()
    assert text == text.strip()


@pytest.mark.parametrize("value", ["=?base64?YQ==?=", "=?base64?", " a", "a ", "ü", "a\nb", ""])
def test_what_would_be_read_otherwise_is_encoded(value: str) -> None:
    assert encode_value(value) == sentinel(value.encode())


def test_what_reads_as_it_is_stays_as_it_is() -> None:
    assert encode_value("eu-west 1 =?x?=") == "eu-west 1 =?x?="


# --- repeated fields


def test_a_repeated_field_is_named_when_it_may_have_one_value_only() -> None:
    for name in ("mcp-method", "mcp-name", "mcp-protocol-version", "mcp-session-id", "mcp-param-x", "content-type"):
        assert Headers([(name, "a"), ("accept", "b"), (name, "a")]).ambiguous() == name


def test_other_fields_may_be_repeated() -> None:
    headers = Headers([("accept", "a"), ("accept", "b"), ("mcp-method", "c")])
    assert headers.ambiguous() is None
    assert headers.get("accept") == "a,b"


def test_a_repeated_header_agrees_with_no_body() -> None:
    assert not agrees(request("ping", {}), Headers([("mcp-method", "ping"), ("mcp-method", "ping")]))


# --- Mcp-Method and Mcp-Name


def test_the_standard_headers_agree_with_the_body() -> None:
    assert agrees(call({}), sent(mcp_method="tools/call", mcp_name="search"), required=True)
    assert agrees(request("resources/read", {"uri": "a://b"}), sent(mcp_method="resources/read", mcp_name="a://b"))
    assert agrees(request("prompts/get", {"name": "p"}), sent(mcp_method="prompts/get", mcp_name="p"))
    assert agrees(call({}, "sück"), sent(mcp_method="tools/call", mcp_name=encode_value("sück")))
    assert agrees(call({}), sent(mcp_method="  tools/call ", mcp_name=" search  "))


def test_missing_standard_headers_are_refused_only_where_they_are_demanded() -> None:
    assert agrees(call({}), sent())
    assert not agrees(call({}), sent(mcp_name="search"), required=True)
    assert not agrees(call({}), sent(mcp_method="tools/call"), required=True)
    assert agrees(request("tools/list", {}), sent(mcp_method="tools/list"), required=True)
    assert agrees(Notification(method="notifications/cancelled", params={}, document={}), sent(), required=True)


@pytest.mark.parametrize(
    "method", ["TOOLS/CALL", "tools/list", "", "tools/call,tools/call", sentinel(b"\xff"), "tools%2Fcall"]
)
def test_a_method_header_that_lies_is_refused(method: str) -> None:
    for required in (False, True):
        assert not agrees(call({}), sent(mcp_method=method, mcp_name="search"), required=required)


@pytest.mark.parametrize("name", ["Search", "search2", "", "sea\trch", sentinel(b"Search"), "=?base64?c2VhcmNo?"])
def test_a_name_header_that_lies_is_refused(name: str) -> None:
    assert not agrees(call({}), sent(mcp_method="tools/call", mcp_name=name))


@pytest.mark.parametrize("name", [None, 1, True, ["search"]])
def test_a_name_that_is_no_text_agrees_with_no_header(name: JsonValue) -> None:
    for text in ("search", "1", "True", "true", "null", "", "=?base64?!?="):
        assert not agrees(call({}, name), sent(mcp_name=text))


def test_an_unreadable_name_header_does_not_agree_with_an_absent_name() -> None:
    assert not agrees(request("tools/call", {}), sent(mcp_name="=?base64?!?="))


def test_a_name_header_on_a_method_without_name_is_refused() -> None:
    assert not agrees(request("tools/list", {"name": "x"}), sent(mcp_name="x"))


def test_a_notification_is_checked_when_it_has_headers() -> None:
    message = Notification(method="notifications/cancelled", params={}, document={})
    assert not agrees(message, sent(mcp_method="tools/call"))
    assert agrees(message, sent(mcp_method="notifications/cancelled"))


def test_a_response_has_nothing_to_agree_with() -> None:
    assert agrees(Response(id=1, result={}, document={}), sent(mcp_method="tools/call"), required=True)


def test_a_mismatch_keeps_the_id_and_quotes_no_value() -> None:
    got = check_agreement(call({}), sent(mcp_method="zq-secret"), required=True, params=None)
    assert got == Rejection(
        reason="header_mismatch", message="header Mcp-Method differs from the body", code=HEADER_MISMATCH, id=1
    )
