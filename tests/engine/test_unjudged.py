"""What `unsafe_fail_open` lets pass: well-formed messages only, counted, and answered like any other."""

from dataclasses import replace
from typing import Any

import pytest

from extproc.model.decision import Outcome
from extproc.wire.commands import Continue, Part
from extproc.wire.events import Event
from tests.engine.failing import CRASH, DOWN, HANG, Failing
from tests.engine.harness import (
    C2S,
    END,
    LEGACY,
    MODERN,
    S2C,
    Sidecar,
    answer,
    ask,
    ask_modern,
    ended,
    event,
    failing_open,
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

_SESSION: dict[str, Any] = {"mcp_session_id": "s1", "mcp_protocol_version": LEGACY}
_ASK = ask(tool_call(number=1), **_SESSION)
_DENY_ALL = policy({"effect": "deny"})


@pytest.mark.parametrize(("failure", "cause"), [(DOWN, "store"), (HANG, "deadline")])
def test_a_request_passes_when_it_is_configured_and_is_recorded_as_unjudged(failure: object, cause: str) -> None:
    assert isinstance(failure, Exception | str)
    sidecar = Sidecar(policy=_DENY_ALL, sessions=Failing(failure), settings=failing_open(C2S))
    sent = passed(sidecar.exchange(*_ASK))
    assert (sent.part, sent.body) == (Part.REQUEST_BODY, None)
    assert (sidecar.last.failure, sidecar.last.outcome) == (cause, Outcome.ALLOW)


def test_what_crashes_us_never_passes() -> None:
    sidecar = Sidecar(sessions=Failing(CRASH), settings=failing_open(C2S, S2C))
    assert refusal(sidecar.exchange(*_ASK)).details == "mcp_extproc_failure_bug"


@pytest.mark.parametrize("direction", [S2C])
def test_a_request_does_not_pass_by_the_setting_of_the_other_direction(direction: object) -> None:
    sidecar = Sidecar(sessions=Failing(DOWN), settings=failing_open(S2C))
    assert direction is S2C
    assert refusal(sidecar.exchange(*_ASK)).details == "mcp_extproc_failure_store"


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(ask(b"{", **_SESSION), id="no-json"),
        pytest.param(ask([tool_call()], **{**_SESSION, "mcp_protocol_version": "2025-03-26"}), id="an-array"),
        pytest.param(ask({"jsonrpc": "2.0", "id": 1}, **_SESSION), id="no-message"),
        pytest.param(ask(request("tools/call", {"name": ["x"]}), **_SESSION), id="no-tool"),
        pytest.param(ask(tool_call("get"), mcp_name="other", **_SESSION), id="another-name"),
        pytest.param(ask(tool_call("get"), mcp_method="tools/list", **_SESSION), id="another-method"),
        pytest.param(ask(tool_call("get"), mcp_param_x="other", **_SESSION), id="another-argument"),
        pytest.param(ask(tool_call("get"), **{**_SESSION, "mcp_protocol_version": "1999-01-01"}), id="no-version"),
        pytest.param(ask_modern(tool_call("get"), mcp_method=None, mcp_session_id="s1"), id="no-method"),
        pytest.param(ask(tool_call("get"), content_encoding="gzip", **_SESSION), id="compressed"),
        pytest.param((head(path="/x", **_SESSION), _ASK[1]), id="another-path"),
        pytest.param((head("GET", body=False, mcp_session_id="s1", mcp_protocol_version=MODERN),), id="get"),
        pytest.param((head("GET", body=False, mcp_session_id="s1", mcp_protocol_version="x"),), id="get-no-version"),
    ],
)
def test_bad_input_never_passes(asked: tuple[Event, ...]) -> None:
    sidecar = Sidecar(sessions=Failing(DOWN), settings=failing_open(C2S, S2C))
    refusal(sidecar.exchange(*asked))
    assert sidecar.last.outcome is Outcome.DENY


def test_the_response_to_an_unjudged_request_is_expected_and_judged() -> None:
    rule: dict[str, object] = {"effect": "deny", "on": ["response"], "tools": ["get"]}
    for rules, kept in ((policy({"effect": "allow"}), True), (policy({"effect": "allow"}, rule), False)):
        sessions = Failing(DOWN)
        sidecar = Sidecar(policy=rules, sessions=sessions, settings=failing_open(C2S, S2C))
        sent = sidecar.exchange(*ask_modern(tool_call("get", number=1)), *answer(result({"secret": 1}, 1)))
        assert (passed(sent).body is None) is kept
        assert sidecar.log.records[0].failure == "store"


@pytest.mark.parametrize("asked", [_ASK, ask(notification(), **_SESSION), (head("GET", body=False, **_SESSION),)])
def test_whatever_is_well_formed_passes(asked: tuple[Event, ...]) -> None:
    sidecar = Sidecar(sessions=Failing(DOWN), settings=failing_open(C2S))
    assert passed(sidecar.exchange(*asked)).body is None


def test_a_response_passes_when_it_is_configured() -> None:
    sidecar = Sidecar(policy=policy({"effect": "allow"}), sessions=Failing(DOWN), settings=failing_open(C2S, S2C))
    sent = sidecar.exchange(*_ASK, *answer(result({"x": 1})))
    assert passed(sent) == Continue(part=Part.RESPONSE_BODY)
    assert (sidecar.last.failure, sidecar.last.direction) == ("store", S2C)


@pytest.mark.parametrize("document", [b"{", result({}, 2), [result()], request()])
def test_a_malformed_response_never_passes(document: object) -> None:
    sidecar = Sidecar(sessions=Failing(DOWN), settings=failing_open(C2S, S2C))
    assert passed(sidecar.exchange(*_ASK, *answer(document))).body is not None
    assert sidecar.last.outcome is Outcome.DENY


@pytest.mark.parametrize("fields", [{"content_encoding": "gzip"}, {"content_type": "text/html"}])
def test_an_unreadable_response_never_passes(fields: dict[str, Any]) -> None:
    sidecar = Sidecar(sessions=Failing(DOWN), settings=failing_open(C2S, S2C))
    refusal(sidecar.exchange(*_ASK, response_head(200, body=True, **fields)))


def test_a_stream_passes_event_by_event_when_it_is_configured() -> None:
    sidecar = Sidecar(sessions=Failing(DOWN), settings=failing_open(C2S, S2C))
    sent = sidecar.exchange(*_ASK, stream_head(), event(result()), END)
    assert messages(sent) == [result()]
    assert [record.failure for record in sidecar.log.records] == ["store"] * 3


def test_an_unreadable_event_never_passes() -> None:
    sidecar = Sidecar(sessions=Failing(DOWN), settings=failing_open(C2S, S2C))
    sent = sidecar.exchange(*_ASK, stream_head(), event(b'{"jsonrpc":"2.0","id":1,"result":{"secret":'), END)
    assert b"secret" not in frames(sent)


def test_a_decision_that_was_reached_is_not_undone_by_what_fails_after_it() -> None:
    sidecar = Sidecar(
        policy=policy({"effect": "allow"}, {"effect": "deny", "methods": ["ping"]}), sessions=Failing(DOWN)
    )
    sidecar = replace(sidecar, settings=failing_open(C2S, S2C))
    sent = sidecar.exchange(*_ASK, stream_head(), event(request("ping", {"secret": 1}, 5)))
    assert b"secret" not in frames(sent)
    assert ended(sent)


def test_the_end_of_a_session_passes_when_it_is_configured() -> None:
    sidecar = Sidecar(sessions=Failing(DOWN), settings=failing_open(C2S, S2C))
    sent = sidecar.exchange(head("DELETE", body=False, **_SESSION), response_head(200, body=False))
    assert passed(sent) == Continue(part=Part.RESPONSE_HEADERS)
