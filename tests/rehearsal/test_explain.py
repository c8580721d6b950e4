"""Explanations: every rule, whether it matched and why, and never a value of an argument."""

from extproc.model.message import JsonObject
from extproc.pipeline.inspection import Inspection
from extproc.policy.rules import Policy
from extproc.rehearsal.explain import explain
from extproc.rehearsal.replay import Replay
from tests.policies import policy

_CALL: JsonObject = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "delete_order", "arguments": {"amount": "secret-value", "deep": {"x": 1}}},
}
_RULES: tuple[dict[str, object], ...] = (
    {"id": "look", "effect": "allow", "tools": ["get_*"]},
    {"id": "staff", "effect": "allow", "tools": ["delete_*"], "groups": ["staff"]},
    {"id": "big", "effect": "hold", "tools": ["delete_*"], "when": "number(args.amount) > 1.0", "notify": ["sec"]},
    {"id": "answers", "effect": "deny", "on": ["response"]},
    {"id": "soon", "effect": "deny", "mode": "shadow", "tools": ["delete_*"]},
)


def told(loaded: Policy, **members: object) -> str:
    line: JsonObject = {"direction": "client_to_server", "message": _CALL}
    judged = Replay(loaded, assume=True).judge({**line, **members})  # type: ignore[dict-item]  # members are JSON
    assert isinstance(judged, Inspection)
    return "\n".join(explain(judged))


def test_every_rule_is_told_with_why_it_matched_or_not() -> None:
    text = told(policy(*_RULES, default="deny"), principal={"subject": "ada", "groups": ["interns"]})
    assert "- look (allow) does not match" in text
    assert "tool is delete_order, not get_*" in text
    assert "does not hold: principal.groups is one of staff (it is interns)" in text
    assert "+ big (hold) matches" in text
    assert "cannot tell whether when number(args.amount) > 1.0, so it restricts" in text
    assert "it is a request, not a response" in text
    assert "outcome: hold by big\n" in text
    assert "notify: sec" in text


def test_what_is_missing_is_told_to_count_against_an_allow() -> None:
    text = told(policy(*_RULES, default="deny"))
    assert "principal: anonymous, nothing was verified" in text
    assert "cannot tell whether principal.groups is one of staff (it is not known), so it does not allow" in text


def test_rules_in_shadow_are_told_and_what_they_would_do() -> None:
    text = told(policy(*_RULES, default="deny"))
    assert "+ soon (deny, in shadow) matches" in text
    assert "with every rule enforced: deny by soon" in text


def test_arguments_are_told_by_name_and_type_only() -> None:
    text = told(policy(*_RULES, default="deny"))
    assert "arguments: amount (text), deep (object)" in text
    assert "secret-value" not in text


def test_edits_are_told_by_where_they_are() -> None:
    text = told(policy({"effect": "allow"}, {"id": "hide", "redact": [{"pointer": "/params/arguments/amount"}]}))
    assert "outcome: mutate by rule-0" in text
    assert "rewritten: /params/arguments/amount" in text
