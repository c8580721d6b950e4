"""One message of a client: calls, notifications and answers to the server, in both eras."""

import json

import pytest

from extproc.model.decision import Outcome
from extproc.model.message import JsonObject
from extproc.wire.commands import Part
from tests.engine.harness import (
    BATCHING,
    C2S,
    END,
    LEGACY,
    Sidecar,
    answer,
    ask,
    ask_modern,
    body_of,
    error,
    event,
    head,
    messages,
    modern_fields,
    notification,
    passed,
    refusal,
    request,
    response_head,
    result,
    stream_head,
    tool_call,
)
from tests.policies import policy

_NO_DELETES: dict[str, object] = {
    "id": "no-deletes",
    "effect": "deny",
    "methods": ["tools/call"],
    "tools": ["delete_*"],
    "reason": "Ask a person.",
}
STRICT = policy({"id": "all", "effect": "allow"}, _NO_DELETES)
HIDING = policy(
    {"effect": "allow"}, {"id": "hide", "redact": [{"pointer": "/params/arguments/**/email", "with": "[gone]"}]}
)


def test_an_allowed_message_goes_on_as_it_came() -> None:
    sidecar = Sidecar()
    body = b'{ "jsonrpc":"2.0",\n"id":1, "method":"tools/call", "params":{"name":"get","arguments":{"n":1.10}} }'
    allowed = passed(sidecar.exchange(*ask(body)))
    assert (allowed.part, allowed.body, allowed.set_headers) == (Part.REQUEST_BODY, None, ())
    assert allowed.metadata == {
        "decision_id": "d1",
        "policy_revision": sidecar.policy.revision,
        "outcome": "allow",
        "server": "shop",
        "method": "tools/call",
        "tool": "get",
        "intent": "read",
    }


@pytest.mark.parametrize("modern_era", [True, False], ids=["modern", "legacy"])
def test_a_denied_call_of_a_tool_is_answered_as_a_failed_one(*, modern_era: bool) -> None:
    sidecar = Sidecar(policy=STRICT)
    call = tool_call("delete_all", number="x")
    reply = refusal(sidecar.exchange(*(ask_modern(call) if modern_era else ask(call, mcp_protocol_version=LEGACY))))
    assert (reply.status, reply.details) == (200, "mcp_extproc_denied")
    assert ("content-type", "application/json") in reply.headers
    body = body_of(reply)
    assert isinstance(body, dict)
    assert (body["id"], body["result"]["isError"], body["result"]["resultType"]) == ("x", True, "complete")
    [text] = [part["text"] for part in body["result"]["content"]]
    assert "no-deletes" in text
    assert "Ask a person." in text
    assert "Reference: d1." in text
    assert (sidecar.last.decision_id, sidecar.last.outcome) == ("d1", Outcome.DENY)


def test_another_denied_request_is_answered_with_an_error_of_its_id() -> None:
    sidecar = Sidecar(policy=policy({"id": "no", "effect": "deny", "methods": ["resources/read"]}))
    reply = refusal(sidecar.exchange(*ask(request("resources/read", {"uri": "file:///x"}, 3))))
    body = body_of(reply)
    assert isinstance(body, dict)
    assert (reply.status, body["id"], body["error"]["code"]) == (200, 3, -31403)
    assert body["error"]["data"] == {
        "decision_id": "d1",
        "policy_revision": sidecar.policy.revision,
        "outcome": "deny",
        "rules": ["no"],
        "intent": "read",
    }


def test_a_request_that_no_rule_allows_says_so() -> None:
    reply = refusal(Sidecar(policy=policy(default="deny")).exchange(*ask(request())))
    assert b"no rule allows it" in reply.body


def test_a_call_without_an_id_is_refused_like_one_with_it() -> None:
    sidecar = Sidecar(policy=STRICT)
    reply = refusal(sidecar.exchange(*ask(notification("tools/call", {"name": "delete_all", "arguments": {}}))))
    assert (reply.status, sidecar.last.tool, sidecar.last.kind) == (403, "delete_all", "notification")


def test_a_denied_notification_is_answered_with_a_status_that_clients_read_as_not_accepted() -> None:
    sidecar = Sidecar(policy=policy({"effect": "deny", "methods": ["notifications/*"]}))
    reply = refusal(sidecar.exchange(*ask(notification())))
    body = body_of(reply)
    assert isinstance(body, dict)
    assert (reply.status, body["id"], body["error"]["code"]) == (403, None, -31403)


def test_an_edited_request_keeps_every_other_digit() -> None:
    arguments = b'{"amount":1.10,"email":"a@b.c"}'
    body = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get","arguments":' + arguments + b"}}"
    sidecar = Sidecar(policy=HIDING)
    allowed = passed(sidecar.exchange(*ask(body)))
    assert allowed.body == body.replace(b"a@b.c", b"[gone]")
    assert (sidecar.last.outcome, sidecar.last.edits) == (Outcome.MUTATE, 1)


def test_a_header_that_repeats_an_edited_argument_is_edited_too() -> None:
    sidecar = Sidecar(policy=HIDING)
    call = tool_call("get", {"email": "a@b.c", "region": "eu"})
    allowed = passed(sidecar.exchange(*ask_modern(call, mcp_param_mail="a@b.c", mcp_param_region="eu")))
    assert allowed.set_headers == (("mcp-param-mail", "[gone]"),)
    assert b"a@b.c" not in (allowed.body or b"")


def test_a_header_is_set_again_by_what_was_learnt_of_the_tool() -> None:
    schema: JsonObject = {"type": "object", "properties": {"email": {"type": "string", "x-mcp-header": "To"}}}
    sidecar = Sidecar(policy=policy({"effect": "allow"}, {"redact": [{"pointer": "/params/arguments/*", "with": "ä"}]}))
    sidecar.exchange(*ask_modern(request()), *answer(result({"tools": [{"name": "send", "inputSchema": schema}]})))
    allowed = passed(sidecar.exchange(*ask_modern(tool_call("send", {"email": "a@b.c"}), mcp_param_to="a@b.c")))
    assert allowed.set_headers == (("mcp-param-to", "=?base64?w6Q=?="),)


def test_a_learnt_header_must_be_there_and_must_agree() -> None:
    schema: JsonObject = {"type": "object", "properties": {"n": {"type": "integer", "x-mcp-header": "N"}}}
    sidecar = Sidecar()
    sidecar.exchange(*ask_modern(request()), *answer(result({"tools": [{"name": "send", "inputSchema": schema}]})))
    call = tool_call("send", {"n": 42, "other": 7})
    assert refusal(sidecar.exchange(*ask_modern(call))).details == "mcp_extproc_header_mismatch"
    assert refusal(sidecar.exchange(*ask_modern(call, mcp_param_n="7"))).details == "mcp_extproc_header_mismatch"
    assert passed(sidecar.exchange(*ask_modern(call, mcp_param_n="42.0"))).body is None


def negotiate(sidecar: Sidecar, version: str = LEGACY, session: str = "s1") -> None:
    """Open a legacy session."""
    hello = request("initialize", {"protocolVersion": version, "capabilities": {}})
    sidecar.exchange(*ask(hello), *answer(result({"protocolVersion": version}), mcp_session_id=session))


def test_a_session_keeps_to_the_version_it_negotiated() -> None:
    sidecar = Sidecar()
    negotiate(sidecar)
    fields = {"mcp_session_id": "s1"}
    passed(sidecar.exchange(*ask(request(), mcp_protocol_version=LEGACY, **fields)))
    mismatch = refusal(sidecar.exchange(*ask(request(number=4), mcp_protocol_version=BATCHING, **fields)))
    body = body_of(mismatch)
    assert isinstance(body, dict)
    assert (mismatch.status, mismatch.details, body["id"]) == (400, "mcp_extproc_version_mismatch", 4)
    passed(sidecar.exchange(*ask(request(), mcp_protocol_version=BATCHING, mcp_session_id="another")))


def test_sessions_are_told_apart_however_long_their_ids_are() -> None:
    sidecar = Sidecar()
    long = "s" * 10_000
    negotiate(sidecar, LEGACY, long)
    other = passed(sidecar.exchange(*ask(request(), mcp_protocol_version=BATCHING, mcp_session_id=f"{long}2")))
    same = refusal(sidecar.exchange(*ask(request(), mcp_protocol_version=BATCHING, mcp_session_id=long)))
    assert (other.body, same.details) == (None, "mcp_extproc_version_mismatch")


def test_a_session_that_was_ended_is_forgotten() -> None:
    sidecar = Sidecar()
    negotiate(sidecar)
    fields = {"mcp_session_id": "s1"}
    sidecar.exchange(head("DELETE", body=False, **fields), response_head(200, body=False))
    passed(sidecar.exchange(*ask(request(), mcp_protocol_version=BATCHING, **fields)))


def test_a_session_that_the_server_would_not_end_is_kept() -> None:
    sidecar = Sidecar()
    negotiate(sidecar)
    fields = {"mcp_session_id": "s1"}
    sidecar.exchange(head("DELETE", body=False, **fields), response_head(405, body=False))
    mismatch = refusal(sidecar.exchange(*ask(request(), mcp_protocol_version=BATCHING, **fields)))
    assert mismatch.details == "mcp_extproc_version_mismatch"


@pytest.mark.parametrize("version", ["3000-01-01", 7, None])
def test_a_version_that_nobody_knows_is_not_remembered(version: object) -> None:
    sidecar = Sidecar()
    hello = request("initialize", {"protocolVersion": LEGACY, "capabilities": {}})
    sidecar.exchange(*ask(hello), *answer(result({"protocolVersion": version}), mcp_session_id="s1"))
    passed(sidecar.exchange(*ask(request(), mcp_protocol_version=BATCHING, mcp_session_id="s1")))


_SESSION = {"mcp_session_id": "s1", "mcp_protocol_version": LEGACY}


def asked(sidecar: Sidecar, method: str = "sampling/createMessage", number: object = "q1") -> list[object]:
    """Let the server ask something on its stream; return what the client is asked."""
    return messages(
        sidecar.exchange(head("GET", body=False, **_SESSION), stream_head(), event(request(method, {}, number)))
    )


def test_the_answer_to_a_request_of_the_server_goes_on() -> None:
    sidecar = Sidecar()
    assert asked(sidecar) == [request("sampling/createMessage", {}, "q1")]
    allowed = passed(sidecar.exchange(*ask(result({"role": "assistant"}, "q1"), **_SESSION)))
    assert allowed.body is None
    assert (sidecar.last.kind, sidecar.last.method, sidecar.last.direction) == (
        "response",
        "sampling/createMessage",
        C2S,
    )


def test_the_answer_to_a_refused_request_of_the_server_goes_on_so_that_it_does_not_wait() -> None:
    sidecar = Sidecar(policy=policy({"effect": "allow"}, {"effect": "deny", "methods": ["sampling/*"]}))
    [stand_in] = asked(sidecar, number=5)
    assert isinstance(stand_in, dict)
    assert (stand_in["id"], stand_in["method"]) == (5, "mcp-extproc/refused")
    assert passed(sidecar.exchange(*ask(error(-32601, 5, "unknown"), **_SESSION))).body is None


@pytest.mark.parametrize(
    ("number", "session"),
    [
        pytest.param("q2", _SESSION, id="another-id"),
        pytest.param("q1", {**_SESSION, "mcp_session_id": "s2"}, id="another-session"),
        pytest.param("q1", {"mcp_protocol_version": LEGACY}, id="no-session"),
    ],
)
def test_an_answer_to_nothing_is_replaced_by_an_error(number: object, session: dict[str, str]) -> None:
    sidecar = Sidecar()
    asked(sidecar)
    replaced = passed(sidecar.exchange(*ask(result({"secret": "x"}, number), **session)))
    body = body_of(replaced)
    assert isinstance(body, dict)
    assert (body["id"], body["error"]["code"]) == (number, -32603)
    assert b"secret" not in (replaced.body or b"")
    assert sidecar.last.rejected == "unknown_response"


@pytest.mark.parametrize(("asked_as", "answered_as"), [(1, "1"), ("1", 1)])
def test_ids_of_another_type_are_other_ids(asked_as: object, answered_as: object) -> None:
    sidecar = Sidecar()
    asked(sidecar, number=asked_as)
    passed(sidecar.exchange(*ask(result({}, answered_as), **_SESSION)))
    assert sidecar.last.rejected == "unknown_response"
    assert passed(sidecar.exchange(*ask(result({}, asked_as), **_SESSION))).body is None


def test_a_second_answer_is_an_answer_to_nothing() -> None:
    sidecar = Sidecar()
    asked(sidecar)
    passed(sidecar.exchange(*ask(result({}, "q1"), **_SESSION)))
    assert passed(sidecar.exchange(*ask(result({}, "q1"), **_SESSION))).body is not None


def test_an_error_without_an_id_that_answers_nothing_is_refused() -> None:
    reply = refusal(Sidecar().exchange(*ask(error(number=None), **_SESSION)))
    assert (reply.status, reply.details) == (400, "mcp_extproc_unknown_response")


def test_a_denied_answer_reaches_the_server_as_an_error() -> None:
    rule: dict[str, object] = {"id": "no", "effect": "deny", "on": ["response"], "methods": ["elicitation/create"]}
    sidecar = Sidecar(policy=policy({"effect": "allow"}, rule))
    asked(sidecar, "elicitation/create")
    replaced = passed(
        sidecar.exchange(*ask(result({"action": "accept", "content": {"pin": "1234"}}, "q1"), **_SESSION))
    )
    body = body_of(replaced)
    assert isinstance(body, dict)
    assert (body["id"], body["error"]["code"]) == ("q1", -31403)
    assert b"1234" not in (replaced.body or b"")


def test_an_answer_can_be_edited() -> None:
    sidecar = Sidecar(policy=policy({"effect": "allow"}, {"redact": [{"pointer": "/result/content/pin", "with": "-"}]}))
    asked(sidecar, "elicitation/create")
    edited = passed(sidecar.exchange(*ask(result({"action": "accept", "content": {"pin": "1234"}}, "q1"), **_SESSION)))
    assert body_of(edited) == result({"action": "accept", "content": {"pin": "-"}}, "q1")


def test_the_modern_era_has_no_answers_from_clients() -> None:
    reply = refusal(Sidecar().exchange(*ask(result(), mcp_protocol_version="2026-07-28")))
    assert (reply.status, reply.details) == (400, "mcp_extproc_posted_response")


@pytest.mark.parametrize("method", ["initialize", "server/discover"])
def test_a_denied_handshake_is_denied_in_both_eras(method: str) -> None:
    sidecar = Sidecar(policy=policy({"effect": "allow"}, {"effect": "deny", "methods": ["server/discover"]}))
    told = request(method, {"protocolVersion": LEGACY, "capabilities": {}})
    sent = sidecar.exchange(*(ask_modern(told) if method == "server/discover" else ask(told)))
    body = body_of(refusal(sent))
    assert isinstance(body, dict)
    assert body["error"]["code"] == -31403


def test_the_retry_of_a_modern_call_is_judged_by_what_it_answers() -> None:
    rule: dict[str, object] = {"effect": "deny", "on": ["response"], "methods": ["elicitation/create"]}
    sidecar = Sidecar(policy=policy({"effect": "allow"}, rule))
    call = request("tools/call", {"name": "book", "inputResponses": {"k": {"action": "accept"}}})
    assert refusal(sidecar.exchange(*ask_modern(call))).details == "mcp_extproc_denied"


def test_a_name_that_is_no_name_is_told_by_its_digest_only() -> None:
    sidecar = Sidecar()
    allowed = passed(sidecar.exchange(*ask(tool_call("my secret plan: 42"))))
    assert allowed.metadata is not None
    tool = allowed.metadata["tool"]
    assert isinstance(tool, str)
    assert tool.startswith("sha256:")
    assert sidecar.last.tool == tool


def test_a_stream_that_ends_keeps_a_request_of_the_server_open() -> None:
    sidecar = Sidecar()
    sidecar.exchange(head("GET", body=False, **_SESSION), stream_head(), event(request("ping", {}, 3)), END)
    assert passed(sidecar.exchange(*ask(result({}, 3), **_SESSION))).body is None


def test_the_headers_of_the_modern_era_may_be_written_in_base64() -> None:
    call = tool_call("größe")
    encoded = modern_fields(call, mcp_name="=?base64?Z3LDtsOfZQ==?=")
    assert passed(Sidecar().exchange(*ask_modern(call, **encoded))).body is None


def test_a_body_that_is_not_edited_is_not_written_again() -> None:
    sidecar = Sidecar(policy=HIDING)
    body = json.dumps(tool_call("get", {"mail": "a@b.c"}), indent=3).encode()
    assert passed(sidecar.exchange(*ask(body))).body is None
