"""Reach: what a policy can come to while facts are open, and what a list may show."""

import pytest

from extproc.model.decision import Effect
from extproc.policy.conditions import AnyOf, Known
from extproc.policy.facts import Field, Topic
from extproc.policy.reach import effects, may_pass
from extproc.policy.rules import Layer, LayerKind, Mode
from tests.policy.making import ALICE, ALLOW, DENY, HOLD, layer, policy, question, rule

_FINANCE = AnyOf(Field.GROUPS, frozenset({"finance"}))
_HR = AnyOf(Field.GROUPS, frozenset({"hr"}))
_LISTED = question("t", who=ALICE, intents=("write", "destructive"), unknown=frozenset({Topic.CONTENT, Topic.INTENT}))


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ((layer(),), {DENY}),
        ((layer(rule("a", ALLOW, _FINANCE)),), {ALLOW}),
        ((layer(rule("a", ALLOW, _HR)),), {DENY}),
        ((layer(rule("a", ALLOW, "args.a == 1")),), {ALLOW, DENY}),
        ((layer(rule("a", ALLOW, "args.a == 1", _HR)),), {DENY}),
        ((layer(rule("a", ALLOW), rule("h", HOLD, "args.a == 1")),), {ALLOW, HOLD}),
        ((layer(rule("h", HOLD), rule("a", ALLOW, "args.a == 1")),), {HOLD}),
        ((layer(rule("d", DENY), rule("h", HOLD, "args.a == 1")),), {DENY}),
        ((layer(rule("a", ALLOW, Known(Field.NAMESPACE))),), {DENY}),
        ((layer(rule("d", DENY, AnyOf(Field.NAMESPACE, frozenset({"x"}))), default=ALLOW),), {DENY}),
        ((layer(rule("d", DENY, mode=Mode.SHADOW), default=ALLOW),), {ALLOW}),
        ((layer(mode=Mode.SHADOW),), {ALLOW}),
        ((layer(rule("a", ALLOW)), layer(default=DENY, kind=LayerKind.SERVER)), {DENY}),
        (
            (layer(rule("a", ALLOW)), layer(rule("d", DENY, "args.a == 1"), default=None, kind=LayerKind.SERVER)),
            {ALLOW, DENY},
        ),
        ((layer(rule("d", DENY, AnyOf(Field.INTENT, frozenset({"write", "destructive"}))), default=ALLOW),), {DENY}),
        ((layer(rule("d", DENY, AnyOf(Field.INTENT, frozenset({"destructive"}))), default=ALLOW),), {ALLOW, DENY}),
        ((layer(rule("d", DENY, "intent == 'read'"), default=ALLOW),), {ALLOW}),
    ],
)
def test_what_can_still_happen(layers: tuple[Layer, ...], expected: set[Effect]) -> None:
    assert effects(policy(*layers), _LISTED) == expected


def test_a_layer_that_may_apply_may_also_not() -> None:
    upper = layer(rule("d", DENY), default=None, kind=LayerKind.NAMESPACE, scope="prod")
    asked = question("t", unknown=frozenset({Topic.NAMESPACE}))
    assert effects(policy(layer(rule("a", ALLOW)), upper), asked) == {ALLOW, DENY}


def test_a_list_shows_what_may_be_allowed_or_held() -> None:
    assert may_pass(policy(layer(rule("h", HOLD))), _LISTED)
    assert may_pass(policy(layer(rule("a", ALLOW, "args.a == 1"))), _LISTED)
    assert not may_pass(policy(layer(rule("a", ALLOW, _HR))), _LISTED)
    assert not may_pass(policy(layer(rule("a", ALLOW), rule("d", DENY))), _LISTED)
