"""The policy file: what it becomes, and every fault at its place."""

import hashlib
from pathlib import Path

import pytest

from extproc.config.faults import ConfigError
from extproc.config.policy_file import load_policy, parse_policy
from extproc.model.decision import Effect
from extproc.model.message import Direction
from extproc.policy.rules import Kind

_GOOD = b"""\
version: 1
default: deny
rules:
  - {id: lifecycle, effect: allow, methods: ["@lifecycle", "tools/*"]}
  - {id: no-deletes, effect: deny, servers: ["*"], methods: [tools/call], tools: ["delete_*"], reason: "Ask a person."}
  - {id: hide, direction: server_to_client, on: [response], redact: [{pointer: /result/**/email, with: "[gone]"}]}
"""


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_policy(text.encode(), "p.yaml")
    return [str(fault) for fault in caught.value.faults]


def test_a_policy_is_read_into_rules() -> None:
    policy = parse_policy(_GOOD, "p.yaml")
    lifecycle, no_deletes, hide = policy.rules
    assert policy.default is Effect.DENY
    assert lifecycle.methods is not None
    assert lifecycle.methods.fullmatch("initialize")
    assert lifecycle.methods.fullmatch("tools/list")
    assert not lifecycle.methods.fullmatch("resources/read")
    assert (no_deletes.effect, no_deletes.reason) == (Effect.DENY, "Ask a person.")
    assert (hide.effect, hide.direction, hide.kinds) == (None, Direction.SERVER_TO_CLIENT, frozenset({Kind.RESPONSE}))
    assert [(one.pattern.text, one.replacement, one.text) for one in hide.redactions] == [
        ("/result/**/email", "[gone]", None)
    ]


def test_the_revision_is_a_digest_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_bytes(_GOOD)
    assert load_policy(path).revision == hashlib.sha256(_GOOD).hexdigest()[:12]
    path.write_bytes(_GOOD + b"# a comment\n")
    assert load_policy(path).revision != parse_policy(_GOOD, "p.yaml").revision


def test_what_is_replaced_is_marked_unless_it_is_said_how() -> None:
    text = b"{version: 1, default: deny, rules: [{id: a, redact: [{pointer: /result/x}]}]}"
    assert parse_policy(text, "p").rules[0].redactions[0].replacement == "[REDACTED]"


def test_all_faults_are_told_at_once_each_at_its_place() -> None:
    text = """\
version: 2
default: perhaps
rules:
  - {id: Upper, effect: allow}
  - {id: empty}
  - {id: b, effect: block}
  - {id: c, effect: deny, methods: []}
  - {id: d, effect: deny, methods: ["@nothing"]}
  - {id: e, effect: deny, on: [requests]}
  - {id: f, redact: [{pointer: result/x}]}
  - {id: g, redact: [{pointer: /id}]}
  - {id: h, redact: [{pointer: /result/x, text: a, with: bab}]}
  - {id: i, effect: deny, tool: x}
  - {effect: deny}
  - text
"""
    assert [fault.split(": ")[:2] for fault in faults(text)] == [
        ["p.yaml:1:10", "version"],
        ["p.yaml:2:10", "default"],
        ["p.yaml:4:10", "rules.0.id"],
        ["p.yaml:5:5", "rules.1"],
        ["p.yaml:6:21", "rules.2.effect"],
        ["p.yaml:7:36", "rules.3.methods"],
        ["p.yaml:8:5", "rules.4"],
        ["p.yaml:9:32", "rules.5.on.0"],
        ["p.yaml:10:22", "rules.6.redact.0"],
        ["p.yaml:11:22", "rules.7.redact.0"],
        ["p.yaml:12:22", "rules.8.redact.0"],
        ["p.yaml:13:33", "rules.9.tool"],
        ["p.yaml:14:5", "rules.10.id"],
        ["p.yaml:15:5", "rules.11"],
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param("", "p.yaml:1:1: version: this setting is missing", id="nothing"),
        pytest.param("{version: 1, default: deny, rules: []}", "p.yaml:1:36: rules: ", id="no-rules"),
        pytest.param("{version: 1, default: deny}", "p.yaml:1:1: rules: this setting is missing", id="rules-missing"),
        pytest.param("{version: 1, rules: [{id: a, effect: deny}]}", "p.yaml:1:1: default: ", id="no-default"),
        pytest.param(
            "{version: '1', default: deny, rules: [{id: a, effect: deny}]}", "p.yaml:1:11: version: ", id="text"
        ),
        pytest.param(
            "{version: true, default: deny, rules: [{id: a, effect: deny}]}", "p.yaml:1:11: version: ", id="true"
        ),
    ],
)
def test_empty_is_not_permissive(text: str, fault: str) -> None:
    assert faults(text)[0].startswith(fault)


def test_a_rule_id_stands_once() -> None:
    rules = "\n".join(f"  - {{id: {name}, effect: deny}}" for name in ("a", "b", "a"))
    assert faults(f"version: 1\ndefault: deny\nrules:\n{rules}") == [
        "p.yaml:6:10: rules.2.id: another rule has this id"
    ]


@pytest.mark.parametrize(
    "pointer",
    ["/id", "/jsonrpc", "/method", "/params", "/params/name", "/params/_meta", "/result/_meta/x", "/error/code"],
)
def test_what_the_protocol_runs_on_cannot_be_redacted(pointer: str) -> None:
    text = f"{{version: 1, default: deny, rules: [{{id: a, redact: [{{pointer: {pointer}}}]}}]}}"
    [fault] = faults(text)
    assert "belongs to the protocol" in fault


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        load_policy(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="not UTF-8"):
        parse_policy(b"\xff", "p.yaml")
    with pytest.raises(ConfigError, match="larger than 4 MiB"):
        parse_policy(b"#" * (4 * 1024 * 1024 + 1), "p.yaml")


def test_an_alias_in_a_policy_is_a_fault() -> None:
    assert faults("version: 1\ndefault: &d deny\nrules: [{id: a, effect: *d}]") == [
        "p.yaml:2:10: rules.0.effect: aliases are not allowed: write the value out"
    ]
