"""The linter: what it finds, and that every finding comes with a message that the engine decided on as it says."""

from collections.abc import Mapping

import pytest

from extproc.policy.rules import Policy
from extproc.rehearsal.findings import Finding, decided
from extproc.rehearsal.lint import Inventory, lint
from extproc.rehearsal.replay import Replay
from tests.policies import policy

_CONNECT: dict[str, object] = {
    "id": "connect",
    "effect": "allow",
    "verified": True,
    "methods": ["@lifecycle", "@lists"],
}


def made(*rules: Mapping[str, object], default: str = "deny") -> Policy:
    return policy(_CONNECT, *rules, default=default)


def found(loaded: Policy, inventory: Inventory | None = None) -> list[tuple[str, str | None]]:
    findings = lint(loaded, inventory)
    for finding in findings:
        holds(finding, loaded)
    return [(finding.code, finding.rule) for finding in findings]


def holds(finding: Finding, loaded: Policy) -> None:
    """Check that the witness, read again as a line, is decided as the finding says."""
    assert finding.witness is not None
    judged = Replay(loaded, assume=True).judge(finding.witness)
    assert decided(judged) == finding.decided  # type: ignore[arg-type]  # a rejection would fail here


def test_a_sound_policy_has_no_findings() -> None:
    rule = {"id": "read", "effect": "allow", "verified": True, "tools": ["get_*"], "intents": ["read"]}
    assert found(made(rule)) == []


@pytest.mark.parametrize(
    "rule",
    [
        {"effect": "deny", "tools": ["a"], "prompts": ["b"]},
        {"effect": "deny", "tools": ["a"], "methods": ["prompts/get"]},
        {"effect": "deny", "tools": ["a"], "direction": "server_to_client"},
        {"effect": "deny", "methods": ["tools/list"], "intents": ["destructive"]},
        {"effect": "deny", "tools": ["a"], "when": "1 > 2"},
        {"effect": "allow", "verified": False, "groups": ["g"], "tools": ["a"]},
        {"effect": "allow", "groups": ["g"], "not": {"groups": ["g", "h"]}, "tools": ["a"]},
        {"effect": "allow", "agents": ["bot-1"], "not": {"agents": ["bot-*"]}, "tools": ["a"]},
    ],
)
def test_a_rule_that_can_never_match_is_found(rule: dict[str, object]) -> None:
    assert ("never-matches", "odd") in found(made({"id": "odd", **rule}))


def test_what_asks_for_unknown_groups_both_ways_restricts_and_is_not_told_never_to_match() -> None:
    rule = {"id": "odd", "effect": "deny", "groups": ["g"], "not": {"groups": ["g"]}}
    assert ("never-matches", "odd") not in found(made(rule))


def test_an_allow_under_a_deny_never_decides() -> None:
    deny = {"id": "no-deletes", "effect": "deny", "tools": ["delete_*"]}
    allow = {"id": "one", "effect": "allow", "verified": True, "tools": ["delete_one"]}
    assert found(made(deny, allow)) == [("shadowed", "one")]
    assert found(made({**deny, "mode": "shadow"}, allow)) == []
    assert found(made({**deny, "groups": ["interns"]}, allow)) == []


def test_of_two_rules_that_say_the_same_the_later_is_told() -> None:
    one = {"id": "one", "effect": "deny", "tools": ["a"]}
    assert found(made(one, {**one, "id": "two"})) == [("shadowed", "two")]
    assert found(made(one, {"id": "wide", "effect": "deny", "tools": ["*"]})) == [("shadowed", "one")]


def test_what_allows_everything_to_everybody_is_told() -> None:
    assert ("allows-everything", "all") in found(made({"id": "all", "effect": "allow"}))
    assert ("allows-everything", "all") in found(made({"id": "all", "effect": "allow", "subjects": ["*"]}))
    assert ("allows-everything", None) in found(made(default="allow"))


def test_a_rule_that_lets_anonymous_callers_act_must_say_so() -> None:
    rule = {"id": "get", "effect": "allow", "tools": ["get_*"]}
    assert found(made(rule)) == [("open-to-anybody", "get")]
    assert found(made({**rule, "subjects": ["*"]})) == []
    assert found(made(rule, {"id": "no", "effect": "deny", "verified": False, "reason": "Who?"})) == []


def test_a_limit_whose_other_side_nobody_decides_is_a_gap() -> None:
    over = {"id": "over", "effect": "hold", "tools": ["refund"], "when": "number(args.amount) > 500.0"}
    assert found(made(over)) == [("gap", "over")]
    below = {"id": "below", "effect": "allow", "verified": True, "tools": ["refund"]}
    assert found(made(over, {**below, "when": "number(args.amount) <= 500.0"})) == []


def test_a_refusal_that_depends_on_arguments_is_noted() -> None:
    allow = {"id": "pay", "effect": "allow", "groups": ["finance"], "tools": ["refund"]}
    deny = {"id": "none", "effect": "deny", "tools": ["refund"], "when": "number(args.amount) <= 0.0"}
    assert ("depends-on-arguments", "none") in found(made(allow, deny))


def test_a_policy_by_which_nobody_connects_is_told() -> None:
    rule = {"id": "get", "effect": "allow", "verified": True, "tools": ["get_*"]}
    assert found(policy(rule, default="deny")) == [("nobody-connects", None)]


def test_an_expression_that_is_always_true_is_told() -> None:
    rule = {"id": "odd", "effect": "deny", "tools": ["a"], "when": "1 < 2"}
    assert ("always-true", "odd") in found(made(rule))


def test_names_that_no_server_offers_are_told() -> None:
    rule = {"id": "get", "effect": "allow", "verified": True, "servers": ["shop", "bank"], "tools": ["get_*", "gone"]}
    inventory = Inventory(tools={"shop": frozenset({"get_order"})})
    assert found(made(rule), inventory) == [("unknown-server", "get"), ("unknown-tool", "get")]
    assert found(made({**rule, "servers": ["sho?"], "tools": ["get_*"]}), inventory) == []
