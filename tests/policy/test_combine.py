"""Combining effects: the most restrictive wins, in whatever order, and nothing allows by omission."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extproc.model.decision import SEVERITY, Effect
from extproc.policy.combine import Combined, combine, most_restrictive
from extproc.policy.rules import Rule

_EFFECTS = st.sampled_from(list(Effect))
_ASKED = st.lists(
    st.builds(
        lambda number, effect, reason: (Rule(id=f"r{number}", effect=effect, reason=reason), effect),
        st.integers(min_value=0, max_value=9),
        _EFFECTS,
        st.none() | st.text(min_size=1, max_size=3),
    ),
    max_size=6,
)


def asked(*effects: Effect) -> list[tuple[Rule, Effect]]:
    return [(Rule(id=f"r{number}", effect=effect), effect) for number, effect in enumerate(effects)]


@pytest.mark.parametrize(
    ("effects", "winner", "determining"),
    [
        ([Effect.ALLOW], Effect.ALLOW, ("r0",)),
        ([Effect.ALLOW, Effect.HOLD], Effect.HOLD, ("r1",)),
        ([Effect.ALLOW, Effect.HOLD, Effect.DENY], Effect.DENY, ("r2",)),
        ([Effect.DENY, Effect.ALLOW, Effect.DENY], Effect.DENY, ("r0", "r2")),
        ([Effect.HOLD, Effect.HOLD], Effect.HOLD, ("r0", "r1")),
    ],
)
def test_the_most_restrictive_effect_wins_and_names_its_rules(
    effects: list[Effect], winner: Effect, determining: tuple[str, ...]
) -> None:
    assert combine(asked(*effects), default=Effect.DENY) == Combined(effect=winner, determining=determining)


@pytest.mark.parametrize("default", Effect)
def test_without_a_rule_the_default_decides_and_no_rule_is_named(default: Effect) -> None:
    assert combine([], default=default) == Combined(effect=default)


def test_an_allow_overrules_a_default_of_deny() -> None:
    assert combine(asked(Effect.ALLOW), default=Effect.DENY).effect is Effect.ALLOW


def test_the_first_reason_among_the_winners_is_kept() -> None:
    rules = [
        Rule(id="a", effect=Effect.ALLOW, reason="allowed"),
        Rule(id="b", effect=Effect.DENY),
        Rule(id="c", effect=Effect.DENY, reason="first"),
        Rule(id="d", effect=Effect.DENY, reason="second"),
    ]
    pairs = [(rule, rule.effect) for rule in rules if rule.effect is not None]
    assert combine(pairs, default=Effect.ALLOW).reason == "first"


@given(pairs=_ASKED, default=_EFFECTS)
def test_the_order_of_rules_changes_no_effect(pairs: list[tuple[Rule, Effect]], default: Effect) -> None:
    effects = {combine(list(order), default=default).effect for order in permutations(pairs[:4])}
    assert len(effects) == 1


@given(pairs=_ASKED, extra=_EFFECTS, default=_EFFECTS)
def test_another_restrictive_rule_never_loosens(
    pairs: list[tuple[Rule, Effect]], extra: Effect, default: Effect
) -> None:
    before = combine(pairs, default=default).effect
    after = combine([*pairs, (Rule(id="extra", effect=extra), extra)], default=default).effect
    if pairs or SEVERITY[extra] >= SEVERITY[default]:
        assert SEVERITY[after] >= SEVERITY[before]
    assert SEVERITY[after] >= SEVERITY[extra]


@given(parts=st.lists(st.builds(Combined, effect=_EFFECTS), min_size=1, max_size=5))
def test_every_part_of_a_message_must_be_allowed(parts: list[Combined]) -> None:
    combined = most_restrictive(parts)
    assert SEVERITY[combined.effect] == max(SEVERITY[part.effect] for part in parts)


def test_the_rules_of_equally_restrictive_parts_are_joined_each_once() -> None:
    parts = [
        Combined(effect=Effect.DENY, determining=("a", "b")),
        Combined(effect=Effect.ALLOW, determining=("z",), reason="not this"),
        Combined(effect=Effect.DENY, determining=("b", "c"), reason="this"),
    ]
    assert most_restrictive(parts) == Combined(effect=Effect.DENY, determining=("a", "b", "c"), reason="this")


def test_nothing_at_all_is_no_allowance() -> None:
    with pytest.raises(ValueError, match="empty"):
        most_restrictive([])
