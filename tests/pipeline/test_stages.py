"""Judging one message: effects, defaults and redactions together."""

import pytest

from extproc.model.decision import Decision, Edit, Effect, Outcome
from extproc.model.message import Call, JsonObject, Message
from extproc.pipeline.context import Context
from extproc.pipeline.stages import inspect
from extproc.policy.question import Kind
from tests.pipeline.forms import C2S, S2C, call, decide, message, notification, request, response
from tests.policies import policy

_CALL = request("tools/call", {"name": "delete_all", "arguments": {"email": "a@example.com"}})
_ERROR = message({"jsonrpc": "2.0", "id": 1, "error": {"code": -1, "message": "email"}})


@pytest.mark.parametrize("default", ["allow", "hold", "deny"])
@pytest.mark.parametrize("judged", [_CALL, notification("notifications/progress")], ids=["request", "notification"])
def test_what_starts_something_is_as_the_default_says(default: str, judged: Message) -> None:
    assert decide(policy(default=default), C2S, judged) == Decision(effect=Effect(default))


@pytest.mark.parametrize("answered", [call("tools/list"), None], ids=["known", "unknown"])
@pytest.mark.parametrize("judged", [response({}), _ERROR], ids=["result", "error"])
def test_a_response_was_allowed_with_its_request(judged: Message, answered: Call | None) -> None:
    assert decide(policy(default="deny"), S2C, judged, answered) == Decision(effect=Effect.ALLOW)


@pytest.mark.parametrize("judged", [response({}), _ERROR], ids=["result", "error"])
def test_a_rule_on_responses_can_refuse_them_by_their_call(judged: Message) -> None:
    rule: dict[str, object] = {"id": "no", "effect": "deny", "on": ["response"], "tools": ["secret_*"]}
    loaded = policy({"effect": "allow"}, rule)
    assert decide(loaded, S2C, judged, call("tools/call", "secret_x")).determining == ("no",)
    assert decide(loaded, S2C, judged, call("tools/call", "open")).effect is Effect.ALLOW


@pytest.mark.parametrize("kind", [request, notification])
def test_a_call_is_known_by_its_tool_with_and_without_an_id(kind: object) -> None:
    loaded = policy({"effect": "allow"}, {"effect": "deny", "methods": ["tools/call"], "tools": ["delete_*"]})
    assert callable(kind)
    assert decide(loaded, C2S, kind("tools/call", {"name": "delete_all"})).effect is Effect.DENY
    assert decide(loaded, C2S, kind("tools/call", {"name": "get"})).effect is Effect.ALLOW


def test_a_name_is_a_tool_only_in_a_call_of_a_tool() -> None:
    loaded = policy({"effect": "allow"}, {"effect": "deny", "tools": ["delete_*"]})
    assert decide(loaded, C2S, request("prompts/get", {"name": "delete_all"})).effect is Effect.ALLOW


@pytest.mark.parametrize(
    ("effect", "outcome"), [("allow", Outcome.MUTATE), ("hold", Outcome.HOLD), ("deny", Outcome.DENY)]
)
def test_edits_travel_beside_the_effect(effect: str, outcome: Outcome) -> None:
    loaded = policy({"effect": effect}, {"redact": [{"pointer": "/params/arguments/email", "with": "-"}]})
    decision = decide(loaded, C2S, _CALL)
    assert decision.edits == (Edit(pointer=("params", "arguments", "email"), replacement="-"),)
    assert decision.outcome is outcome


def test_a_redaction_without_an_effect_leaves_the_decision_to_the_default() -> None:
    loaded = policy({"redact": [{"pointer": "/params/arguments/email"}]}, default="deny")
    assert decide(loaded, C2S, _CALL).effect is Effect.DENY


def test_a_redaction_reaches_every_kind_of_message() -> None:
    loaded = policy({"effect": "allow"}, {"redact": [{"pointer": "/**/email", "with": "-"}]})
    documents: list[JsonObject] = [
        {"jsonrpc": "2.0", "id": 1, "method": "x", "params": {"email": "a"}},
        {"jsonrpc": "2.0", "method": "x", "params": {"email": "a"}},
        {"jsonrpc": "2.0", "id": 1, "result": {"email": "a"}},
        {"jsonrpc": "2.0", "id": 1, "error": {"code": 1, "message": "m", "data": {"email": "a"}}},
    ]
    assert [len(decide(loaded, S2C, message(document)).edits) for document in documents] == [1, 1, 1, 1]


def test_a_rule_that_several_aspects_match_edits_once() -> None:
    loaded = policy({"effect": "allow", "redact": [{"pointer": "/params/arguments/x", "text": "a", "with": "b"}]})
    params: JsonObject = {"name": "t", "arguments": {"x": "aa"}, "inputResponses": {"k": {"roots": []}}}
    assert [edit.replacement for edit in decide(loaded, C2S, request("tools/call", params)).edits] == ["bb"]


def test_a_redaction_keeps_to_the_conditions_of_its_rule() -> None:
    rule: dict[str, object] = {"tools": ["get"], "redact": [{"pointer": "/params/arguments/email"}]}
    assert decide(policy({"effect": "allow"}, rule), C2S, _CALL).edits == ()


def test_the_whole_inspection_can_be_read_afterwards() -> None:
    loaded = policy({"id": "all", "effect": "allow"}, {"id": "no", "effect": "deny", "tools": ["delete_*"]})
    inspection = inspect(_CALL, Context(direction=C2S, server="shop"), loaded)
    assert [
        (act.aspect.kind, [rule.id for rule in answer.enforced])
        for act, answer in zip(inspection.acts, inspection.answers, strict=True)
    ] == [(Kind.REQUEST, ["all", "no"])]
    assert (inspection.policy, inspection.decision.determining) == (loaded, ("no",))
