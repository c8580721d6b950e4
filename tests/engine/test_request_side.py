"""What a client sends, by its head: methods, media types, encodings, headers and addresses."""

import json
from dataclasses import replace

import pytest

from extproc.engine.settings import Route
from extproc.identity.sources import NO_IDENTITY
from extproc.mcp.headers import Headers
from extproc.model.decision import Outcome
from extproc.policy.globs import globs
from extproc.wire.commands import Part
from extproc.wire.events import RequestBody, RequestHeaders
from extproc.wire.machine import REMOVED_HEADERS
from tests.engine.harness import (
    C2S,
    LEGACY,
    MODERN,
    SETTINGS,
    Sidecar,
    ask,
    ask_modern,
    body_of,
    head,
    modern,
    passed,
    refusal,
    request,
    tool_call,
)
from tests.policies import policy


def error_of(reply: object) -> dict[str, object]:
    assert isinstance(reply, dict)
    error = reply["error"]
    assert isinstance(error, dict)
    return {"id": reply["id"], "code": error["code"]}


@pytest.mark.parametrize(
    ("fields", "status", "reason"),
    [
        pytest.param({"content_type": None}, 415, "content_type", id="no-content-type"),
        pytest.param({"content_type": "text/plain"}, 415, "content_type", id="text"),
        pytest.param({"content_type": "application/json-seq"}, 415, "content_type", id="longer-type"),
        pytest.param({"content_type": "application/x-www-form-urlencoded"}, 415, "content_type", id="form"),
        pytest.param({"content_type": "application/json; charset=utf-16"}, 415, "content_type", id="other-charset"),
        pytest.param({"content_type": "application/json, text/plain"}, 415, "content_type", id="two-types"),
        pytest.param({"content_encoding": "gzip"}, 415, "content_encoding", id="gzip"),
        pytest.param({"content_encoding": "identity, gzip"}, 415, "content_encoding", id="gzip-after-identity"),
        pytest.param({"content_encoding": "GZIP"}, 415, "content_encoding", id="gzip-in-capitals"),
    ],
)
def test_a_body_that_others_could_read_differently_is_refused(
    fields: dict[str, str | None], status: int, reason: str
) -> None:
    sidecar = Sidecar()
    reply = refusal(sidecar.exchange(*ask(tool_call(), **fields)))
    assert (reply.status, reply.details) == (status, f"mcp_extproc_{reason}")
    assert ("content-type", "application/json") in reply.headers
    assert (sidecar.last.rejected, sidecar.last.outcome) == (reason, Outcome.DENY)


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "Application/JSON", 'application/json;charset="UTF-8"']
)
def test_json_in_utf8_is_accepted_however_it_is_written(content_type: str) -> None:
    assert passed(Sidecar().exchange(*ask(tool_call(), content_type=content_type))).body is None


@pytest.mark.parametrize("method", ["PUT", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT", "post", "get", ""])
@pytest.mark.parametrize("body", [True, False], ids=["with-body", "without"])
def test_only_three_methods_are_served(method: str, *, body: bool) -> None:
    events = (head(method, body=body), RequestBody(chunk=b"{}")) if body else (head(method, body=body),)
    reply = refusal(Sidecar().exchange(*events))
    assert (reply.status, reply.details) == (405, "mcp_extproc_http_method")
    assert ("allow", "POST, GET, DELETE") in reply.headers


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_body_where_none_belongs_is_refused(method: str) -> None:
    reply = refusal(Sidecar().exchange(head(method), RequestBody(chunk=json.dumps(tool_call()).encode())))
    assert (reply.status, reply.details) == (400, "mcp_extproc_unexpected_body")


@pytest.mark.parametrize("body", [True, False], ids=["empty", "none"])
def test_a_post_without_a_message_is_refused(*, body: bool) -> None:
    events = (head(), RequestBody(chunk=b"")) if body else (head(body=False),)
    reply = refusal(Sidecar().exchange(*events))
    assert (reply.status, reply.details) == (400, "mcp_extproc_empty_body")


@pytest.mark.parametrize(
    "name",
    [
        "content-type",
        "content-encoding",
        "content-length",
        "mcp-protocol-version",
        "mcp-session-id",
        "mcp-method",
        "mcp-name",
        "mcp-param-x",
    ],
)
def test_a_header_that_may_stand_once_is_refused_twice(name: str) -> None:
    first = head(mcp_protocol_version=LEGACY)
    twice = RequestHeaders(headers=Headers([*first.headers, (name, "a"), (name, "a")]), modes=first.modes)
    reply = refusal(Sidecar().exchange(twice, RequestBody(chunk=json.dumps(tool_call()).encode())))
    assert (reply.status, reply.details) == (400, "mcp_extproc_repeated_header")


@pytest.mark.parametrize(
    "path", ["/", "/mcp/", "/mcp?x=1", "/mcp?", "/MCP", "/mcp#x", "/%6dcp", "//mcp", "/mcp/..", ""]
)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_only_the_exact_path_of_a_server_is_served(path: str, method: str) -> None:
    events = (head(method, path), RequestBody(chunk=b"{}")) if method == "POST" else (head(method, path, body=False),)
    reply = refusal(Sidecar().exchange(*events))
    assert (reply.status, reply.details) == (404, "mcp_extproc_unknown_path")


def test_only_the_hosts_of_a_server_are_served() -> None:
    named = Route(name="shop", hosts=globs(("mcp.test",)), paths=frozenset({"/mcp"}))
    sidecar = Sidecar(settings=replace(SETTINGS, routes=(named,)))
    assert passed(sidecar.exchange(*ask(tool_call()))).part is Part.REQUEST_BODY
    other = replace(SETTINGS, routes=(replace(named, hosts=globs(("other.test",))),))
    reply = refusal(Sidecar(settings=other).exchange(*ask(tool_call())))
    assert (reply.status, reply.details) == (404, "mcp_extproc_unknown_path")


@pytest.mark.parametrize(
    ("body", "code", "reason"),
    [
        pytest.param(b"{", -32700, "truncated", id="truncated"),
        pytest.param(b'{"jsonrpc":"2.0","id":1,"method":"a","method":"b"}', -32700, "duplicate_key", id="duplicate"),
        pytest.param(b'{"jsonrpc":"2.0","id":1,"method":"\xff"}', -32700, "invalid_utf8", id="not-utf8"),
        pytest.param(b"7", -32600, "not_an_object", id="scalar"),
        pytest.param(b'{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600, "invalid_id", id="null-id"),
        pytest.param(b'{"jsonrpc":"2.0","id":1.0,"method":"ping"}', -32600, "invalid_id", id="fraction-id"),
        pytest.param(b'{"jsonrpc":"2.0","id":true,"method":"ping"}', -32600, "invalid_id", id="boolean-id"),
    ],
)
def test_a_body_that_has_no_single_reading_is_refused(body: bytes, code: int, reason: str) -> None:
    sidecar = Sidecar()
    reply = refusal(sidecar.exchange(*ask(body)))
    assert (reply.status, reply.details) == (400, f"mcp_extproc_{reason}")
    assert error_of(body_of(reply)) == {"id": None, "code": code}
    assert sidecar.last.determining == (f"strict:{reason}",)


def test_a_body_over_the_cap_is_refused_as_too_large() -> None:
    reply = refusal(Sidecar().exchange(*ask(b'{"a":"' + b"x" * SETTINGS.limits.body_bytes + b'"}')))
    assert (reply.status, reply.details) == (413, "mcp_extproc_too_large")


@pytest.mark.parametrize("id_kept", [7, "seven"])
def test_a_refusal_keeps_the_id_where_it_can_be_read(id_kept: object) -> None:
    broken = {"jsonrpc": "2.0", "id": id_kept, "method": "x", "params": []}
    reply = refusal(Sidecar().exchange(*ask(broken)))
    assert error_of(body_of(reply)) == {"id": id_kept, "code": -32600}


@pytest.mark.parametrize("name", [None, 7, ["delete_all"], {"x": 1}, True, "x" * 1025])
@pytest.mark.parametrize("with_id", [True, False], ids=["request", "notification"])
def test_a_call_whose_tool_is_no_string_is_refused(name: object, *, with_id: bool) -> None:
    """A server that looks its tools up in a map of JavaScript takes `["delete_all"]` for `"delete_all"`."""
    told = request("tools/call", {"name": name}, 5)
    if not with_id:
        del told["id"]
    reply = refusal(Sidecar().exchange(*ask(told)))
    assert (reply.status, reply.details) == (400, "mcp_extproc_unnamed_tool")
    assert error_of(body_of(reply)) == {"id": 5 if with_id else None, "code": -32602}


def test_a_method_too_long_to_be_kept_is_refused() -> None:
    assert passed(Sidecar().exchange(*ask(request("x" * 256)))).body is None
    reply = refusal(Sidecar().exchange(*ask(request("x" * 257, number=5))))
    assert (reply.status, reply.details) == (400, "mcp_extproc_invalid_method")
    assert error_of(body_of(reply)) == {"id": 5, "code": -32600}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        pytest.param({"mcp_method": None}, "header_mismatch", id="method-missing"),
        pytest.param({"mcp_method": "tools/list"}, "header_mismatch", id="method-differs"),
        pytest.param({"mcp_method": "Tools/Call"}, "header_mismatch", id="method-in-another-case"),
        pytest.param({"mcp_name": None}, "header_mismatch", id="name-missing"),
        pytest.param({"mcp_name": "other"}, "header_mismatch", id="name-differs"),
        pytest.param({"mcp_param_x": "elsewhere"}, "header_mismatch", id="param-of-no-argument"),
        pytest.param({"mcp_protocol_version": None}, "header_mismatch", id="version-missing"),
        pytest.param({"mcp_protocol_version": LEGACY}, "header_mismatch", id="version-differs"),
    ],
)
def test_headers_that_say_something_else_than_the_body_are_refused(changed: dict[str, str | None], reason: str) -> None:
    sidecar = Sidecar()
    reply = refusal(sidecar.exchange(*ask_modern(tool_call("get", {"x": "1"}, number=9), **changed)))
    assert (reply.status, reply.details) == (400, f"mcp_extproc_{reason}")
    assert error_of(body_of(reply)) == {"id": 9, "code": -32020}


def test_a_version_nobody_speaks_is_refused_with_those_that_are() -> None:
    reply = refusal(Sidecar().exchange(*ask(request(number="v"), mcp_protocol_version="1999-01-01")))
    body = body_of(reply)
    assert (reply.status, error_of(body)) == (400, {"id": "v", "code": -32022})
    assert isinstance(body, dict)
    assert MODERN in body["error"]["data"]["supported"]


def test_a_modern_request_without_its_metadata_is_refused() -> None:
    told = modern(request("tools/list"))
    told["params"] = {"_meta": {"io.modelcontextprotocol/protocolVersion": MODERN}}
    reply = refusal(Sidecar().exchange(*ask(told, mcp_protocol_version=MODERN, mcp_method="tools/list")))
    assert error_of(body_of(reply)) == {"id": 1, "code": -32602}


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_the_bodyless_requests_of_the_legacy_era_are_judged_by_policy(method: str) -> None:
    sidecar = Sidecar(policy=policy({"effect": "allow"}, {"effect": "deny", "methods": [f"http/{method.lower()}"]}))
    reply = refusal(sidecar.exchange(head(method, body=False, mcp_session_id="s")))
    assert (reply.status, reply.details) == (405, "mcp_extproc_denied")
    assert ("allow", "POST") in reply.headers
    assert sidecar.last.method == f"http/{method.lower()}"
    allowed = passed(Sidecar().exchange(head(method, body=False, mcp_session_id="s")))
    assert (allowed.part, allowed.remove_headers) == (
        Part.REQUEST_HEADERS,
        REMOVED_HEADERS + NO_IDENTITY.removed_headers,
    )


def test_a_hold_on_the_legacy_stream_is_a_refusal() -> None:
    sidecar = Sidecar(policy=policy({"effect": "hold"}))
    assert refusal(sidecar.exchange(head("GET", body=False))).status == 405


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_the_modern_era_has_post_only(method: str) -> None:
    reply = refusal(Sidecar().exchange(head(method, body=False, mcp_protocol_version=MODERN)))
    assert (reply.status, reply.details) == (405, "mcp_extproc_http_method")


def test_a_bodyless_request_of_an_unknown_version_is_refused() -> None:
    reply = refusal(Sidecar().exchange(head("GET", body=False, mcp_protocol_version="x")))
    assert reply.details == "mcp_extproc_unsupported_version"


def test_every_refusal_is_recorded_with_the_id_that_envoy_learns() -> None:
    sidecar = Sidecar()
    reply = refusal(sidecar.exchange(*ask(b"{")))
    assert reply.metadata == {
        "decision_id": sidecar.last.decision_id,
        "outcome": "deny",
        "policy_revision": sidecar.policy.revision,
        "server": "shop",
    }
    assert (sidecar.last.direction, sidecar.last.server) == (C2S, "shop")


def test_what_is_addressed_to_no_server_is_recorded_too() -> None:
    sidecar = Sidecar()
    refusal(sidecar.exchange(head(path="/x"), RequestBody(chunk=b"x")))
    assert (sidecar.last.server, sidecar.last.rejected) == ("-", "unknown_path")


def test_a_server_is_judged_by_the_policies_of_its_own_namespace() -> None:
    routes = tuple(
        Route(name=name, hosts=globs(("*",)), paths=frozenset({f"/{name}"}), namespace=name)
        for name in ("payments", "sales")
    )
    sidecar = Sidecar(
        settings=replace(SETTINGS, routes=routes), policy=policy({"effect": "deny", "namespaces": ["pay*"]})
    )
    sidecar.exchange(*ask(tool_call("pay"), path="/sales"))
    assert sidecar.last.outcome is Outcome.ALLOW
    sidecar.exchange(*ask(tool_call("pay"), path="/payments"))
    assert (sidecar.last.server, sidecar.last.outcome) == ("payments", Outcome.DENY)
