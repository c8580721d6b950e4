"""What the reader returns for well-formed messages, and what a rejection carries."""

import pytest

from extproc.mcp.jsonrpc import INVALID_REQUEST, PARSE_ERROR, parse_document, parse_message
from extproc.mcp.limits import DEFAULT_LIMITS, Limits
from extproc.model.message import ErrorResponse, Notification, Request, Response
from extproc.model.rejection import Rejection


def rejection(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Rejection:
    got = parse_message(data, limits)
    assert isinstance(got, Rejection)
    return got


def test_a_request_has_its_id_method_and_params() -> None:
    got = parse_message(b'{"jsonrpc":"2.0","id":"7","method":"tools/call","params":{"name":"x"}}', DEFAULT_LIMITS)
    assert isinstance(got, Request)
    assert (got.id, got.method, got.params) == ("7", "tools/call", {"name": "x"})


def test_absent_params_read_as_none_at_all() -> None:
    got = parse_message(b'{"jsonrpc":"2.0","method":"notifications/initialized"}', DEFAULT_LIMITS)
    assert isinstance(got, Notification)
    assert got.params == {}
    assert "params" not in got.document


def test_an_id_that_is_zero_or_empty_is_an_id() -> None:
    for text, expected in ((b"0", 0), (b'""', "")):
        got = parse_message(b'{"jsonrpc":"2.0","id":' + text + b',"result":{}}', DEFAULT_LIMITS)
        assert isinstance(got, Response)
        assert got.id == expected


def test_an_error_may_have_no_id() -> None:
    got = parse_message(b'{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"m"}}', DEFAULT_LIMITS)
    assert isinstance(got, ErrorResponse)
    assert (got.id, got.code) == (None, -32700)


def test_a_rejection_keeps_the_id_it_could_read() -> None:
    assert rejection(b'{"jsonrpc":"1.0","id":5,"method":"x"}').id == 5
    assert rejection(b'{"jsonrpc":"2.0","id":"a","method":"x","result":{}}').id == "a"
    assert rejection(b'{"jsonrpc":"2.0","id":6,"method":"x","params":[]}').id == 6
    assert rejection(b'{"jsonrpc":"2.0","id":true,"method":"x"}').id is None


def test_a_syntax_error_says_where_it_is() -> None:
    got = rejection(b'{"jsonrpc":"2.0",\n  "id":1,\n  "id":2}')
    assert got.code == PARSE_ERROR
    assert got.message.endswith(" at line 3 column 8")


def test_a_body_beyond_its_cap_is_not_read() -> None:
    got = rejection(b"x" * 11, Limits(body_bytes=10))
    assert (got.reason, got.code, got.http_status) == ("too_large", INVALID_REQUEST, 413)


def test_an_array_is_a_document_but_no_message() -> None:
    assert parse_document(b"[1,2]", DEFAULT_LIMITS) == [1, 2]
    assert rejection(b"[1,2]").reason == "not_an_object"


@pytest.mark.parametrize("document", [b"0", b'""', b"false", b"null", b"[]", b"{}"])
def test_an_empty_document_is_returned_as_it_is_when_every_value_is_looked_at(document: bytes) -> None:
    got = parse_document(document + b" " * 20, Limits(values=5, depth=1))
    assert not isinstance(got, Rejection)
    assert not got


@pytest.mark.parametrize("prefix", [b"", b"1", b"12345678"])
def test_a_large_number_is_found_wherever_it_stands(prefix: bytes) -> None:
    filler = b"[" + b",".join([b"123456789012345678"] * 40) + b"," + prefix
    assert rejection(b'{"a":' + filler + b"9" * 19 + b"]}").reason == "number_range"
    assert rejection(b'{"a":' + filler + b"1e+0999]}").reason == "number_range"
