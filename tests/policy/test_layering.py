"""Layers: an upper one that tries to loosen is refused with its place, one that tightens is not."""

import pytest

from extproc.policy.approved import ApprovedEntry, approved_rule
from extproc.policy.conditions import AnyOf, Verified
from extproc.policy.facts import Field
from extproc.policy.layering import loosenings
from extproc.policy.obligations import Obligations
from extproc.policy.rules import Layer, LayerKind, Mode, Rule
from extproc.policy.window import parse_window
from tests.policy.making import ALLOW, DENY, HOLD, layer, rule

_DESTRUCTIVE = AnyOf(Field.INTENT, frozenset({"destructive"}))
_READ = AnyOf(Field.INTENT, frozenset({"read"}))
_ANY = rule("any", ALLOW)
_NO_DELETE = rule("no-delete", DENY, tools="delete_*")


def upper(*rules: Rule, kind: LayerKind = LayerKind.NAMESPACE, scope: str = "prod", mode: Mode = Mode.ENFORCE) -> Layer:
    return layer(*rules, default=None, kind=kind, scope=scope, mode=mode, name="upper")


def messages(*layers: Layer) -> list[tuple[str, str | None, str]]:
    return [(one.place, one.rule_id, one.message) for one in loosenings(layers)]


@pytest.mark.parametrize(
    ("floor", "above", "words"),
    [
        (
            layer(_NO_DELETE, _ANY),
            rule("u", ALLOW, tools="delete_x"),
            "tool delete_x, which rule no-delete of platform is certain to deny",
        ),
        (layer(_NO_DELETE, _ANY), rule("u", ALLOW, tools="get_x,delete_x"), "tool delete_x, which rule no-delete"),
        (layer(_NO_DELETE, _ANY), rule("u", ALLOW, tools="delete_*"), "delete_*, which rule no-delete"),
        (
            layer(rule("a", ALLOW, tools="get_*")),
            rule("u", ALLOW, tools="put_x"),
            "the default of platform is certain to deny",
        ),
        (layer(rule("a", ALLOW, servers="crm")), rule("u", ALLOW, servers="shop"), "server shop, which the default"),
        (
            layer(rule("h", HOLD, _DESTRUCTIVE), _ANY),
            rule("u", ALLOW, _DESTRUCTIVE),
            "rule h of platform is certain to hold",
        ),
        (
            layer(rule("m", DENY, methods="completion/complete"), _ANY),
            rule("u", ALLOW, methods="completion/complete"),
            "method completion/complete",
        ),
        (layer(rule("p", DENY, prompts="*"), _ANY), rule("u", ALLOW, prompts="greet"), "prompt greet"),
        (
            layer(rule("f", DENY, resources="file:*"), _ANY),
            rule("u", ALLOW, resources="file:///x"),
            "resource file:///x",
        ),
        (
            layer(rule("e", DENY, "tool != 'special'", methods="tools/call"), _ANY),
            rule("u", ALLOW, tools="other"),
            "rule e of platform",
        ),
        (
            layer(approved_rule([ApprovedEntry(server="*", tools=["get_*"])]), _ANY),
            rule("u", ALLOW, tools="put"),
            "rule approved of platform",
        ),
        (
            layer(rule("x", DENY, on="response"), _ANY),
            rule("u", ALLOW, on="response"),
            "rule x of platform is certain to deny",
        ),
    ],
)
def test_an_allow_of_what_is_certain_to_be_refused_is_refused(floor: Layer, above: Rule, words: str) -> None:
    [(place, name, message)] = messages(floor, upper(above))
    assert (place, name) == ("u.yaml:1:1", "u")
    assert words in message


@pytest.mark.parametrize(
    ("floor", "above"),
    [
        (layer(_NO_DELETE, _ANY), rule("u", ALLOW, tools="get_x")),
        (layer(_NO_DELETE, _ANY), rule("u", ALLOW, tools="*")),
        (layer(_NO_DELETE, _ANY), rule("u", ALLOW)),
        (layer(_NO_DELETE, _ANY), rule("u", HOLD, tools="delete_x")),
        (layer(_NO_DELETE, _ANY), rule("u", DENY, tools="delete_x")),
        (layer(rule("a", ALLOW, tools="get_*", servers="crm")), rule("u", ALLOW, tools="get_x")),
        (layer(rule("a", ALLOW, _READ)), rule("u", ALLOW, tools="put_x")),
        (layer(rule("h", HOLD, _DESTRUCTIVE), _ANY), rule("u", ALLOW, _READ)),
        (layer(rule("w", DENY, "args.a == 1"), _ANY), rule("u", ALLOW, tools="x")),
        (layer(rule("v", DENY, Verified(expected=False)), _ANY), rule("u", ALLOW, tools="x")),
        (layer(rule("t", DENY, parse_window("UTC", "Sun", None, None, None)), _ANY), rule("u", ALLOW, tools="x")),
        (layer(rule("e", DENY, "tool != 'special'", methods="tools/call"), _ANY), rule("u", ALLOW, tools="spec*")),
        (layer(_NO_DELETE, _ANY), rule("u", ALLOW, tools="delete_x", mode=Mode.SHADOW)),
        (layer(_ANY, rule("s", DENY, tools="x", mode=Mode.SHADOW)), rule("u", ALLOW, tools="x")),
    ],
)
def test_what_tightens_or_may_be_allowed_is_not_refused(floor: Layer, above: Rule) -> None:
    assert messages(floor, upper(above)) == []


def test_a_default_may_not_be_less_restrictive() -> None:
    above = layer(default=ALLOW, kind=LayerKind.SERVER, scope="crm", name="upper")
    [(place, name, message)] = messages(layer(default=HOLD), above)
    assert (place, name) == ("upper.yaml:1:1", None)
    assert message == "its default allow is less restrictive than the default hold of platform"
    assert messages(layer(default=ALLOW), layer(default=DENY, kind=LayerKind.AGENT, name="upper")) == []
    elsewhere = layer(default=DENY, kind=LayerKind.NAMESPACE, scope="test", name="n")
    assert messages(layer(default=ALLOW), elsewhere, above) == []


def test_only_the_platform_lets_tokens_be_forwarded() -> None:
    granting = rule("t", ALLOW, does=Obligations(forward_token=True))
    assert messages(layer(granting)) == []
    [(place, name, message)] = messages(layer(_ANY), upper(granting))
    assert (place, name) == ("t.yaml:1:1", "t")
    assert "token" in message


def test_an_id_stands_in_one_layer_only() -> None:
    [(place, name, message)] = messages(layer(_ANY), upper(rule("any", DENY)))
    assert (place, name, message) == ("any.yaml:1:1", "any", "the id any is already that of a rule in platform")


def test_a_floor_is_needed_and_decides_everything() -> None:
    assert [message for _, _, message in messages(upper(_ANY))] == [
        "no file is of the layer platform, so nothing is the floor"
    ]
    assert messages(layer(_ANY, default=None)) == [
        ("platform.yaml:1:1", None, "a layer of the platform needs a default")
    ]
    assert [message for _, _, message in messages()] == ["no file is of the layer platform, so nothing is the floor"]


def test_layers_of_a_kind_are_independent_and_those_between_count() -> None:
    namespace = layer(rule("n", DENY, tools="x"), default=None, kind=LayerKind.NAMESPACE, name="n")
    server = upper(rule("s", ALLOW, tools="x"), kind=LayerKind.SERVER, scope="crm")
    other = layer(rule("o", ALLOW, tools="x"), default=None, kind=LayerKind.NAMESPACE, name="o")
    assert messages(layer(_ANY), namespace, other) == []
    assert [name for _, name, _ in messages(layer(_ANY), server, namespace)] == ["s"]
    elsewhere = layer(rule("n", DENY, tools="x"), default=None, kind=LayerKind.NAMESPACE, scope="p", name="n")
    assert messages(layer(_ANY), server, elsewhere) == []


def test_a_layer_of_a_server_is_asked_about_that_server() -> None:
    floor = layer(rule("d", DENY, servers="crm"), _ANY)
    assert [name for _, name, _ in messages(floor, upper(rule("u", ALLOW), kind=LayerKind.SERVER, scope="crm"))] == [
        "u"
    ]
    assert messages(floor, upper(rule("u", ALLOW), kind=LayerKind.SERVER, scope="shop")) == []
