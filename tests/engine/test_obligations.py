"""What rules oblige to, done on whole exchanges."""

import json
from dataclasses import replace
from typing import Final

import pytest

from extproc.engine.settings import Route
from extproc.mcp.authorization import Authorization
from extproc.model.decision import Effect, Outcome
from extproc.model.intent import Intent
from extproc.model.message import JsonObject
from extproc.policy.globs import globs
from extproc.ports import Resolution
from tests.engine.harness import (
    END,
    LEGACY,
    SETTINGS,
    Desk,
    Sidecar,
    answer,
    ask,
    ask_modern,
    body_of,
    event,
    messages,
    notification,
    passed,
    refusal,
    result,
    stream_head,
    tool_call,
)
from tests.policies import policy

_CALL: Final = ask(tool_call("refund", {"amount": 3, "debug": True}, number="w"), mcp_protocol_version=LEGACY)
_REPEATED: Final = {"effect": "allow", "id": "all"}


class Tape:
    """A `Recorder` that can be read."""

    def __init__(self) -> None:
        self.lines: list[JsonObject] = []

    def keep(self, line: JsonObject) -> None:
        self.lines.append(line)


def with_rule(**rule: object) -> Sidecar:
    return Sidecar(policy=policy(_REPEATED, {"id": "asks", "tools": ["refund"], **rule}))


def test_an_argument_that_is_stripped_does_not_reach_the_server() -> None:
    sent = passed(with_rule(strip=["/params/arguments/debug"]).exchange(*_CALL))
    body = body_of(sent)
    assert isinstance(body, dict)
    assert body["params"] == {"name": "refund", "arguments": {"amount": 3}}


def test_the_level_of_a_rule_stands_in_the_record() -> None:
    sidecar = with_rule(log="warning")
    sidecar.exchange(*_CALL)
    assert sidecar.last.level == "warning"


def test_a_channel_gets_a_notice_of_the_decision() -> None:
    loaded = policy(
        _REPEATED, {"id": "asks", "tools": ["refund"], "effect": "deny", "notify": ["security"]}, channels={"security"}
    )
    sidecar = Sidecar(policy=loaded)
    refusal(sidecar.exchange(*_CALL))
    [(channels, record, explanation)] = sidecar.outbox.notices
    assert (channels, record.outcome) == (frozenset({"security"}), Outcome.DENY)
    assert record.determining == ("asks",)
    assert "rule asks" in explanation


def test_a_recorded_message_is_kept_as_it_went_on() -> None:
    tape = Tape()
    rule = {"id": "asks", "record": True, "redact": [{"pointer": "/params/arguments/amount", "with": "-"}]}
    sidecar = Sidecar(policy=policy(_REPEATED, rule), recorder=tape)
    passed(sidecar.exchange(*_CALL))
    [line] = tape.lines
    assert line["direction"] == "client_to_server"
    assert line["principal"] == {"subject": "anonymous"}
    message = line["message"]
    assert isinstance(message, dict)
    assert json.dumps(message["params"]) == '{"name": "refund", "arguments": {"amount": "-", "debug": true}}'


def test_a_message_that_cannot_be_recorded_does_not_go_on() -> None:
    sidecar = with_rule(record=True)
    assert refusal(sidecar.exchange(*_CALL)).details == "mcp_extproc_failure_store"


def test_the_limiter_behind_reads_which_limit_a_call_falls_under() -> None:
    sidecar = Sidecar(policy=policy(_REPEATED, {"rate_limit": "b"}, {"rate_limit": "a"}))
    metadata = passed(sidecar.exchange(*_CALL)).metadata
    assert metadata is not None
    assert metadata["rate_limit"] == "a,b"


def test_a_hold_names_who_is_asked() -> None:
    desk = Desk(Resolution.RELEASED)
    loaded = policy(_REPEATED, {"effect": "hold", "approval": {"groups": ["finance-leads"]}})
    passed(Sidecar(policy=loaded, holds=desk).exchange(*_CALL))
    assert desk.holds[0].approval == ("finance-leads",)


def test_without_anybody_to_ask_a_held_call_is_refused_at_once_and_stays_a_hold() -> None:
    loaded = policy(_REPEATED, {"id": "big", "effect": "hold", "approval": {"groups": ["finance-leads"]}})
    desk = Desk(Resolution.RELEASED)
    sidecar = Sidecar(policy=loaded, holds=desk, settings=replace(SETTINGS, hold_seconds=0.0))
    reply = refusal(sidecar.exchange(*_CALL))
    assert b"needs approval by finance-leads (rule big)" in reply.body
    assert (desk.holds, sidecar.last.outcome, sidecar.last.effect) == ([], Outcome.HOLD, Effect.HOLD)


_PROTECTED: Final = replace(
    SETTINGS,
    routes=(
        Route(
            name="shop",
            hosts=globs(("*",)),
            paths=frozenset({"/mcp"}),
            authorization=Authorization(
                resource="https://mcp.test/mcp", authorization_servers=("https://idp.test",), required=False
            ),
        ),
    ),
)


def test_a_call_that_needs_a_scope_is_answered_with_a_challenge() -> None:
    loaded = policy(
        _REPEATED, {"id": "one", "scopes": ["refunds:write"]}, {"id": "two", "scopes": ["a:b"], "tools": ["refund"]}
    )
    sidecar = Sidecar(policy=loaded, settings=_PROTECTED)
    reply = refusal(sidecar.exchange(*_CALL))
    assert (reply.status, reply.details) == (403, "mcp_extproc_insufficient_scope")
    challenge = dict(reply.headers)["www-authenticate"]
    assert 'error="insufficient_scope"' in challenge
    assert 'scope="a:b refunds:write"' in challenge
    assert 'resource_metadata="https://mcp.test/.well-known/oauth-protected-resource/mcp"' in challenge
    assert (sidecar.last.determining, sidecar.last.missing_scopes) == (("one", "two"), ("a:b", "refunds:write"))


def test_a_call_that_is_denied_anyway_asks_for_no_scope() -> None:
    loaded = policy({"id": "no", "effect": "deny"}, {"scopes": ["a:b"]})
    assert refusal(Sidecar(policy=loaded, settings=_PROTECTED).exchange(*_CALL)).details == "mcp_extproc_denied"


@pytest.mark.parametrize("size", [3, 300])
def test_a_response_over_the_cap_of_its_call_is_replaced(size: int) -> None:
    sidecar = with_rule(max_response_bytes=200)
    sent = passed(sidecar.exchange(*_CALL, *answer(result({"x": "y" * size}, "w"))))
    assert (sent.body is None) is (size == 3)
    assert (sidecar.last.rejected == "response_cap") is (size == 300)


def test_a_response_over_the_cap_is_replaced_in_a_stream_too() -> None:
    sidecar = with_rule(max_response_bytes=200)
    sent = sidecar.exchange(*_CALL, stream_head(), event(notification()), event(result({"x": "y" * 300}, "w")), END)
    last = messages(sent)[-1]
    assert isinstance(last, dict)
    assert "larger than a rule allows" in last["error"]["message"]
    assert b"yyy" not in b"".join(getattr(one, "chunk", b"") for one in sent)


@pytest.mark.parametrize("forwards", [True, False])
def test_the_token_of_a_client_goes_on_only_where_a_rule_says_so(*, forwards: bool) -> None:
    rule = {"id": "asks", "effect": "allow", **({"forward_token": True} if forwards else {})}
    asked = ask(tool_call("refund"), mcp_protocol_version=LEGACY, authorization="Bearer secret")
    sent = passed(Sidecar(policy=policy(_REPEATED, rule)).exchange(*asked))
    assert (("authorization", "Bearer secret") in sent.set_headers) is forwards


def test_what_was_done_before_counts_in_rules() -> None:
    loaded = policy(_REPEATED, {"id": "enough", "effect": "deny", "tools": ["refund"], "session": {"calls_over": 1}})
    sidecar = Sidecar(policy=loaded)
    for _ in range(2):
        passed(sidecar.exchange(*_CALL))
    assert b"rule enough" in refusal(sidecar.exchange(*_CALL)).body


def test_a_tool_is_classed_by_its_definition_once_it_was_listed() -> None:
    tools = [{"name": "thing", "description": "Permanently deletes every order.", "inputSchema": {"type": "object"}}]
    sidecar = Sidecar()
    sidecar.exchange(*ask(tool_call("thing"), mcp_protocol_version=LEGACY))
    before = sidecar.last.intent
    listing = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    sidecar.exchange(*ask(listing, mcp_protocol_version=LEGACY), *answer(result({"tools": tools})))
    sidecar.exchange(*ask(tool_call("thing"), mcp_protocol_version=LEGACY))
    assert (before is Intent.DESTRUCTIVE, sidecar.last.intent) == (False, Intent.DESTRUCTIVE)


def test_a_call_without_approval_says_so_in_the_modern_era_too() -> None:
    sidecar = Sidecar(
        policy=policy(_REPEATED, {"id": "big", "effect": "hold"}), settings=replace(SETTINGS, hold_seconds=0.0)
    )
    assert b"needs approval (rule big)" in refusal(sidecar.exchange(*ask_modern(tool_call("refund")))).body
