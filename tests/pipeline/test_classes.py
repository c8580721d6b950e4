"""Which class each part of a message has while it is judged, and what rules in shadow leave behind."""

from typing import Any

import pytest

from extproc.model.decision import Effect, Outcome
from extproc.model.intent import Intent
from extproc.model.message import Call, Message
from extproc.model.principal import Principal
from extproc.pipeline.context import Context
from extproc.pipeline.inspection import Inspection
from extproc.pipeline.stages import inspect
from extproc.policy.rules import Policy
from tests.pipeline.forms import C2S, S2C, request, response
from tests.policies import policy

_READS_ONLY = policy({"id": "reads", "effect": "allow", "intents": ["read"]}, default="deny")


def sent(loaded: Policy, message: Message, principal: Principal | None = None) -> Inspection:
    who = principal or Principal(subject="ada", source="idp")
    return inspect(message, Context(direction=C2S, server="shop", principal=who), loaded)


def answered(loaded: Policy, message: Message, intent: Intent) -> Inspection:
    call = Call(id=1, method="tools/call", target="get", decision_id="d", intent=intent)
    return inspect(message, Context(direction=S2C, server="shop", call=call), loaded)


@pytest.mark.parametrize(
    ("message", "effect"),
    [
        (request("tools/list"), Effect.ALLOW),
        (request("tools/call", {"name": "get_order", "arguments": {}}), Effect.ALLOW),
        (request("tools/call", {"name": "delete_order", "arguments": {}}), Effect.DENY),
        (request("resources/read", {"uri": "file:///srv/report.txt"}), Effect.ALLOW),
        (request("resources/read", {"uri": "file:///home/app/.ssh/id_rsa"}), Effect.DENY),
        (request("vendor/thing"), Effect.DENY),
    ],
)
def test_a_rule_by_intent_is_about_every_method(message: Message, effect: Effect) -> None:
    assert sent(_READS_ONLY, message).decision.effect is effect


def test_a_response_has_the_class_of_its_call() -> None:
    loaded = policy({"effect": "allow"}, {"effect": "deny", "on": ["response"], "intents": ["exfiltrative"]})
    assert answered(loaded, response({}), Intent.READ).decision.effect is Effect.ALLOW
    assert answered(loaded, response({}), Intent.EXFILTRATIVE).decision.effect is Effect.DENY


def test_what_a_result_asks_the_client_for_has_a_class_of_its_own() -> None:
    asking: dict[str, Any] = {
        "method": "sampling/createMessage",
        "params": {"messages": [], "includeContext": "allServers"},
    }
    result = response({"resultType": "input_required", "inputRequests": {"a": asking}})
    assert answered(_READS_ONLY, result, Intent.READ).decision.effect is Effect.DENY


def test_what_a_result_asks_for_can_be_judged_by_its_parameters() -> None:
    loaded = policy(
        {"effect": "allow"},
        {"id": "secrets", "effect": "deny", "methods": ["elicitation/create"], "when": "params.message == 'password?'"},
    )
    for asked, effect in (("password?", Effect.DENY), ("name?", Effect.ALLOW)):
        asking: dict[str, Any] = {"method": "elicitation/create", "params": {"message": asked}}
        result = response({"resultType": "input_required", "inputRequests": {"a": asking}})
        assert answered(loaded, result, Intent.READ).decision.effect is effect


def test_each_resource_of_a_subscription_is_judged_by_its_uri() -> None:
    loaded = policy({"effect": "allow"}, {"id": "no", "effect": "deny", "resources": ["secret://*"]})
    for uris, effect in ((["doc://a"], Effect.ALLOW), (["doc://a", "secret://b"], Effect.DENY)):
        wanted: dict[str, Any] = {"resourceSubscriptions": uris}
        listening = request("subscriptions/listen", {"notifications": wanted})
        assert sent(loaded, listening).decision.effect is effect


def test_a_rule_in_shadow_says_what_it_would_do_and_does_nothing() -> None:
    rule = {"id": "trial", "effect": "deny", "mode": "shadow", "redact": [{"pointer": "/params/arguments/x"}]}
    found = sent(policy({"effect": "allow"}, rule), request("tools/call", {"name": "get", "arguments": {"x": 1}}))
    assert (found.decision.effect, found.decision.edits) == (Effect.ALLOW, ())
    assert found.shadow is not None
    assert (found.shadow.outcome, found.shadow.determining) == (Outcome.DENY, ("trial",))


def test_without_a_matching_rule_in_shadow_there_is_nothing_to_say() -> None:
    loaded = policy({"effect": "allow"}, {"effect": "deny", "mode": "shadow", "tools": ["other"]})
    assert sent(loaded, request("tools/call", {"name": "get", "arguments": {}})).shadow is None


@pytest.mark.parametrize(
    ("scopes", "effect"),
    [(None, Effect.DENY), (frozenset[str](), Effect.DENY), (frozenset({"a:b"}), Effect.ALLOW)],
)
def test_a_scope_that_a_rule_asks_for_must_be_there(scopes: frozenset[str] | None, effect: Effect) -> None:
    loaded = policy({"effect": "allow"}, {"id": "asks", "scopes": ["a:b"]})
    found = sent(loaded, request("tools/list"), Principal(subject="ada", source="idp", scopes=scopes))
    assert found.decision.effect is effect
    assert bool(found.missing_scopes) is (effect is Effect.DENY)


def test_a_server_needs_no_scopes() -> None:
    loaded = policy({"effect": "allow"}, {"id": "asks", "scopes": ["a:b"]})
    assert answered(loaded, response({}), Intent.READ).decision.effect is Effect.ALLOW


def test_a_call_is_judged_as_it_will_be_with_its_edits() -> None:
    call = request("tools/call", {"name": "deploy", "arguments": {"dry_run": True}})
    rules: list[dict[str, object]] = [
        {"id": "trials", "effect": "allow", "when": "args.dry_run == true"},
        {"id": "tidy", "strip": ["/params/arguments/dry_run"]},
    ]
    assert sent(policy(rules[0], default="deny"), call).decision.effect is Effect.ALLOW
    assert sent(policy(*rules, default="deny"), call).decision.effect is Effect.DENY


def test_a_rule_that_only_the_edited_call_matches_has_its_edits_made_too() -> None:
    loaded = policy(
        {"effect": "allow"},
        {"id": "one", "redact": [{"pointer": "/params/arguments/a", "with": "x"}]},
        {"id": "two", "redact": [{"pointer": "/params/arguments/b", "with": "y"}], "when": "args.a == 'x'"},
    )
    found = sent(loaded, request("tools/call", {"name": "get", "arguments": {"a": "1", "b": "2"}}))
    assert {edit.pointer[-1]: edit.replacement for edit in found.decision.edits} == {"a": "x", "b": "y"}


def test_a_class_that_an_edit_brings_about_counts() -> None:
    statement = "DELETE FROM orders WHERE id = 7"
    call = request("tools/call", {"name": "query", "arguments": {"sql": f"SELECT '{statement}'", "note": "x"}})
    loaded = policy(
        {"effect": "allow", "intents": ["read"]},
        {"redact": [{"pointer": "/params/arguments/sql", "with": statement}]},
        default="deny",
    )
    assert sent(loaded, call).decision.effect is Effect.DENY
