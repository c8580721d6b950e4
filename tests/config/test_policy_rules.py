"""What stands in a rule, as values: every condition and obligation, the roles and the approved list."""

import pytest

from extproc.config.policy_file import parse_policy
from extproc.model.decision import Effect
from extproc.model.message import Direction
from extproc.model.standing import Flag
from extproc.policy.conditions import AnyOf, CallsOver, Like, Not, RefusedOver, RiskOver, Verified
from extproc.policy.expression import When
from extproc.policy.facts import Field
from extproc.policy.globs import Globs
from extproc.policy.naming import OtherThan, Part
from extproc.policy.obligations import NO_OBLIGATIONS, LogLevel
from extproc.policy.question import Kind
from extproc.policy.rules import Mode, Rule
from extproc.policy.window import Window
from tests.policies import HEAD


def rules(spec: str) -> tuple[Rule, ...]:
    return parse_policy(f"{HEAD}spec:\n  default: deny\n  {spec}\n".encode(), "p.yaml").rules


def rule(members: str) -> Rule:
    return rules(f"rules: [{{id: a, effect: deny, {members}}}]")[0]


@pytest.mark.parametrize(
    ("match", "condition"),
    [
        ("subjects: ['ada*']", Like(Field.SUBJECT, Globs(("ada*",)))),
        ("issuers: ['https://*']", Like(Field.ISSUER, Globs(("https://*",)))),
        ("agents: [bot-1]", Like(Field.AGENT, Globs(("bot-1",)))),
        ("organisations: [acme]", Like(Field.ORGANISATION, Globs(("acme",)))),
        ("teams: [red]", Like(Field.TEAM, Globs(("red",)))),
        ("namespaces: [pay]", Like(Field.NAMESPACE, Globs(("pay",)))),
        ("sources: [idp]", AnyOf(Field.SOURCE, frozenset({"idp"}))),
        ("groups: ['a*', b]", AnyOf(Field.GROUPS, frozenset({"a*", "b"}))),
        ("roles: [r]", AnyOf(Field.ROLES, frozenset({"r"}))),
        ("scopes: [s]", AnyOf(Field.SCOPES, frozenset({"s"}))),
        ("intents: [read, write]", AnyOf(Field.INTENT, frozenset({"read", "write"}))),
        ("evidence: [name_verb]", AnyOf(Field.EVIDENCE, frozenset({"name_verb"}))),
        ("verified: false", Verified(expected=False)),
        ("session: {calls_over: 3}", CallsOver(3)),
        ("session: {refused_over: 0}", RefusedOver(0)),
        ("session: {tools: ['get_*']}", Like(Field.CALLED_TOOLS, Globs(("get_*",)))),
        ("session: {intents: [write]}", AnyOf(Field.CALLED_INTENTS, frozenset({"write"}))),
        ("session: {labels: [flagged]}", Like(Field.LABELS, Globs(("flagged",)))),
        ("session: {risk_over: 0.5}", RiskOver(0.5)),
        ("flags: [drifted]", AnyOf(Field.FLAGS, frozenset({Flag.DRIFTED}))),
        ("not: {groups: [g]}", Not(AnyOf(Field.GROUPS, frozenset({"g"})))),
        ("not: {tools: [t]}", OtherThan(Part.TOOL, Globs(("t",)))),
        ("not: {servers: ['s*']}", OtherThan(Part.SERVER, Globs(("s*",)))),
    ],
)
def test_a_member_of_a_match_becomes_a_condition(match: str, condition: object) -> None:
    assert rule(f"match: {{{match}}}").conditions == (condition,)


def test_what_a_message_does_is_matched_without_conditions() -> None:
    made = rule(
        "match: {on: [response], direction: server_to_client, servers: [s], tools: [t], "
        "methods: ['@lists', tools/call]}"
    )
    assert (made.kinds, made.direction, made.conditions) == (
        frozenset({Kind.RESPONSE}),
        Direction.SERVER_TO_CLIENT,
        (),
    )
    assert made.methods is not None
    assert made.methods.literals is not None
    assert made.methods.literals >= {"tools/list", "prompts/list", "tools/call"}
    assert (made.servers, made.tools) == (Globs(("s",)), Globs(("t",)))


def test_dear_conditions_come_last() -> None:
    made = rule("match: {groups: [g], verified: true}, within: {tz: UTC, days: Mon}, when: 'tool == \"x\"'")
    assert [type(one) for one in made.conditions] == [Verified, AnyOf, Window, When]


def test_all_obligations_are_kept() -> None:
    made = rules(
        "rules: [{id: a, effect: hold, mode: shadow, reason: Why., redact: [{pointer: /result/x}], "
        "strip: [/params/arguments/debug], log: warning, notify: [sec], record: true, rate_limit: slow, "
        "approval: {groups: [leads]}, scopes: ['refunds:write'], max_response_bytes: 9}]"
    )[0]
    met = made.obligations
    assert (made.mode, made.reason, met.redactions[0].replacement) == (Mode.SHADOW, "Why.", "[REDACTED]")
    assert (met.strip[0].text, met.log) == ("/params/arguments/debug", LogLevel.WARNING)
    assert met.notify == {"sec"}
    assert met.record
    assert (set(met.rate_limits), set(met.approval)) == ({"slow"}, {"leads"})
    assert (set(met.scopes), met.response_bytes, met.forward_token) == ({"refunds:write"}, 9, False)
    assert rule("match: {tools: [x]}").obligations is NO_OBLIGATIONS
    assert rules("rules: [{id: a, effect: allow, forward_token: true}]")[0].obligations.forward_token


def test_a_role_is_an_allow_rule_for_each_of_its_lines() -> None:
    one, two = rules(
        "roles: [{role: support, groups: [sup], allow: [{servers: [crm], intents: [read]}, {tools: [t]}]}]"
    )
    holders = (Verified(expected=True), AnyOf(Field.GROUPS, frozenset({"sup"})))
    assert (one.id, one.effect, one.servers) == ("role:support:1", Effect.ALLOW, Globs(("crm",)))
    assert one.conditions == (*holders, AnyOf(Field.INTENT, frozenset({"read"})))
    assert (two.id, two.tools, two.conditions) == ("role:support:2", Globs(("t",)), holders)
    assert two.place == "p.yaml:6:85"


def test_a_role_without_holders_is_for_those_who_have_it() -> None:
    [made] = rules("roles: [{role: support, allow: [{tools: [t]}]}]")
    assert (made.id, made.conditions[1]) == ("role:support", AnyOf(Field.ROLES, frozenset({"support"})))


def test_the_approved_list_is_a_rule_at_its_place() -> None:
    [made] = rules("approved: [{server: stripe, tools: []}]")
    assert (made.id, made.effect, made.place) == ("approved", Effect.DENY, "p.yaml:6:13")
