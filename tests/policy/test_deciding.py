"""Deciding: reasons and obligations of several layers, and what stands in for a floor that is not there."""

from dataclasses import replace

from extproc.policy.deciding import OBSERVED, decide
from extproc.policy.rules import LayerKind, Mode
from tests.policy.making import ALLOW, DENY, HOLD, layer, policy, question, rule


def test_the_reason_is_that_of_a_rule_that_settled_it() -> None:
    floor = layer(replace(rule("a", ALLOW), reason="fine"), replace(rule("h", HOLD), reason="ask first"))
    upper = layer(replace(rule("d", DENY), reason="never"), default=None, kind=LayerKind.SERVER)
    assert decide(policy(floor), question("t")).combined.reason == "ask first"
    assert decide(policy(floor, upper), question("t")).combined.reason == "never"


def test_no_layer_at_all_denies() -> None:
    assert decide(policy(), question("t")).combined.effect is DENY
    assert decide(policy(layer(default=None)), question("t")).combined.effect is DENY


def test_only_shadow_is_observing() -> None:
    found = decide(policy(layer(rule("d", DENY), mode=Mode.SHADOW)), question("t"))
    assert (found.combined, found.enforced) == (OBSERVED, ())
    assert found.shadow is not None
    assert (found.shadow.determining, [each.id for each in found.shadowed]) == (("d",), ["d"])


def test_without_shadow_there_is_no_second_answer() -> None:
    found = decide(policy(layer(rule("a", ALLOW), rule("n", None))), question("t"))
    assert (found.shadow, found.shadowed) == (None, ())
    assert [each.id for each in found.enforced] == ["a", "n"]
