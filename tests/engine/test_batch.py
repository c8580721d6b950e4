"""Arrays of messages, which only 2025-03-26 has: each is judged on its own."""

import json

import pytest

from tests.engine.harness import (
    BATCHING,
    END,
    LEGACY,
    MODERN,
    SETTINGS,
    Sidecar,
    answer,
    ask,
    body_of,
    ended,
    error,
    event,
    frames,
    head,
    messages,
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

_OLD = {"mcp_protocol_version": BATCHING, "mcp_session_id": "s1"}
STRICT = policy({"effect": "allow"}, {"id": "no", "effect": "deny", "tools": ["delete_*"]})
GOOD, BAD = tool_call("get", number=1), tool_call("delete_all", number=2)


def ids(value: object) -> list[tuple[object, str]]:
    """Return the id of each message of an array, and whether it is a result or an error."""
    assert isinstance(value, list)
    return [(one["id"], "error" if "error" in one or one["result"].get("isError") else "result") for one in value]


@pytest.mark.parametrize("version", ["2024-11-05", "2025-06-18", LEGACY, MODERN, None])
def test_other_revisions_have_no_arrays(version: str | None) -> None:
    reply = refusal(Sidecar().exchange(*ask([GOOD], mcp_protocol_version=version)))
    assert (reply.status, reply.details) == (400, "mcp_extproc_batch")


def test_an_array_counts_by_the_version_that_its_session_negotiated() -> None:
    sidecar = Sidecar()
    for version, session in ((BATCHING, "old"), (LEGACY, "new")):
        hello = request("initialize", {"protocolVersion": version, "capabilities": {}})
        sidecar.exchange(*ask(hello), *answer(result({"protocolVersion": version}), mcp_session_id=session))
    assert passed(sidecar.exchange(*ask([GOOD], mcp_session_id="old"))).body is None
    assert refusal(sidecar.exchange(*ask([GOOD], mcp_session_id="new"))).details == "mcp_extproc_batch"
    lying = refusal(sidecar.exchange(*ask([GOOD], mcp_session_id="new", mcp_protocol_version=BATCHING)))
    assert lying.details == "mcp_extproc_version_mismatch"


@pytest.mark.parametrize("count", [0, SETTINGS.limits.batch + 1])
def test_an_array_has_a_size(count: int) -> None:
    reply = refusal(Sidecar().exchange(*ask([tool_call(number=number) for number in range(count)], **_OLD)))
    assert (reply.status, reply.details) == (400, "mcp_extproc_batch_size")


@pytest.mark.parametrize(
    ("documents", "reason"),
    [
        pytest.param([GOOD, 7], "not_an_object", id="a-scalar"),
        pytest.param([GOOD, [BAD]], "not_an_object", id="an-array"),
        pytest.param([GOOD, {"jsonrpc": "2.0", "id": 2}], "ambiguous_kind", id="no-message"),
        pytest.param([GOOD, request("initialize", number=2)], "batch", id="initialize"),
        pytest.param([GOOD, tool_call("other", number=1)], "duplicate_id", id="an-id-twice"),
        pytest.param([GOOD, result({}, "x")], "unknown_response", id="an-answer-to-nothing"),
        pytest.param([GOOD, request("tools/call", {"name": ["x"]}, 2)], "unnamed_tool", id="no-tool"),
    ],
)
def test_one_unreadable_message_leaves_the_whole_array_unread(documents: list[object], reason: str) -> None:
    sidecar = Sidecar()
    reply = refusal(sidecar.exchange(*ask(documents, **_OLD)))
    assert (reply.status, reply.details) == (400, f"mcp_extproc_{reason}")


def test_ids_that_differ_in_type_are_not_the_same() -> None:
    passed(Sidecar().exchange(*ask([tool_call(number=1), tool_call(number="1")], **_OLD)))


def test_an_array_of_allowed_messages_goes_on_as_it_came() -> None:
    sidecar = Sidecar()
    assert passed(sidecar.exchange(*ask([GOOD, notification(), tool_call(number="2")], **_OLD))).body is None
    assert [record.kind for record in sidecar.log.records] == ["request", "notification", "request"]


def test_refused_messages_are_left_out_of_the_array() -> None:
    sidecar = Sidecar(policy=STRICT)
    sent = passed(sidecar.exchange(*ask([GOOD, BAD, notification()], **_OLD)))
    assert body_of(sent) == [GOOD, notification()]
    assert sent.metadata is not None
    assert (sent.metadata["outcome"], sent.metadata["tool"]) == ("deny", "delete_all")


def test_messages_of_an_array_are_edited_each_on_its_own() -> None:
    hiding = policy(
        {"effect": "allow"}, {"tools": ["send"], "redact": [{"pointer": "/params/arguments/to", "with": "-"}]}
    )
    body = b'[{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get","arguments":{"to":"a","n":1.50}}},'
    body += b'{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"send","arguments":{"to":"a","n":2.50}}}]'
    sent = passed(Sidecar(policy=hiding).exchange(*ask(body, **_OLD)))
    assert sent.body == body.replace(b'"to":"a","n":2.50', b'"to":"-","n":2.50')


def test_an_array_of_refused_calls_is_answered_at_once() -> None:
    reply = refusal(Sidecar(policy=STRICT).exchange(*ask([BAD, tool_call("delete_one", number=3)], **_OLD)))
    assert (reply.status, reply.details) == (200, "mcp_extproc_denied")
    assert ids(body_of(reply)) == [(2, "error"), (3, "error")]


def test_an_array_of_refused_notifications_is_answered_with_a_status() -> None:
    sidecar = Sidecar(policy=policy({"effect": "deny"}))
    assert refusal(sidecar.exchange(*ask([notification(), notification()], **_OLD))).status == 403


def test_a_hold_in_an_array_is_a_refusal() -> None:
    sidecar = Sidecar(policy=policy({"effect": "allow"}, {"effect": "hold", "tools": ["wire_*"]}))
    sent = passed(sidecar.exchange(*ask([GOOD, tool_call("wire_money", number=2)], **_OLD)))
    assert body_of(sent) == [GOOD]


def test_the_answers_to_refused_calls_join_those_of_the_server() -> None:
    sent = passed(Sidecar(policy=STRICT).exchange(*ask([GOOD, BAD], **_OLD), *answer([result({"x": 1.50}, 1)])))
    assert ids(body_of(sent)) == [(1, "result"), (2, "error")]


def test_they_join_a_single_answer_as_well() -> None:
    raw = b'{"jsonrpc":"2.0","id":1,"result":{"n":1.50}}'
    sent = passed(Sidecar(policy=STRICT).exchange(*ask([GOOD, BAD], **_OLD), *answer(raw)))
    assert sent.body is not None
    assert sent.body.startswith(b"[" + raw + b",")
    assert ids(json.loads(sent.body)) == [(1, "result"), (2, "error")]


def test_they_are_the_answer_when_the_server_had_only_notifications() -> None:
    sent = Sidecar(policy=STRICT).exchange(*ask([notification(), BAD], **_OLD), response_head(202, body=False))
    reply = refusal(sent)
    assert (reply.status, ids(body_of(reply))) == (200, [(2, "error")])


def test_they_open_an_event_stream() -> None:
    sent = Sidecar(policy=STRICT).exchange(*ask([GOOD, BAD], **_OLD), stream_head(), event(result({}, 1)), END)
    assert ids(messages(sent)) == [(2, "error"), (1, "result")]
    assert ended(sent)


def test_an_array_of_allowed_responses_goes_on_as_it_came() -> None:
    sidecar, asked = Sidecar(), ask([tool_call(number=1), tool_call(number=2)], **_OLD)
    assert passed(sidecar.exchange(*asked, *answer([result({}, 2), result({}, 1)]))).body is None
    raw = b'[{"jsonrpc":"2.0","id":2,"result":{}},  {"jsonrpc":"2.0","id":1,"result":{}}]'
    assert b"data: " + raw in frames(sidecar.exchange(*asked, stream_head(), event(raw), END))


def test_responses_of_an_array_are_edited_each_on_its_own() -> None:
    hiding = policy({"effect": "allow"}, {"tools": ["send"], "redact": [{"pointer": "/result/x", "with": "-"}]})
    asked = ask([tool_call("get", number=1), tool_call("send", number=2)], **_OLD)
    told = [result({"x": "1"}, 1), result({"x": "2"}, 2)]
    sent = passed(Sidecar(policy=hiding).exchange(*asked, *answer(told)))
    assert body_of(sent) == [result({"x": "1"}, 1), result({"x": "-"}, 2)]


def test_every_response_of_an_array_is_judged() -> None:
    rule: dict[str, object] = {"effect": "deny", "on": ["response"], "tools": ["secret"]}
    sidecar = Sidecar(policy=policy({"effect": "allow"}, rule))
    asked = ask([tool_call("get", number=1), tool_call("secret", number=2)], **_OLD)
    sent = passed(sidecar.exchange(*asked, *answer([result({"a": "kept"}, 1), result({"a": "hidden"}, 2)])))
    assert ids(body_of(sent)) == [(1, "result"), (2, "error")]
    assert b"hidden" not in (sent.body or b"")


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param([result({}, 1), result({}, 1)], id="one-answered-twice"),
        pytest.param([result({}, 1), result({}, 9)], id="one-that-was-not-asked"),
        pytest.param([result({}, 1), 7], id="one-that-is-no-message"),
        pytest.param([result({}, 1), error(number=None)], id="one-without-an-id"),
        pytest.param([result({}, 1), request(number=3)], id="a-request"),
    ],
)
def test_an_array_that_cannot_be_judged_is_replaced_and_every_call_answered(answers: list[object]) -> None:
    asked = ask([tool_call(number=1), tool_call(number=2)], **_OLD)
    sent = passed(Sidecar().exchange(*asked, *answer(answers)))
    assert ids(body_of(sent)) == [(1, "error"), (2, "error")]
    streamed = Sidecar().exchange(*asked, stream_head(), event(answers))
    assert ids(messages(streamed)) == [(1, "error"), (2, "error")]
    assert ended(streamed)


@pytest.mark.parametrize("answers", [[], [result({}, 1)], result({}, 1)], ids=["none", "one", "one-alone"])
def test_calls_that_the_server_left_out_are_answered_with_an_error(answers: object) -> None:
    asked = ask([tool_call(number=1), tool_call(number=2)], **_OLD)
    sent = passed(Sidecar().exchange(*asked, *answer(answers)))
    given = ids(body_of(sent))
    assert sorted(number for number, _ in given if isinstance(number, int)) == [1, 2]
    assert (2, "error") in given


def test_an_array_in_an_event_is_judged_one_by_one() -> None:
    rule: dict[str, object] = {"effect": "deny", "methods": ["notifications/message"]}
    sidecar = Sidecar(policy=policy({"effect": "allow"}, rule))
    asked = ask([tool_call(number=1), tool_call(number=2)], **_OLD)
    told = [result({}, 1), notification("notifications/message", {"data": "x"}), result({}, 2)]
    sent = sidecar.exchange(*asked, stream_head(), event(told), END)
    [line] = [line for line in frames(sent).split(b"\n") if line.startswith(b"data: [")]
    assert ids(json.loads(line.removeprefix(b"data: "))) == [(1, "result"), (2, "result")]


def test_an_array_answers_only_an_array() -> None:
    sent = passed(Sidecar().exchange(*ask(tool_call(), mcp_protocol_version=BATCHING), *answer([result()])))
    body = body_of(sent)
    assert isinstance(body, dict)
    assert (body["id"], body["error"]["code"]) == (1, -32603)


def test_answers_of_the_client_in_an_array_are_judged_by_what_was_asked() -> None:
    rule: dict[str, object] = {"effect": "deny", "on": ["response"], "methods": ["roots/list"]}
    sidecar = Sidecar(policy=policy({"effect": "allow"}, rule))
    for method, number in (("roots/list", "r"), ("sampling/createMessage", "s")):
        sidecar.exchange(head("GET", body=False, **_OLD), stream_head(), event(request(method, {}, number)))
    sent = passed(sidecar.exchange(*ask([result({"roots": []}, "r"), result({"role": "x"}, "s")], **_OLD)))
    body = body_of(sent)
    assert isinstance(body, list)
    assert (body[0]["id"], body[0]["error"]["code"]) == ("r", -31403)
    assert body[1] == result({"role": "x"}, "s")
