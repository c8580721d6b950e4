"""Event streams: every event is judged, what is refused is replaced, and nobody is left waiting."""

import asyncio

import pytest

from extproc.model.decision import Outcome
from extproc.model.message import Direction
from extproc.ports import SessionKey
from extproc.wire.commands import Continue, Part, SendChunk
from extproc.wire.events import Event, ResponseBody, ResponseTrailers
from tests.engine.harness import (
    END,
    LEGACY,
    S2C,
    SETTINGS,
    Sidecar,
    answer,
    ask,
    ask_modern,
    ended,
    error,
    event,
    frames,
    head,
    messages,
    notification,
    request,
    result,
    stream_head,
    tool_call,
)
from tests.policies import policy

_SESSION = {"mcp_protocol_version": LEGACY, "mcp_session_id": "s1"}
_ASK = ask(tool_call(number=1), **_SESSION)
_LISTEN = head("GET", body=False, **_SESSION)
_PROGRESS = notification("notifications/progress", {"progress": 1})


def raw(data: bytes, *, end: bool = False) -> ResponseBody:
    return ResponseBody(chunk=data, end_of_stream=end)


def errors(sent: object) -> list[tuple[object, object]]:
    """Return id and code of every error that the client reads."""
    assert isinstance(sent, list)
    read = [one for one in messages(sent) if isinstance(one, dict)]
    return [(one["id"], one["error"]["code"]) for one in read if "error" in one]


def test_allowed_events_go_on_in_the_plain_form_with_their_ids() -> None:
    sent = Sidecar().exchange(
        *_ASK,
        stream_head(),
        raw(b"id: 7\r\nretry: 10\r\ndata: " + b'{"jsonrpc":"2.0",\r\ndata:"method":"notifications/x"}\r\n\r\n'),
    )
    assert sent[-2] == Continue(part=Part.RESPONSE_HEADERS, remove_headers=("content-length",), stream=True)
    assert frames(sent) == (
        b'event: message\nid: 7\nretry: 10\ndata: {"jsonrpc":"2.0", "method":"notifications/x"}\n\n'
    )


def test_every_event_has_a_decision_of_its_own() -> None:
    sidecar = Sidecar()
    sent = sidecar.exchange(*_ASK, stream_head(), event(_PROGRESS), event(result()), END)
    assert messages(sent) == [_PROGRESS, result()]
    assert [record.kind for record in sidecar.log.records] == ["request", "notification", "response"]
    told = [command.metadata for command in sent if isinstance(command, SendChunk) and command.metadata]
    assert [one["response_decision_id"] for one in told] == ["d2", "d3"]
    assert ended(sent)


def test_a_denied_notification_is_left_out_and_its_id_kept() -> None:
    sidecar = Sidecar(policy=policy({"effect": "allow"}, {"effect": "deny", "methods": ["notifications/message"]}))
    sent = sidecar.exchange(
        *_ASK, stream_head(), event(notification("notifications/message", {"data": "x"}), number="4")
    )
    assert frames(sent) == b"id: 4\n\n"
    assert sidecar.last.outcome is Outcome.DENY


def test_a_denied_response_is_replaced_under_its_event_id() -> None:
    rule: dict[str, object] = {"effect": "deny", "on": ["response"], "methods": ["tools/call"]}
    sidecar = Sidecar(policy=policy({"effect": "allow"}, rule))
    sent = sidecar.exchange(*_ASK, stream_head(), event(result({"secret": 1}), number="9"), END)
    [replaced] = messages(sent)
    assert isinstance(replaced, dict)
    assert (replaced["id"], replaced["result"]["isError"]) == (1, True)
    assert b"id: 9\n" in frames(sent)
    assert b"secret" not in frames(sent)
    assert ended(sent)


def test_a_denied_request_of_the_server_is_replaced_by_one_that_clients_do_not_know() -> None:
    sidecar = Sidecar(policy=policy({"effect": "allow"}, {"effect": "deny", "methods": ["elicitation/create"]}))
    sent = sidecar.exchange(*_ASK, stream_head(), event(request("elicitation/create", {"message": "pin?"}, "e")))
    [replaced] = messages(sent)
    assert isinstance(replaced, dict)
    assert (replaced["id"], replaced["method"]) == ("e", "mcp-extproc/refused")
    assert b"pin?" not in frames(sent)


def test_an_event_is_edited() -> None:
    hiding = policy({"effect": "allow"}, {"redact": [{"pointer": "/result/**/email", "with": "-"}]})
    sent = Sidecar(policy=hiding).exchange(*_ASK, stream_head(), event(result({"email": "a@b.c"})))
    assert messages(sent) == [result({"email": "-"})]


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(event(b"{"), id="no-json"),
        pytest.param(event(b'{"jsonrpc":"2.0","id":1,"result":{},"result":{}}'), id="two-results"),
        pytest.param(event(b'{"jsonrpc":"2.0","id":1.0,"result":{}}'), id="a-fraction-as-id"),
        pytest.param(event({**result(), "error": {"code": 1, "message": "m"}}), id="result-and-error"),
        pytest.param(event([result()]), id="an-array"),
        pytest.param(event(b"7"), id="a-scalar"),
        pytest.param(event(request("x" * 257, {}, 2)), id="a-method-too-long-to-be-kept"),
        pytest.param(raw(b"data: " + b"x" * (SETTINGS.limits.event_bytes + 1)), id="too-large"),
        pytest.param(raw(b"event: \xff\n\n"), id="no-text"),
        pytest.param(event(b"\xff"), id="no-utf8"),
    ],
)
def test_an_event_that_cannot_be_read_ends_the_stream_with_an_error(broken: ResponseBody) -> None:
    sidecar = Sidecar()
    sent = sidecar.exchange(*_ASK, stream_head(), event(_PROGRESS), broken, event(result({"late": 1})), END)
    assert errors(sent) == [(1, -32603)]
    assert messages(sent)[0] == _PROGRESS
    assert b"late" not in frames(sent)
    assert ended(sent)
    assert (sidecar.last.outcome, sidecar.last.direction) == (Outcome.DENY, S2C)
    assert sidecar.last.rejected is not None


@pytest.mark.parametrize("broken", [event(b"{"), event([result()]), raw(b"id: \xff\n\n")])
def test_an_event_that_cannot_be_read_ends_a_listening_stream_without_a_word(broken: ResponseBody) -> None:
    sent = Sidecar().exchange(_LISTEN, stream_head(), broken)
    assert (frames(sent), ended(sent)) == (b"", True)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(result({}, 2), id="another-id"),
        pytest.param(result({}, "1"), id="the-id-as-a-string"),
        pytest.param(error(number=None), id="no-id"),
    ],
)
def test_an_answer_to_nothing_is_left_out_and_the_call_stays_open(document: object) -> None:
    sidecar = Sidecar()
    sent = sidecar.exchange(*_ASK, stream_head(), event(document, number="3"), event(result()), END)
    assert messages(sent) == [result()]
    assert frames(sent).startswith(b"id: 3\n\n")
    assert "unknown_id" in [record.rejected for record in sidecar.log.records]


def test_a_second_answer_is_left_out() -> None:
    sent = Sidecar().exchange(*_ASK, stream_head(), event(result({"a": 1})), event(result({"a": 2})), END)
    assert messages(sent) == [result({"a": 1})]


def test_a_stream_that_ends_without_an_answer_gets_one() -> None:
    sidecar = Sidecar()
    sent = sidecar.exchange(*_ASK, stream_head(), event(_PROGRESS), END)
    assert errors(sent) == [(1, -32603)]
    assert (ended(sent), sidecar.last.rejected) == (True, "no_answer")


def test_a_stream_that_trailers_end_without_an_answer_gets_one() -> None:
    sent = Sidecar().exchange(*_ASK, stream_head(), ResponseTrailers(names=("x",)))
    assert errors(sent) == [(1, -32603)]
    assert sent[-1] == Continue(part=Part.RESPONSE_TRAILERS, remove_headers=("x",))


def test_a_stream_that_can_be_resumed_may_end_without_an_answer() -> None:
    sent = Sidecar().exchange(*_ASK, stream_head(), raw(b"id: 1\ndata:\n\n"), END)
    assert (messages(sent), ended(sent)) == ([], True)
    assert b"id: 1\n" in frames(sent)


@pytest.mark.parametrize(
    "asked",
    [ask(tool_call(number=1), mcp_protocol_version=LEGACY), ask_modern(tool_call(number=1))],
    ids=["no-session", "modern"],
)
def test_without_a_session_nothing_can_be_resumed(asked: tuple[Event, ...]) -> None:
    sent = Sidecar().exchange(*asked, stream_head(), raw(b"id: 1\ndata:\n\n"), END)
    assert errors(sent) == [(1, -32603)]


def test_the_answer_to_a_call_may_come_on_the_stream_that_resumes_it() -> None:
    rule: dict[str, object] = {"effect": "deny", "on": ["response"], "tools": ["secret"]}
    sidecar = Sidecar(policy=policy({"effect": "allow"}, rule))
    for tool, number in (("get", 1), ("secret", 2)):
        sidecar.exchange(*ask(tool_call(tool, number=number), **_SESSION), stream_head(), raw(b"id: 1\ndata:\n\n"), END)
    sent = sidecar.exchange(_LISTEN, stream_head(), event(result({"a": 1}, 1)), event(result({"a": 2}, 2)))
    kept, replaced = messages(sent)
    assert kept == result({"a": 1}, 1)
    assert isinstance(replaced, dict)
    assert replaced["result"]["isError"] is True


def test_a_call_that_opened_its_session_can_be_resumed_too() -> None:
    sidecar = Sidecar()
    hello = request("initialize", {"protocolVersion": LEGACY, "capabilities": {}})
    sidecar.exchange(*ask(hello), stream_head(mcp_session_id="s1"), raw(b"id: 1\ndata:\n\n"), END)
    answered = result({"protocolVersion": LEGACY})
    assert messages(sidecar.exchange(_LISTEN, stream_head(mcp_session_id="s1"), event(answered))) == [answered]


def test_what_was_answered_cannot_be_answered_again_on_another_stream() -> None:
    sidecar = Sidecar()
    sidecar.exchange(*_ASK, stream_head(), event(result()), END)
    assert errors(sidecar.exchange(_LISTEN, stream_head(), event(result({"late": 1})))) == [(1, -32603)]


@pytest.mark.parametrize("given_up", [END, event(b"{")], ids=["ended", "broken-off"])
def test_what_was_given_up_cannot_be_answered_on_another_stream(given_up: ResponseBody) -> None:
    sidecar = Sidecar()
    sidecar.exchange(*_ASK, stream_head(), given_up)
    assert errors(sidecar.exchange(_LISTEN, stream_head(), event(result({"late": 1})))) == [(1, -32603)]


@pytest.mark.parametrize("answered", [answer(result()), answer(error(-32000, 1), 404), answer(b"x")])
def test_calls_without_a_stream_leave_nothing_behind(answered: tuple[Event, ...]) -> None:
    sidecar = Sidecar()
    sidecar.exchange(*_ASK, *answered)
    key = SessionKey(server="shop", session="s1")
    assert asyncio.run(sidecar.sessions.close_call(key, Direction.CLIENT_TO_SERVER, 1)) is None


@pytest.mark.parametrize("name", ["endpoint", "ping", "error", "Message", "message "])
def test_an_event_of_another_name_is_left_out(name: str) -> None:
    """`endpoint` of 2024-11-05 tells clients where to post: to an address that nobody judges."""
    sidecar = Sidecar()
    sent = sidecar.exchange(_LISTEN, stream_head(), event(b"https://elsewhere.test/", number="1", name=name))
    assert frames(sent) == b"id: 1\n\n"
    assert sidecar.last.rejected == "event_type"


@pytest.mark.parametrize("name", [None, "", "message"])
def test_an_event_without_a_name_is_a_message(name: str | None) -> None:
    assert messages(Sidecar().exchange(_LISTEN, stream_head(), event(_PROGRESS, name=name))) == [_PROGRESS]


def test_comments_keep_the_connection_alive_and_say_nothing() -> None:
    sidecar = Sidecar()
    sent = sidecar.exchange(_LISTEN, stream_head(), raw(b": secret\n\n:\n"))
    assert frames(sent) == b":\n\n" * 2
    assert all(record.kind == "notification" for record in sidecar.log.records)


def test_fields_that_no_client_reads_go_no_further() -> None:
    sent = Sidecar().exchange(
        _LISTEN, stream_head(), raw(b'secret: x\nDATA: y\ndata: {"jsonrpc":"2.0","method":"x"}\n\n')
    )
    assert frames(sent) == b'event: message\ndata: {"jsonrpc":"2.0","method":"x"}\n\n'


def test_a_server_of_the_modern_era_has_no_requests() -> None:
    sidecar = Sidecar()
    asked = ask_modern(tool_call(number=1))
    sent = sidecar.exchange(
        *asked, stream_head(), event(request("sampling/createMessage", {}, 5)), event(result()), END
    )
    assert messages(sent) == [result()]
    assert "server_request" in [record.rejected for record in sidecar.log.records]


def test_what_a_modern_result_asks_of_the_client_is_judged() -> None:
    sidecar = Sidecar(policy=policy({"effect": "allow"}, {"effect": "deny", "methods": ["sampling/createMessage"]}))
    asked = {"resultType": "input_required", "inputRequests": {"k": {"method": "sampling/createMessage"}}}
    [replaced] = messages(sidecar.exchange(*ask_modern(tool_call(number=1)), stream_head(), event(result(asked)), END))
    assert isinstance(replaced, dict)
    assert replaced["result"]["isError"] is True


def test_a_stream_may_answer_what_was_only_told() -> None:
    sent = Sidecar().exchange(*ask(notification(), **_SESSION), stream_head(), event(_PROGRESS), END)
    assert messages(sent) == [_PROGRESS]


@pytest.mark.parametrize("method", ["sampling/createMessage", "ping"])
def test_requests_of_the_server_are_judged_on_every_stream(method: str) -> None:
    sidecar = Sidecar(policy=policy({"effect": "allow"}, {"effect": "deny", "direction": "server_to_client"}))
    for opening in (_ASK, (_LISTEN,)):
        [replaced] = messages(sidecar.exchange(*opening, stream_head(), event(request(method, {}, 2))))
        assert isinstance(replaced, dict)
        assert replaced["method"] == "mcp-extproc/refused"
