"""What a request head must say before a body is read."""

import pytest

from extproc.mcp.headers import Headers
from extproc.mcp.http import EVENT_STREAM, check_request_head, identity_encoded, media_type, status_of

POST = {":method": "POST", "content-type": "application/json"}


def reason(fields: dict[str, str] | list[tuple[str, str]], *, has_body: bool = True) -> tuple[str, int] | None:
    listed = fields.items() if isinstance(fields, dict) else fields
    got = check_request_head(Headers(listed), has_body=has_body)
    return (got.reason, got.http_status) if got else None


def test_a_plain_post_is_read() -> None:
    assert reason(POST) is None


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_request_without_body_is_read(method: str) -> None:
    assert reason({":method": method}, has_body=False) is None
    assert reason({":method": method}, has_body=True) == ("unexpected_body", 400)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT", "post", "POST ", "", "X"])
def test_other_methods_are_refused(method: str) -> None:
    assert reason({**POST, ":method": method}) == ("http_method", 405)


def test_no_method_at_all_is_refused() -> None:
    assert reason({"content-type": "application/json"}) == ("http_method", 405)


def test_an_empty_post_is_refused() -> None:
    assert reason(POST, has_body=False) == ("empty_body", 400)


@pytest.mark.parametrize(
    "value",
    ["application/json", "Application/JSON", "application/json; charset=utf-8", 'application/json;charset="UTF-8"',
     "application/json;", "\tapplication/json ; charset=utf-8 "],
)  # fmt: skip
def test_json_in_utf8_is_read(value: str) -> None:
    assert reason({**POST, "content-type": value}) is None


@pytest.mark.parametrize(
    "value",
    ["", "json", "application/json5", "application/jsonl", "application/vnd.x+json", "text/json", "text/plain", "*/*",
     "application/json, text/plain", "application/json,application/json", "application/json; charset=utf-16",
     "application/json; charset=iso-8859-1", "application/json; charset = utf-8", "application/json; boundary=x",
     "application/json\x0b", "application/json\x85", "\xa0application/json", "application/json charset=utf-8",
     "application/json/", "multipart/form-data; boundary=x", "text/event-stream", "application/\u017fson"],
)  # fmt: skip
def test_every_other_media_type_is_refused(value: str) -> None:
    assert reason({**POST, "content-type": value}) == ("content_type", 415)


def test_a_missing_media_type_is_refused() -> None:
    assert reason({":method": "POST"}) == ("content_type", 415)


@pytest.mark.parametrize(
    "value", ["gzip", "br", "deflate", "zstd", "x-gzip", "identity, gzip", "identity,identity", "Gzip", "*", " "]
)
def test_an_encoded_body_is_refused(value: str) -> None:
    assert reason({**POST, "content-encoding": value}) == ("content_encoding", 415)


@pytest.mark.parametrize("value", ["", "identity"])
def test_a_body_that_is_not_encoded_is_read(value: str) -> None:
    assert reason({**POST, "content-encoding": value}) is None
    assert identity_encoded(Headers([("content-encoding", value)]))


@pytest.mark.parametrize(
    "name", ["content-type", "content-encoding", "content-length", "mcp-method", "mcp-param-a", "mcp-session-id"]
)
def test_a_field_with_two_values_is_refused_on_every_method(name: str) -> None:
    twice = [(name, "application/json"), (name, "application/json")]
    for method in ("POST", "GET", "DELETE", "PUT"):
        assert reason([(":method", method), *twice]) == ("repeated_header", 400)


def test_a_refusal_quotes_no_value() -> None:
    got = check_request_head(Headers([(":method", "POST"), ("content-type", "zq-secret")]), has_body=True)
    assert got is not None
    assert "zq-secret" not in got.message


def test_the_media_type_of_a_stream_is_known_with_its_charset() -> None:
    assert media_type(Headers([("content-type", "text/event-stream; charset=utf-8")])) == EVENT_STREAM
    assert media_type(Headers([])) is None


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("200", 200),
        ("599", 599),
        ("20", 0),
        ("2000", 0),
        ("2_0", 0),
        ("٢٠٠", 0),
        ("", 0),
        ("-20", 0),
        (" 20", 0),
        ("²00", 0),
    ],
)
def test_a_status_is_three_ascii_digits(value: str, status: int) -> None:
    assert status_of(Headers([(":status", value)])) == status


def test_no_status_is_zero() -> None:
    assert status_of(Headers([])) == 0
