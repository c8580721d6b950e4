"""Rules: what they are about, what they ask for, and how a layer finds them."""

from dataclasses import replace

import pytest

from extproc.model.decision import Effect
from extproc.model.message import Direction
from extproc.policy.question import Aspect, Kind
from extproc.policy.rules import Rule, asks, holds
from tests.policy.making import layer, question, rule

_S2C = Direction.SERVER_TO_CLIENT
CALL = question("delete_customer", server="shop").aspect
LIST = question(method="tools/list", server="shop").aspect
RESULT = replace(CALL, kind=Kind.RESPONSE, direction=_S2C)
UNKNOWN_RESULT = replace(RESULT, methods=frozenset(), tool=None)
NOTE = replace(LIST, kind=Kind.NOTIFICATION, direction=_S2C, methods=frozenset({"notifications/message"}))
PROMPT = question(prompt="greet").aspect
FILE = question(resource="file:///pub/x").aspect


@pytest.mark.parametrize(
    ("made", "aspect", "expected"),
    [
        pytest.param(rule("r", None), CALL, True, id="nothing-said"),
        pytest.param(rule("r", None), UNKNOWN_RESULT, True, id="nothing-said-of-an-unknown-response"),
        pytest.param(rule("r", None, servers="shop"), CALL, True, id="server"),
        pytest.param(rule("r", None, servers="sh*"), CALL, True, id="server-glob"),
        pytest.param(rule("r", None, servers="bank"), CALL, False, id="other-server"),
        pytest.param(rule("r", None, methods="tools/*"), CALL, True, id="method-glob"),
        pytest.param(rule("r", None, methods="tools/list"), CALL, False, id="other-method"),
        pytest.param(rule("r", None, methods="tools/list,tools/call"), CALL, True, id="one-of-several-methods"),
        pytest.param(rule("r", None, methods="*"), UNKNOWN_RESULT, False, id="any-method-needs-a-known-one"),
        pytest.param(rule("r", None, tools="delete_*"), CALL, True, id="tool"),
        pytest.param(rule("r", None, tools="*"), LIST, False, id="any-tool-needs-a-tool"),
        pytest.param(rule("r", None, tools="get_*"), CALL, False, id="other-tool"),
        pytest.param(rule("r", None, prompts="greet"), PROMPT, True, id="prompt"),
        pytest.param(rule("r", None, prompts="greet"), CALL, False, id="any-prompt-needs-a-prompt"),
        pytest.param(rule("r", None, resources="file:///pub/*"), FILE, True, id="resource"),
        pytest.param(rule("r", None, resources="file:///etc/*"), FILE, False, id="other-resource"),
        pytest.param(rule("r", None, on="request"), CALL, True, id="kind"),
        pytest.param(rule("r", None, on="response"), CALL, False, id="other-kind"),
        pytest.param(rule("r", None, on="response,notification"), NOTE, True, id="one-of-several-kinds"),
        pytest.param(rule("r", None, direction=_S2C), NOTE, True, id="direction"),
        pytest.param(rule("r", None, direction=_S2C), CALL, False, id="other-direction"),
        pytest.param(rule("r", None, methods="tools/call", servers="bank"), CALL, False, id="all-must-hold"),
    ],
)
def test_a_rule_is_about_what_all_its_members_fit(made: Rule, aspect: Aspect, *, expected: bool) -> None:
    assert holds(made, aspect) is expected
    assert (layer(made).about(aspect) == (made,)) is expected


def test_rules_are_found_in_the_order_of_the_file_and_each_once() -> None:
    rules = (
        rule("b", Effect.ALLOW),
        rule("c", Effect.DENY, tools="x,delete_customer"),
        rule("d", Effect.DENY, servers="shop", methods="tools/call,tools/list"),
        rule("e", Effect.DENY, tools="nothing"),
        rule("a", Effect.HOLD, servers="shop"),
    )
    assert [found.id for found in layer(*rules).about(CALL)] == ["b", "c", "d", "a"]


@pytest.mark.parametrize(
    ("made", "aspect", "effect"),
    [
        pytest.param(rule("r", Effect.DENY), CALL, Effect.DENY, id="a-request"),
        pytest.param(rule("r", Effect.HOLD), NOTE, Effect.HOLD, id="a-notification"),
        pytest.param(rule("r", Effect.DENY), RESULT, None, id="not-a-response"),
        pytest.param(rule("r", Effect.DENY, on="response"), RESULT, Effect.DENY, id="a-response-when-it-says-so"),
        pytest.param(rule("r", None), CALL, None, id="an-obligation-asks-for-nothing"),
    ],
)
def test_an_effect_is_about_what_starts_something_unless_it_says_more(
    made: Rule, aspect: Aspect, effect: Effect | None
) -> None:
    assert asks(made, aspect) is effect


@pytest.mark.parametrize(
    ("effect", "expected"), [(Effect.ALLOW, False), (Effect.HOLD, True), (Effect.DENY, True), (None, True)]
)
def test_everything_but_an_allow_restricts(effect: Effect | None, *, expected: bool) -> None:
    assert rule("r", effect).restrictive is expected
    assert replace(rule("r", Effect.ALLOW), effect=effect).restrictive is expected


def test_what_is_remembered_of_names_is_bounded_in_number_and_in_length() -> None:
    made = layer(rule("all", Effect.ALLOW), rule("no", Effect.DENY, tools="*x"))
    for number in range(5_000):
        made.about(replace(CALL, tool=f"{number}x"))
    remembered = made._index._found
    assert 0 < len(remembered) <= 4096
    before = len(remembered)
    for name in ("a" * 1_000_000 + "x", "a" * 1_000_000):
        assert [found.id for found in made.about(replace(CALL, tool=name))] == ["all", "no"][: 1 + name.endswith("x")]
        assert made.about(replace(LIST, methods=frozenset({name})))
    assert len(remembered) == before
