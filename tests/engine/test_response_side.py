"""What a server answers: heads that cannot be judged, JSON bodies, errors, and answers that Envoy makes itself."""

import json
from asyncio import run
from dataclasses import replace
from typing import Any

import pytest

from extproc.mcp.headers import Headers
from extproc.model.decision import Outcome
from extproc.wire.commands import Continue, Part
from extproc.wire.events import Event, RequestBody, RequestTrailers, ResponseBody, ResponseHeaders, ResponseTrailers
from tests.engine.harness import (
    C2S,
    LEGACY,
    S2C,
    Sidecar,
    answer,
    ask,
    body_of,
    error,
    head,
    notification,
    passed,
    refusal,
    request,
    response_head,
    result,
    tool_call,
)
from tests.policies import policy

_ASK = ask(tool_call(number=1), mcp_protocol_version=LEGACY)
_TELL = ask(notification(), mcp_protocol_version=LEGACY)


def failure(body: object) -> tuple[object, object]:
    """Return id and code of an error."""
    assert isinstance(body, dict)
    return body["id"], body["error"]["code"]


def test_an_allowed_response_goes_on_as_it_came() -> None:
    sidecar = Sidecar()
    head_reply, body_reply = sidecar.exchange(*_ASK, *answer(b'{"jsonrpc":"2.0","id":1, "result":{"n":1.0}}'))[-2:]
    assert head_reply == Continue(part=Part.RESPONSE_HEADERS)
    assert body_reply == Continue(
        part=Part.RESPONSE_BODY,
        metadata={"response_decision_id": sidecar.last.decision_id, "response_outcome": "allow"},
    )
    assert (sidecar.last.direction, sidecar.last.kind, sidecar.last.tool) == (S2C, "response", "get")


def test_a_response_is_edited() -> None:
    hiding = policy({"effect": "allow"}, {"redact": [{"pointer": "/result/**/email", "with": "-"}]})
    raw = b'{"jsonrpc":"2.0","id":1,"result":{"structuredContent":{"rows":[{"email":"a@b.c","n":1.10}]}}}'
    sidecar = Sidecar(policy=hiding)
    sent = passed(sidecar.exchange(*_ASK, *answer(raw)))
    assert sent.body == raw.replace(b"a@b.c", b"-")
    assert (sidecar.last.outcome, sidecar.last.edits) == (Outcome.MUTATE, 1)


def test_a_denied_response_is_replaced_by_a_failed_call() -> None:
    rule: dict[str, object] = {"id": "no", "effect": "deny", "on": ["response"], "methods": ["tools/call"]}
    sent = passed(Sidecar(policy=policy({"effect": "allow"}, rule)).exchange(*_ASK, *answer(result({"secret": "x"}))))
    body = body_of(sent)
    assert isinstance(body, dict)
    assert (body["id"], body["result"]["isError"]) == (1, True)
    assert b"secret" not in (sent.body or b"")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        pytest.param({"content_encoding": "gzip"}, "content_encoding", id="gzip"),
        pytest.param({"content_encoding": "br"}, "content_encoding", id="brotli"),
        pytest.param({"content_type": "text/html"}, "content_type", id="html"),
        pytest.param({"content_type": "application/json; charset=latin-1"}, "content_type", id="other-charset"),
        pytest.param({"content_type": "text/event-stream; charset=utf-16"}, "content_type", id="other-stream"),
        pytest.param(
            {"content_type": "text/event-stream", "content_encoding": "gzip"}, "content_encoding", id="zipped"
        ),
    ],
)
def test_a_head_that_announces_something_unreadable_is_refused(fields: dict[str, Any], reason: str) -> None:
    sidecar = Sidecar()
    reply = refusal(sidecar.exchange(*_ASK, response_head(**fields)))
    assert (reply.status, reply.details) == (200, f"mcp_extproc_{reason}")
    assert failure(body_of(reply)) == (1, -32603)
    assert (sidecar.last.rejected, sidecar.last.direction) == (reason, S2C)


@pytest.mark.parametrize("status", [301, 302, 303, 304, 307, 308])
@pytest.mark.parametrize("body", [True, False], ids=["with-a-body", "without"])
def test_a_redirect_never_reaches_the_client(status: int, *, body: bool) -> None:
    """Clients follow it and take the request, with all that is in it, to where nobody judges."""
    head_sent = response_head(status, body=body, location="https://elsewhere.test/mcp")
    for asked in (_ASK, _TELL, (head("GET", body=False),)):
        reply = refusal(Sidecar().exchange(*asked, head_sent))
        assert reply.details == "mcp_extproc_redirect"
        assert not [name for name, _ in reply.headers if name == "location"]


@pytest.mark.parametrize("name", ["content-type", "content-encoding", "mcp-session-id"])
def test_a_header_that_the_server_sends_twice_is_refused(name: str) -> None:
    once = response_head()
    twice = replace(once, headers=Headers([*once.headers, (name, "application/json"), (name, "text/html")]))
    assert refusal(Sidecar().exchange(*_ASK, twice)).details == "mcp_extproc_repeated_header"


@pytest.mark.parametrize("status", [202, 204, 200])
def test_an_acknowledgement_without_a_body_goes_on(status: int) -> None:
    sent = passed(Sidecar().exchange(*_TELL, response_head(status, body=False)))
    assert sent == Continue(part=Part.RESPONSE_HEADERS)


@pytest.mark.parametrize(
    "acknowledged",
    [
        pytest.param(response_head(202, content_type=None), id="no-type"),
        pytest.param(response_head(202, content_type="text/plain"), id="text"),
        pytest.param(response_head(202), id="json"),
        pytest.param(response_head(200, content_type=None), id="ok"),
    ],
)
def test_an_acknowledgement_whose_body_turns_out_empty_goes_on(acknowledged: ResponseHeaders) -> None:
    """Servers on Node send such a 202 in chunks, so that only the end of the body shows that there is none."""
    sent = passed(Sidecar().exchange(*_TELL, acknowledged, ResponseBody(chunk=b"")))
    assert sent == Continue(part=Part.RESPONSE_BODY)


def test_an_acknowledgement_with_trailers_in_place_of_a_body_goes_on_without_them() -> None:
    trailers = ResponseTrailers(names=("x-secret",))
    sent = passed(Sidecar().exchange(*_TELL, response_head(202, content_type=None), trailers))
    assert sent == Continue(part=Part.RESPONSE_TRAILERS, remove_headers=("x-secret",))


@pytest.mark.parametrize("content_type", [None, "text/plain"])
def test_a_body_of_no_known_type_never_goes_on(content_type: str | None) -> None:
    accepted = response_head(202, content_type=content_type)
    reply = refusal(Sidecar().exchange(*_TELL, accepted, ResponseBody(chunk=b"secret")))
    assert (reply.status, reply.details, reply.body) == (202, "mcp_extproc_body_dropped", b"")


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_call_that_gets_an_empty_response_is_answered_with_an_error(status: int) -> None:
    reply = refusal(Sidecar().exchange(*_ASK, response_head(status, body=False)))
    assert (reply.status, failure(body_of(reply))) == (200, (1, -32603))
    late = Sidecar().exchange(*_ASK, response_head(status), ResponseBody(chunk=b""))
    assert refusal(late).details == "mcp_extproc_no_answer"


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        pytest.param(result({}, 2), "unknown_id", id="another-id"),
        pytest.param(result({}, "1"), "unknown_id", id="the-id-as-a-string"),
        pytest.param({**result(), "error": {"code": 1, "message": "m"}}, "ambiguous_kind", id="result-and-error"),
        pytest.param(error(number=None), "unknown_id", id="an-error-without-id"),
        pytest.param(request(number=1), "not_a_response", id="a-request"),
        pytest.param(notification(), "not_a_response", id="a-notification"),
        pytest.param([result()], "array", id="an-array"),
        pytest.param(b'{"jsonrpc":"2.0","id":1,"result":{},"result":{}}', "duplicate_key", id="two-results"),
        pytest.param(b'{"jsonrpc":"2.0","id":1.0,"result":{}}', "invalid_id", id="the-id-as-a-fraction"),
        pytest.param(b'{"jsonrpc":"2.0","id":true,"result":{}}', "invalid_id", id="the-id-as-a-boolean"),
        pytest.param(b'{"jsonrpc":"2.0","id":1,"result":NaN}', None, id="nan"),
        pytest.param(b"\xef\xbb\xbf{}", None, id="byte-order-mark"),
        pytest.param(b"<html>", None, id="html"),
        pytest.param(b'{"jsonrpc":"2.0","id":1,"result":{"secret":1}} {"x":1}', "trailing_data", id="two-documents"),
    ],
)
def test_a_body_that_is_no_answer_is_replaced_by_an_error_of_the_call(document: object, reason: str | None) -> None:
    sidecar = Sidecar()
    sent = passed(sidecar.exchange(*_ASK, *answer(document)))
    assert failure(body_of(sent)) == (1, -32603)
    assert ("content-type", "application/json") in sent.set_headers
    assert sidecar.last.outcome is Outcome.DENY
    assert reason in {None, sidecar.last.rejected}


@pytest.mark.parametrize("asked", [_TELL, (head("GET", body=False),), (head("DELETE", body=False),)])
def test_an_answer_where_nothing_was_asked_is_replaced(asked: tuple[Event, ...]) -> None:
    sent = passed(Sidecar().exchange(*asked, *answer(result({"secret": 1}))))
    assert failure(body_of(sent)) == (None, -32603)
    assert b"secret" not in (sent.body or b"")


def test_an_error_of_the_server_reaches_the_client() -> None:
    sent = passed(Sidecar().exchange(*_ASK, *answer(error(-32601))))
    assert sent.body is None


@pytest.mark.parametrize("status", [400, 401, 404, 500])
def test_an_http_error_keeps_its_status_and_its_json_rpc_error(status: int) -> None:
    replies = Sidecar().exchange(*_ASK, *answer(error(-32000, 1), status))
    assert replies[-2] == Continue(part=Part.RESPONSE_HEADERS)
    assert passed(replies).body is None


@pytest.mark.parametrize("number", [None, "server-error", "1", 7])
def test_the_error_of_an_http_error_gets_the_id_of_its_call(number: object) -> None:
    sent = passed(Sidecar().exchange(*_ASK, *answer(error(-32000, number, "no session"), 404)))
    assert body_of(sent) == error(-32000, 1, "no session")


def test_without_a_call_the_error_of_an_http_error_stays_as_it_is() -> None:
    assert passed(Sidecar().exchange(*_TELL, *answer(error(-32000, "server-error"), 404))).body is None


@pytest.mark.parametrize("document", [{"error": "invalid_token"}, result(), b"x", [error()]])
def test_an_http_error_with_another_body_gets_one_that_clients_read(document: object) -> None:
    sent = passed(Sidecar().exchange(*_ASK, *answer(document, 401)))
    assert failure(body_of(sent)) == (1, -32603)


def test_an_http_error_with_text_keeps_its_status_and_what_clients_need() -> None:
    told = response_head(401, content_type="text/plain", www_authenticate="Bearer", set_cookie="a=b", retry_after="3")
    reply = refusal(Sidecar().exchange(*_ASK, told))
    assert (reply.status, failure(body_of(reply))) == (401, (1, -32603))
    assert set(reply.headers) == {
        ("content-type", "application/json"),
        ("www-authenticate", "Bearer"),
        ("retry-after", "3"),
    }


def test_an_http_error_without_a_body_goes_on() -> None:
    assert passed(Sidecar().exchange(*_ASK, response_head(500, body=False))) == Continue(part=Part.RESPONSE_HEADERS)


def test_a_rule_on_responses_is_asked_about_an_http_error_too() -> None:
    sidecar = Sidecar(policy=policy({"effect": "allow"}, {"effect": "hold", "on": ["response"]}))
    sent = passed(sidecar.exchange(*_ASK, *answer(error(-32000, 1, "secret"), 500)))
    body = body_of(sent)
    assert isinstance(body, dict)
    assert (body["id"], body["result"]["isError"]) == (1, True)
    assert b"secret" not in (sent.body or b"")


def test_an_event_stream_is_no_http_error() -> None:
    reply = refusal(Sidecar().exchange(*_ASK, response_head(500, content_type="text/event-stream")))
    assert (reply.status, reply.details) == (500, "mcp_extproc_content_type")


@pytest.mark.parametrize("body", [True, False], ids=["with-a-body", "without"])
@pytest.mark.parametrize("opened", [True, False], ids=["after-the-head", "at-once"])
def test_a_success_without_a_judged_request_is_refused(*, body: bool, opened: bool) -> None:
    """A filter before the sidecar that answers, or one that let a request by: nobody can tell which."""
    opening = (head(),) if opened else ()
    reply = refusal(Sidecar().exchange(*opening, response_head(200, body=body)))
    assert (reply.status, reply.details) == (500, "mcp_extproc_unjudged_response")


def test_an_error_that_envoy_makes_itself_reaches_the_client() -> None:
    made = error(-32600, None, "too large")
    assert passed(Sidecar().exchange(head(), *answer(made, 413))).body is None
    assert passed(Sidecar().exchange(response_head(503, body=False))).body is None


def test_an_error_that_envoy_makes_itself_in_text_becomes_json() -> None:
    reply = refusal(Sidecar().exchange(response_head(413, content_type="text/plain")))
    assert (reply.status, failure(body_of(reply))) == (413, (None, -32603))


@pytest.mark.parametrize("status", ["", "2000", "abc", "²00"], ids=["none", "long", "letters", "superscript"])
def test_a_status_that_cannot_be_read_lets_nothing_pass(status: str) -> None:
    odd = replace(response_head(), headers=Headers([(":status", status), ("content-type", "text/plain")]))
    assert refusal(Sidecar().exchange(*_ASK, odd)).status == 200


def test_a_listing_teaches_which_headers_repeat_arguments() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer", "x-mcp-header": "N"}}}
    tools = [{"name": "a", "inputSchema": schema}, {"name": "b"}, {"name": 7}, "x"]
    sidecar = Sidecar()
    sidecar.exchange(*ask(request()), *answer(result({"tools": tools})))
    known = run(sidecar.tools.known("shop", "a"))
    assert known is not None
    assert [one.header for one in known.headers or ()] == ["mcp-param-n"]
    assert (bare := run(sidecar.tools.known("shop", "b"))) is not None
    assert bare.headers == ()
    assert run(sidecar.tools.known("shop", "c")) is None
    assert run(sidecar.tools.known("other", "a")) is None


@pytest.mark.parametrize(
    ("name", "argument", "learnt"),
    [("x" * 1025, "n", False), ("x", "n" * 9000, True)],
    ids=["a-long-name", "a-long-argument"],
)
def test_what_is_too_long_to_be_kept_is_not_learnt(name: str, argument: str, learnt: bool) -> None:
    schema = {"type": "object", "properties": {argument: {"type": "integer", "x-mcp-header": "N"}}}
    sidecar = Sidecar()
    sidecar.exchange(*ask(request()), *answer(result({"tools": [{"name": name, "inputSchema": schema}]})))
    known = run(sidecar.tools.known("shop", name))
    assert (known is not None) is learnt
    assert known is None or known.headers is None


@pytest.mark.parametrize("tools", [None, 7, {"a": 1}])
def test_a_listing_of_another_form_teaches_nothing(tools: object) -> None:
    sent = passed(Sidecar().exchange(*ask(request()), *answer(result({"tools": tools}))))
    assert sent.body is None


def test_request_and_response_have_decisions_of_their_own() -> None:
    sidecar = Sidecar()
    sidecar.exchange(*_ASK, *answer(result()))
    assert [(record.direction, record.decision_id) for record in sidecar.log.records] == [(C2S, "d1"), (S2C, "d2")]


def test_a_head_alone_lets_no_body_pass() -> None:
    """The reply to the head of JSON asks for the body; it is not the last word."""
    replies = Sidecar().exchange(*_ASK, response_head())
    assert replies[-1] == Continue(part=Part.RESPONSE_HEADERS)
    assert not replies[-1].stream


def test_a_large_body_is_refused_and_not_cut() -> None:
    whole = json.dumps(result({"text": "x" * 5_000_000})).encode()
    sent = passed(Sidecar().exchange(*_ASK, response_head(), ResponseBody(chunk=whole)))
    assert failure(body_of(sent)) == (1, -32603)


def test_request_trailers_are_dropped_before_the_response() -> None:
    asked = (_ASK[0], RequestBody(chunk=json.dumps(tool_call()).encode(), end_of_stream=False))
    replies = Sidecar().exchange(*asked, RequestTrailers(names=("x",)), *answer(result()))
    assert Continue(part=Part.REQUEST_TRAILERS, remove_headers=("x",)) in replies
