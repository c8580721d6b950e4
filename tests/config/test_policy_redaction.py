"""What a policy file says of redaction: operators for entities, and which server gets which values back."""

import pytest

from extproc.config.faults import ConfigError
from extproc.config.policy_file import parse_policy
from extproc.config.vocabulary import Vocabulary
from extproc.model.finding import Category
from extproc.policy.obligations import Obligations, Operator
from tests.policies import HEAD

KNOWN = Vocabulary(entities=frozenset({"email", "phone"}))


def obligations(rule: str) -> Obligations:
    text = f"{HEAD}spec: {{default: deny, rules: [{{id: a, {rule}}}]}}\n"
    return parse_policy(text.encode(), "p.yaml", KNOWN).rules[0].obligations


def fault(rule: str, head: str = HEAD) -> str:
    text = f"{head}spec: {{default: deny, rules: [{{id: a, {rule}}}]}}\n"
    with pytest.raises(ConfigError) as caught:
        parse_policy(text.encode(), "p.yaml", KNOWN)
    [one] = caught.value.faults
    return str(one).partition(" ")[2]


def test_entities_and_categories_have_an_operator_and_redact_without_one() -> None:
    met = obligations("redact: [{entities: [email], with: tokenize}, {entities: [phone, secret]}]")
    assert [
        met.operator(*one) for one in [("email", Category.PII), ("phone", Category.PII), ("key", Category.SECRET)]
    ] == [Operator.TOKENIZE, Operator.REDACT, Operator.REDACT]


@pytest.mark.parametrize("operator", [operator.value for operator in Operator])
def test_every_operator_can_be_asked_for(operator: str) -> None:
    met = obligations(f"redact: [{{entities: [email], with: {operator}}}]")
    assert met.operator("email", Category.PII) is Operator(operator)


def test_a_rule_that_allows_can_give_values_back_at_a_place() -> None:
    rule = "effect: allow, match: {servers: [mail], tools: [send]}"
    [restoration] = obligations(f"{rule}, restore: [{{pointer: /params/arguments/to, entities: [email]}}]").restorations
    assert (restoration.pattern.text, restoration.entities) == ("/params/arguments/to", frozenset({"email"}))


NAMED = "match: {servers: [mail], tools: [send]}"
RESTORE = "restore: [{pointer: /params/arguments/to, entities: [email]}]"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("redact: [{entities: [email], with: erase}]", "'with' of entities is one of drop, redact, hash, mask, pseud"),
        ("redact: [{entities: [email], text: a}]", "'text' belongs to a pointer"),
        ("redact: [{entities: [secret], with: tokenize}]", "a secret is never kept to be given back"),
        ("redact: [{entities: [iban]}]", "no detector finds iban"),
        (f"effect: deny, {NAMED}, {RESTORE}", "restore belongs to a rule with effect: allow"),
        (f"effect: allow, {RESTORE}", "a rule that restores names its servers and tools, in full"),
        (f"effect: allow, match: {{servers: [mail]}}, {RESTORE}", "a rule that restores names its servers and tools"),
        (f"effect: allow, match: {{servers: ['m*'], tools: [t]}}, {RESTORE}", "a rule that restores names its"),
        (f"effect: allow, match: {{servers: [m], tools: ['?']}}, {RESTORE}", "a rule that restores names its"),
        (f"effect: allow, {NAMED}, restore: [{{pointer: /params/arguments/to, entities: [secret]}}]", "a secret is"),
        (f"effect: allow, {NAMED}, restore: [{{pointer: /result/x, entities: [email]}}]", "only arguments can be"),
        (f"effect: allow, {NAMED}, restore: []", "List should have at least 1"),
    ],
)
def test_what_cannot_be_meant_is_a_fault(rule: str, said: str) -> None:
    assert f": {said}" in fault(rule)


def test_a_layer_above_the_platform_gives_nothing_back() -> None:
    head = HEAD.replace("metadata: {", "metadata: {layer: server, servers: [mail], ")
    assert head != HEAD
    said = fault(f"effect: allow, {NAMED}, {RESTORE}", head)
    assert said == "spec.rules.0.restore: only a layer of the platform can give values back"
