"""Replaying lines: the same judgement as on the wire, with what the lines before have made known."""

import pytest

from extproc.model.message import JsonObject, JsonValue
from extproc.model.principal import Principal
from extproc.model.rejection import Rejection
from extproc.pipeline.inspection import Inspection
from extproc.policy.rules import Policy
from extproc.rehearsal.lines import LineError, principal_of
from extproc.rehearsal.replay import Replay
from tests.policies import policy

_CALL: JsonObject = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "a"}}
_RESULT: JsonObject = {"jsonrpc": "2.0", "id": 1, "result": {}}


def line(message: JsonValue, direction: str = "client_to_server", **members: JsonValue) -> JsonObject:
    return {"direction": direction, "message": message, **members}


def judged(loaded: Policy, *lines: JsonObject) -> list[str]:
    replay = Replay(loaded, assume=True)
    found = [replay.judge(one) for one in lines]
    assert all(isinstance(one, Inspection) for one in found)
    return [one.decision.outcome.value for one in found if isinstance(one, Inspection)]


def test_a_response_is_judged_by_the_call_it_answers() -> None:
    loaded = policy({"effect": "allow"}, {"effect": "deny", "on": ["response"], "tools": ["a"]})
    assert judged(loaded, line(_CALL), line(_RESULT, "server_to_client")) == ["allow", "deny"]
    assert judged(loaded, line(_CALL), line(_RESULT, "server_to_client", server="other")) == ["allow", "allow"]
    assert judged(loaded, line(_RESULT, "server_to_client", call={"method": "tools/call", "target": "a"})) == ["deny"]


def test_calls_are_counted_by_session() -> None:
    loaded = policy({"effect": "allow"}, {"effect": "hold", "tools": ["a"], "session": {"calls_over": 1}})
    one, other = line(_CALL, session="s"), line(_CALL, session="t")
    assert judged(loaded, one, one, one, other) == ["allow", "allow", "hold", "allow"]


def test_refusals_tools_and_intents_before_are_known() -> None:
    loaded = policy({"effect": "allow"}, {"effect": "deny", "tools": ["b"], "session": {"tools": ["a"]}})
    after: JsonObject = {**_CALL, "params": {"name": "b"}}
    assert judged(loaded, line(after), line(_CALL), line(after)) == ["allow", "allow", "deny"]
    assert judged(loaded, line(after, history={"calls": 1, "tools": ["a"]})) == ["deny"]


def test_a_definition_that_was_listed_classes_the_calls_of_its_tool() -> None:
    loaded = policy({"effect": "allow"}, {"effect": "deny", "intents": ["destructive"]})
    tool: JsonObject = {"name": "a", "inputSchema": {}, "annotations": {"destructiveHint": True, "readOnlyHint": False}}
    asked: JsonObject = {"jsonrpc": "2.0", "id": 9, "method": "tools/list"}
    listed: JsonObject = {"jsonrpc": "2.0", "id": 9, "result": {"tools": [tool]}}
    told = judged(loaded, line(asked), line(listed, "server_to_client"), line(_CALL))
    assert told == ["allow", "allow", "deny"]


def test_an_assumed_intent_stands_in_for_the_classifier() -> None:
    loaded = policy({"effect": "allow"}, {"effect": "deny", "intents": ["exfiltrative"]})
    assert judged(loaded, line(_CALL, intent="exfiltrative"), line(_CALL, intent="read")) == ["deny", "allow"]


def test_the_time_of_a_line_is_when_it_was() -> None:
    within = {"tz": "UTC", "hours": "09:00-17:00"}
    loaded = policy({"effect": "allow"}, {"effect": "deny", "within": within})
    assert judged(loaded, line(_CALL, at="2026-01-01T10:00:00+00:00"), line(_CALL, at=0)) == ["deny", "allow"]


def test_a_principal_is_a_subject_or_its_members() -> None:
    assert principal_of(None) == principal_of("anonymous")
    assert principal_of("ada") == Principal(subject="ada", source="given")
    assert principal_of({"groups": ["g"]}).groups == frozenset({"g"})
    assert principal_of({"subject": "ada", "source": "idp"}) == Principal(subject="ada", source="idp")


def test_what_the_wire_refuses_is_a_rejection() -> None:
    assert isinstance(Replay(policy()).judge(line({"jsonrpc": "1.0"})), Rejection)


@pytest.mark.parametrize(
    "bad",
    [
        {"direction": "up", "message": _CALL},
        {"direction": "client_to_server"},
        line(_CALL, server=7),
        line(_CALL, principal=7),
        line(_CALL, principal={"groups": "g"}),
        line(_CALL, principal={"group": ["g"]}),
        line(_CALL, principal={"groups": [1]}),
        line(_CALL, at="2026-01-01T10:00:00"),
        line(_CALL, at=True),
        line(_CALL, intent="bad"),
        line(_CALL, history=[]),
        line(_CALL, history={"calls": -1}),
    ],
)
def test_a_line_that_is_no_input_is_told_without_quoting_it(bad: JsonObject) -> None:
    with pytest.raises(LineError) as caught:
        Replay(policy(), assume=True).judge(bad)
    assert "bad" not in str(caught.value)
