"""Matching: what is missing takes the restrictive side, and which layers apply."""

import pytest

from extproc.model.decision import Effect
from extproc.policy.conditions import AnyOf, Verified
from extproc.policy.facts import Field, Topic
from extproc.policy.matching import applies, applying, matching, truth_of
from extproc.policy.question import Truth
from extproc.policy.rules import Layer, LayerKind
from tests.policy.making import ALICE, ALLOW, DENY, EVERYTHING, HOLD, layer, policy, question, rule

TRUE, FALSE, OPEN = Truth.TRUE, Truth.FALSE, Truth.OPEN
_GROUP = AnyOf(Field.GROUPS, frozenset({"finance"}))
_YES, _NO = Verified(expected=False), Verified(expected=True)


@pytest.mark.parametrize(("effect", "expected"), [(ALLOW, FALSE), (HOLD, TRUE), (DENY, TRUE), (None, TRUE)])
def test_what_is_missing_takes_the_restrictive_side(effect: Effect | None, expected: Truth) -> None:
    made = rule("r", effect, _YES, _GROUP)
    assert truth_of(made, question("t")) is expected
    assert (matching(layer(made), question("t")) == (made,)) is (expected is TRUE)


@pytest.mark.parametrize("effect", [ALLOW, DENY])
def test_one_condition_that_fails_is_enough_beside_any_other(effect: Effect) -> None:
    for made in (rule("r", effect, _GROUP, _NO), rule("r", effect, _NO, _GROUP)):
        assert truth_of(made, question("t")) is FALSE
        assert matching(layer(made), question("t")) == ()


def test_what_is_open_stays_open_and_is_missing_when_it_is_decided() -> None:
    asked = question("t", who=ALICE, unknown=EVERYTHING)
    for effect, matched in ((ALLOW, 0), (DENY, 1)):
        made = rule("r", effect, _GROUP)
        assert truth_of(made, asked) is OPEN
        assert len(matching(layer(made), asked)) == matched


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (layer(), TRUE),
        (layer(kind=LayerKind.NAMESPACE), TRUE),
        (layer(kind=LayerKind.NAMESPACE, scope="p*"), TRUE),
        (layer(kind=LayerKind.NAMESPACE, scope="test"), FALSE),
        (layer(kind=LayerKind.SERVER, scope="crm"), TRUE),
        (layer(kind=LayerKind.SERVER, scope="shop"), FALSE),
        (layer(kind=LayerKind.AGENT, scope="bot-*"), TRUE),
        (layer(kind=LayerKind.AGENT, scope="x"), FALSE),
    ],
)
def test_a_layer_applies_in_its_scope(made: Layer, expected: Truth) -> None:
    asked = question("t", who=ALICE, namespace="prod")
    assert applies(made, asked) is expected
    assert list(applying(policy(made), asked)) == ([made] if expected is TRUE else [])


def test_a_scope_that_is_not_known_yet_is_open_and_one_that_is_not_there_does_not_apply() -> None:
    space, agent = layer(kind=LayerKind.NAMESPACE, scope="*"), layer(kind=LayerKind.AGENT, scope="*")
    assert applies(space, question("t", unknown=frozenset({Topic.NAMESPACE}))) is OPEN
    assert applies(agent, question("t", unknown=frozenset({Topic.PRINCIPAL}))) is OPEN
    assert applies(space, question("t")) is applies(agent, question("t")) is FALSE
