"""The model of a policy file: every fault, each with its place, and all of a file at once."""

import pytest

from extproc.config.faults import ConfigError
from extproc.config.policy_file import parse_policy
from extproc.config.vocabulary import Vocabulary
from tests.policies import HEAD


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_policy(text.encode(), "p.yaml", Vocabulary(entities=frozenset()))
    return [str(fault) for fault in caught.value.faults]


def of_rule(rule: str) -> str:
    [fault] = faults(f"{HEAD}spec:\n  default: deny\n  rules:\n    - {rule}\n")
    return fault


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("{id: @@Upper, effect: deny}", "spec.rules.0.id: "),
        ("@@{effect: deny}", "spec.rules.0.id: this setting is missing"),
        ("@@{id: a}", "spec.rules.0: a rule needs an effect or an obligation"),
        ("{id: a, effect: @@block}", "spec.rules.0.effect: must be one of allow, hold, deny"),
        ("{id: a, effect: deny, tools: @@[x]}", "spec.rules.0.tools: unknown setting"),
        ("{id: a, effect: deny, match: @@{}}", "spec.rules.0.match: this says nothing"),
        ("{id: a, effect: deny, match: {tools: @@[]}}", "spec.rules.0.match.tools: List should have at least 1"),
        ("{id: a, effect: deny, match: {tools: @@[x, x]}}", "spec.rules.0.match.tools: a word occurs twice"),
        ("{id: a, effect: deny, match: {tool: @@x}}", "spec.rules.0.match.tool: unknown setting"),
        ("{id: a, effect: deny, match: {on: [@@requests]}}", "spec.rules.0.match.on.0: must be one of request,"),
        ("{id: a, effect: deny, match: {direction: @@up}}", "spec.rules.0.match.direction: must be one of client_"),
        ('{id: a, effect: deny, match: {methods: [@@"@none"]}}', "spec.rules.0.match.methods.0: unknown group of"),
        ("{id: a, effect: deny, match: {intents: [@@bad]}}", "spec.rules.0.match.intents.0: must be one of read,"),
        ("{id: a, effect: deny, match: {evidence: [@@no]}}", "spec.rules.0.match.evidence.0: the classifier gives no"),
        ("{id: a, effect: deny, match: {findings: [@@CARD]}}", "spec.rules.0.match.findings.0: no detector finds CARD"),
        ("{id: a, effect: deny, match: {verified: @@1}}", "spec.rules.0.match.verified: "),
        ("{id: a, effect: deny, match: {not: @@{}}}", "spec.rules.0.match.not: this says nothing"),
        ("{id: a, effect: deny, match: {not: {not: @@{}}}}", "spec.rules.0.match.not.not: unknown setting"),
        ("{id: a, effect: deny, match: {session: {calls_over: @@-1}}}", "spec.rules.0.match.session.calls_over: "),
        ("{id: a, effect: deny, within: {tz: @@Mars, days: Mon}}", "spec.rules.0.within.tz: unknown time zone"),
        ("{id: a, effect: deny, within: @@{tz: UTC}}", "spec.rules.0.within: a window says days, hours, from or"),
        ("{id: a, effect: deny, within: @@{tz: UTC, days: Someday}}", "spec.rules.0.within: days are written as"),
        ("{id: a, effect: deny, within: @@{days: Mon}}", "spec.rules.0.within.tz: this setting is missing"),
        ('{id: a, effect: deny, when: @@"args.a >"}', "spec.rules.0.when: "),
        ('{id: a, effect: deny, when: @@"tool.nmae == 1"}', "spec.rules.0.when: "),
        ("{id: a, effect: deny, when: @@7}", "spec.rules.0.when: an expression is a text"),
        ("{id: a, redact: @@[]}", "spec.rules.0.redact: List should have at least 1"),
        ("{id: a, redact: [@@{}]}", "spec.rules.0.redact.0: a redaction has either a pointer or entities"),
        ("{id: a, redact: [{pointer: @@result/x}]}", "spec.rules.0.redact.0.pointer: a pointer pattern begins"),
        ("{id: a, redact: [{pointer: @@/id}]}", "spec.rules.0.redact.0.pointer: this member belongs to the"),
        ("{id: a, redact: [@@{pointer: /result/x, text: a, with: bab}]}", "spec.rules.0.redact.0: 'with' must not"),
        ("{id: a, redact: [{entities: [@@CARD]}]}", "spec.rules.0.redact.0.entities.0: no detector finds CARD"),
        ("{id: a, strip: [@@/params/name]}", "spec.rules.0.strip.0: only arguments can be named"),
        ("{id: a, strip: [@@/result/x]}", "spec.rules.0.strip.0: only arguments can be named"),
        ("{id: a, log: @@loud}", "spec.rules.0.log: must be one of debug,"),
        ("{id: a, record: @@false}", "spec.rules.0.record: "),
        ("@@{id: a, effect: deny, approval: {groups: [g]}}", "spec.rules.0: approval belongs to a rule with effect"),
        ("{id: a, effect: hold, approval: {groups: @@[]}}", "spec.rules.0.approval.groups: List should have"),
        ("@@{id: a, effect: hold, forward_token: true}", "spec.rules.0: forward_token belongs to a rule with"),
        ("{id: a, max_response_bytes: @@0}", "spec.rules.0.max_response_bytes: "),
        ("{id: a, effect: deny, mode: @@off}", "spec.rules.0.mode: must be one of enforce, shadow"),
        ("@@text", "spec.rules.0: "),
    ],
)
def test_a_fault_of_a_rule_stands_at_its_place(rule: str, fault: str) -> None:
    """`@@` marks the place."""
    before, _, after = rule.partition("@@")
    assert of_rule(before + after).startswith(f"p.yaml:7:{7 + len(before)}: {fault}")


_RULES = "rules: [{id: a, effect: deny}]"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "p.yaml:1:1: apiVersion: this setting is missing"),
        ("apiVersion: mcp-extproc/v2\nkind: Policy", "p.yaml:1:13: apiVersion: must be mcp-extproc/v1"),
        (HEAD.replace("Policy", "Role"), "p.yaml:2:7: kind: must be Policy"),
        (HEAD, "p.yaml:1:1: spec: this setting is missing"),
        (f"{HEAD}spec: {{{_RULES}}}", "p.yaml:4:7: spec.default: a platform layer says what holds"),
        (f"{HEAD}spec: {{default: deny}}", "p.yaml:4:7: spec: a policy has rules, roles or an approved list"),
        (f"{HEAD}spec: {{default: deny, rules: []}}", "p.yaml:4:30: spec.rules: List should have at least 1"),
        (f"{HEAD}spec: {{default: deny, roles: []}}", "p.yaml:4:30: spec.roles: List should have at least 1"),
        (f"{HEAD}spec: {{default: deny, approved: []}}", "p.yaml:4:33: spec.approved: List should have at least 1"),
        (f"{HEAD}spec: {{default: deny, {_RULES}}}\ntests: []", "p.yaml:5:8: tests: List should have at least 1"),
        (f"{HEAD}spec: {{default: deny, {_RULES}}}\nmore: 1", "p.yaml:5:7: more: unknown setting"),
        (f"{HEAD}spec: {{default: deny, rules: [{{id: a, effect: deny}}, {{id: a, effect: deny}}]}}",
         "p.yaml:4:59: spec.rules.1.id: another one has this id"),
        (HEAD.replace("test", "Test"), "p.yaml:3:18: metadata.name: "),
        (HEAD.replace("test", "test, layer: server"), "p.yaml:3:11: metadata: a layer of kind server names"),
        (HEAD.replace("test", "test, servers: [a]"), "p.yaml:3:11: metadata: a platform layer is about everything"),
        (HEAD.replace("test", "test, layer: user"), "p.yaml:3:31: metadata.layer: must be one of platform,"),
        (f"{HEAD}spec: {{default: deny, roles: [{{role: r, allow: [{{}}]}}]}}",
         "p.yaml:4:49: spec.roles.0.allow.0: this says nothing"),
        (f"{HEAD}spec: {{default: deny, roles: [{{role: r, allow: [{{tools: [a], prompts: [b]}}]}}]}}",
         "p.yaml:4:49: spec.roles.0.allow.0: tools, prompts and resources are different messages"),
    ],
)  # fmt: skip
def test_a_fault_of_the_envelope_stands_at_its_place(text: str, fault: str) -> None:
    assert any(one.startswith(fault) for one in faults(text)), faults(text)


def test_all_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    text = f"{HEAD}spec:\n  rules:\n    - {{id: a, effect: x}}\n    - {{id: a, when: '1 +'}}\n    - {{id: b}}\n"
    assert [one.split(": ")[0] for one in faults(text)] == [
        "p.yaml:5:3", "p.yaml:6:23", "p.yaml:7:12", "p.yaml:7:21", "p.yaml:8:7",
    ]  # fmt: skip


def test_no_fault_quotes_more_than_a_name() -> None:
    text = f"{HEAD}spec: {{default: secret-default, rules: [{{id: a, effect: secret-effect}}]}}"
    assert "secret" not in "\n".join(faults(text))
