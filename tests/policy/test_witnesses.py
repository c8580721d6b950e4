"""Witnesses: the questions that stand for what a rule names."""

from extproc.policy.conditions import Not
from extproc.policy.facts import Topic
from extproc.policy.globs import Globs
from extproc.policy.naming import OtherThan, Part
from extproc.policy.rules import LayerKind, holds
from extproc.policy.witnesses import claims, vocabulary
from tests.policy.making import ALLOW, DENY, layer, rule


def test_each_literal_name_is_a_claim_of_its_own() -> None:
    made = rule("r", ALLOW, tools="a,b", servers="x,y")
    above = layer(made, kind=LayerKind.NAMESPACE)
    found = list(claims(made, above, vocabulary([above])))
    assert [claim.words for claim in found] == [
        "server x tool a",
        "server x tool b",
        "server y tool a",
        "server y tool b",
    ]
    assert all(holds(made, asked.aspect) for claim in found for asked in claim.questions)
    assert {(asked.aspect.server, asked.aspect.tool) for asked in found[1].questions} == {("x", "b")}


def test_what_is_left_open_is_sampled_by_every_name_that_some_layer_tells_apart() -> None:
    floor = layer(
        rule("f", DENY, servers="crm,shop-*"),
        rule("e", DENY, "server == 'bank'"),
        rule("o", DENY, Not(OtherThan(Part.SERVER, Globs(["wiki"])))),
    )
    made = rule("r", ALLOW, tools="a")
    [claim] = claims(made, layer(made), vocabulary([floor]))
    assert {asked.aspect.server for asked in claim.questions} == {"any-other-name", "crm", "shop-x", "bank", "wiki"}
    assert {asked.facts.open for asked in claim.questions} == {frozenset(Topic)}


def test_a_rule_that_names_nothing_claims_everything() -> None:
    made = rule("r", ALLOW)
    [claim] = claims(made, layer(made), vocabulary([layer(made)]))
    methods = {method for asked in claim.questions for method in asked.aspect.methods}
    assert claim.words == "everything"
    assert {"tools/call", "prompts/get", "resources/read", "ping", "tools/list"} <= methods


def test_a_claim_too_wide_to_be_asked_is_left_out() -> None:
    floor = layer(*(rule(f"f{number}", DENY, servers=f"s{number}", tools=f"t{number}") for number in range(60)))
    made = rule("r", ALLOW)
    assert list(claims(made, layer(made), vocabulary([floor]))) == []
