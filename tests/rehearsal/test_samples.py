"""Made-up messages: the rule they are made for matches them, whatever it asks."""

import pytest

from extproc.pipeline.aspects import acts_of
from extproc.pipeline.stages import question_of
from extproc.policy.matching import matching as matching_rules
from extproc.policy.rules import Layer, Rule
from extproc.rehearsal.messages import line_of
from extproc.rehearsal.replay import Replay
from extproc.rehearsal.samples import matching, missing_only_the_expression
from extproc.rehearsal.situation import Situation, given
from tests.policies import policy


def matched(layer: Layer, rule: Rule, situation: Situation) -> bool:
    classified = given(situation)
    acts = acts_of(situation.message, situation.context)
    return any(
        rule in matching_rules(layer, question_of(act, situation.context, classified, frozenset())) for act in acts
    )


_RULES: list[dict[str, object]] = [
    {"tools": ["get_*"]},
    {"prompts": ["p?"]},
    {"resources": ["file:///*"]},
    {"methods": ["tools/list"]},
    {"methods": ["notifications/progress"]},
    {"servers": ["db-*"], "groups": ["a", "b"], "roles": ["r"]},
    {"agents": ["bot-*"], "teams": ["red"], "organisations": ["acme"], "namespaces": ["pay-*"]},
    {"verified": False, "tools": ["x"]},
    {"intents": ["destructive"]},
    {"session": {"calls_over": 5, "refused_over": 2, "tools": ["get_*"], "intents": ["write"]}},
    {"session": {"labels": ["flagged"], "risk_over": 0.5}},
    {"tools": ["x"], "flags": ["poisoned", "drifted"]},
    {"within": {"tz": "Europe/London", "days": "Sat,Sun", "hours": "22:00-04:00"}},
    {"within": {"tz": "UTC", "days": "Mon", "from": "2031-02-03", "until": "2031-02-28"}},
    {"tools": ["refund"], "when": "number(args.amount) > 500.0 && lower(args.currency) == 'usd'"},
    {"tools": ["refund"], "when": "has(args.amount) && number(args.amount) <= 0.0"},
    {"when": "tool == 'special' && server == 'bank'"},
]


@pytest.mark.parametrize("members", _RULES)
def test_a_message_is_found_for_a_rule(members: dict[str, object]) -> None:
    [layer] = policy({"effect": "deny", **members}).layers
    situation = next(matching(layer.rules[0], layer))
    assert matched(layer, layer.rules[0], situation)


@pytest.mark.parametrize("members", [members for members in _RULES if "when" in members and "tools" in members])
def test_a_message_is_found_that_only_the_expression_misses(members: dict[str, object]) -> None:
    [layer] = policy({"effect": "deny", **members}).layers
    situation = next(missing_only_the_expression(layer.rules[0], layer))
    assert not matched(layer, layer.rules[0], situation)


@pytest.mark.parametrize("members", _RULES)
def test_a_message_that_is_written_down_is_judged_the_same_when_it_is_read(members: dict[str, object]) -> None:
    loaded = policy({"effect": "allow"}, {"id": "it", "effect": "deny", **members})
    situation = next(matching(loaded.rules[1], loaded.layers[0]))
    judged = Replay(loaded, assume=True).judge(line_of(situation))
    assert judged.decision.determining == ("it",)  # type: ignore[union-attr]  # a rejection would fail here


def test_nothing_is_found_where_no_time_is_inside() -> None:
    within = {"tz": "UTC", "days": "Mon", "from": "2026-01-01", "until": "2026-01-03"}
    with pytest.raises(Exception, match="none of the days lies between the dates"):
        policy({"effect": "deny", "within": within})
