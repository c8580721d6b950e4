"""The policy of one namespace: what is refused at its place, and how it is written down among others."""

import re
from typing import Any

import pytest

from extproc.config.faults import ConfigError
from extproc.config.policy_file import joined, parse_file
from extproc.config.vocabulary import NOTHING_INSTALLED
from extproc.kubernetes.documents import Caps, checked, denying, prefix_of
from extproc.model.decision import Effect
from extproc.policy.rules import Rule
from tests.kubernetes.policies import LOOSENING, config_map, floor, policy

FAILING = "tests:\n  - {name: t, given: {tool: erase, namespace: team-a}, expect: {outcome: allow}}\n"
LONG = "a-namespace-with-a-very-long-name-that-is-still-allowed"


def written(namespace: str, text: str, caps: Caps | None = None) -> Any:
    return checked(namespace, [config_map(namespace, text)], floor(), caps or Caps(), NOTHING_INSTALLED)


def refused(namespace: str, *maps: dict[str, Any], caps: Caps | None = None) -> str:
    with pytest.raises(ConfigError) as error:
        checked(namespace, maps, floor(), caps or Caps(), NOTHING_INSTALLED)
    return str(error.value)


def behaviour(rule: Rule) -> dict[str, object]:
    """Return all but how a rule is called and where it stands; compiled parts by what they were made of."""
    parts = {name: getattr(rule, name) for name in Rule.__slots__ if name not in {"id", "place", "conditions"}}
    return {**parts, "conditions": sorted(map(repr, rule.conditions))}


def test_a_good_policy_is_written_with_its_namespace_before_its_names() -> None:
    bound = written("team-a", policy("team-a"))
    assert bound.file.layer.name == "team-a.team"
    assert [rule.id for rule in bound.file.layer.rules] == ["team-a.no-erase"]
    assert bound.text.startswith(b"# Of team-a/mcp-extproc-policy/policy.yaml, with the namespace before its names.\n")


def test_two_namespaces_may_call_their_rules_alike() -> None:
    files = [written(namespace, policy(namespace)).file for namespace in ("team", "team-a", "a")]
    joined([*floor(), *files])


EVERYTHING = """\
apiVersion: mcp-extproc/v1
kind: Policy
metadata: {name: team, description: "a: 'text' # \\U0001F600", layer: namespace, namespaces: [team-a]}
spec:
  default: deny
  approved: [{server: shop, tools: [look, buy]}]
  roles:
    - role: Reader
      groups: [readers]
      subjects: ["u*"]
      allow: [{servers: [shop], tools: [look]}, {methods: ["@lists"]}]
    - {role: reader, allow: [{servers: [shop], intents: [read]}]}
    - {role: rule, agents: [bot], allow: [{resources: ["file:///*"]}]}
  rules:
    - {id: role.rule, match: {tools: ["no", "1e3", "0x1", "~"]}, effect: deny, reason: "12:30"}
    - id: timed
      match: {tools: [erase], "not": {groups: [admins]}, session: {risk_over: 0.5}}
      within: {tz: Europe/London, hours: "09:00-17:00"}
      when: 'number(args.amount) > 100.0 && args.note != "x"'
      effect: hold
tests:
  - name: erased by nobody
    given: {tool: look, server: shop, namespace: team-a, principal: {subject: u1, groups: [readers]}}
    expect: {outcome: allow}
  - name: by the rule
    given: {tool: "1e3", server: shop, namespace: team-a, principal: {subject: u1, groups: [readers]}}
    expect: {outcome: deny, rules: [role.rule, "approved:team"]}
"""


def test_what_is_written_means_what_the_team_wrote() -> None:
    text = EVERYTHING
    before = parse_file(text.encode(), "team.yaml")
    after = written("team-a", text)
    assert [behaviour(rule) for rule in after.file.layer.rules] == [behaviour(rule) for rule in before.layer.rules]
    assert (after.file.layer.default, after.file.layer.scope) == (Effect.DENY, before.layer.scope)
    assert after.file.description == before.description
    ids = [rule.id for rule in after.file.layer.rules]
    assert ids == [
        "approved:team-a.team",
        "team-a.role.reader",
        "team-a.role.reader.2",
        "team-a.role.reader.3",
        "team-a.role.rule.2",
        "team-a.role.rule",
        "team-a.timed",
    ]
    assert (len(before.cases), after.file.cases) == (2, ())


def test_a_long_namespace_is_shortened_to_something_that_no_other_has() -> None:
    assert prefix_of("team-a") == "team-a."
    assert re.fullmatch(r"[a-z-]{15}_[0-9a-f]{8}\.", prefix_of(LONG))
    assert prefix_of(LONG) != prefix_of(f"{LONG}-2")
    rule = "{id: " + "x" * 40 + ", effect: deny}"
    words = refused(LONG, config_map(LONG, policy(LONG, rule)))
    assert f"{LONG}/mcp-extproc-policy/policy.yaml:6:12: spec.rules.0.id: with the namespace before it" in words
    assert "at most 39 characters here" in words


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("layer: namespace, namespaces: [team-a]", "layer: platform"),
        ("layer: namespace, namespaces: [team-a]", "layer: server, servers: [shop]"),
        (", layer: namespace, namespaces: [team-a]", ""),
        ("namespaces: [team-a]", "namespaces: [team-b]"),
        ("namespaces: [team-a]", "namespaces: [team-a, team-b]"),
        ("namespaces: [team-a]", "namespaces: ['*']"),
        ("namespaces: [team-a]", "namespaces: ['team-?']"),
    ],
)
def test_a_policy_for_anybody_else_is_refused_and_told_what_to_say(old: str, new: str) -> None:
    text = policy("team-a", more="  default: deny\n").replace(old, new)
    words = refused("team-a", config_map("team-a", text))
    assert "says 'layer: namespace' and 'namespaces: [team-a]', and nothing else" in words
    assert words.startswith("team-a/mcp-extproc-policy/policy.yaml:3:")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (policy("team-a", LOOSENING), "yes-shell: it allows"),
        (policy("team-a", "{id: a, effect: deny, redact: 1}"), "spec.rules.0.redact"),
        (policy("team-a", "{id: no-shell, effect: deny}"), "already that of a rule in platform"),
        (policy("team-a", more="  default: allow\n") + "x: [", "policy.yaml:"),
        (
            policy(
                "team-a",
                tests="tests:\n  - {name: t, given: {tool: erase, namespace: team-a}, expect: {outcome: allow}}\n",
            ),
            "the test 't' fails",
        ),
    ],
)
def test_what_the_floor_or_the_form_does_not_bear_is_told_with_its_place(text: str, words: str) -> None:
    told = refused("team-a", config_map("team-a", text))
    assert words in told
    assert told.startswith("team-a/mcp-extproc-policy/policy.yaml:")


def test_one_namespace_has_one_policy() -> None:
    assert "one key that ends in .yaml" in refused("a", config_map("a", **{"readme.txt": "x"}))
    two = {"one.yaml": policy("a"), "two.yml": policy("a")}
    assert refused("a", config_map("a", **two)).startswith("a/mcp-extproc-policy/two.yml:1:1")
    assert "in one ConfigMap" in refused("a", config_map("a"), config_map("a", name="second"))
    beside = config_map("a", **{"one.yaml": policy("a"), "notes": "x"})
    assert checked("a", [beside], floor(), Caps(), NOTHING_INSTALLED).file.layer.name == "a.team"


def test_the_size_and_the_rules_of_one_namespace_are_capped() -> None:
    assert "larger than 100 bytes" in refused("a", config_map("a"), caps=Caps(bytes=100))
    rules = [f"{{id: r{number}, effect: deny}}" for number in range(4)]
    assert "more than 3 rules" in refused("a", config_map("a", policy("a", *rules)), caps=Caps(rules=3))


def test_a_layer_that_denies_is_for_its_namespace_alone_and_fits_beside_others() -> None:
    files = [parse_file(denying(namespace), namespace) for namespace in ("a", "b", LONG)]
    joined([*floor(), *files])
    assert [str(file.layer.scope) for file in files] == ["a", "b", LONG]
    assert {rule.effect for file in files for rule in file.layer.rules} == {Effect.DENY}
