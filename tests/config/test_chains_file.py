"""Files of chain rules: what is shipped, what operators add, and faults at their places."""

from pathlib import Path

import pytest

from extproc.config.chains_file import load_chains, parse_chains, shipped_chains
from extproc.config.faults import ConfigError
from extproc.model.intent import Intent
from extproc.sessions.kinds import Kind
from extproc.sessions.sinks import Reach

_OWN = """
chains:
  - id: nightly_mail
    title: Mail after untrusted content
    severity: low
    cases:
      - why: mail follows untrusted content
        score: 0.4
        when:
          labels: [untrusted]
          sinks: [mail]
          intents: [write]
          reach: outside
          within: {calls: 5, seconds: 60}
"""


def test_the_shipped_chains_have_each_a_name_of_their_own() -> None:
    names = [rule.id for file in shipped_chains() for rule in file.rules]
    assert sorted(names) == sorted(
        [
            "injected_sink",
            "sensitive_egress",
            "encoded_egress",
            "credential_use",
            "privilege_climb",
            "bulk_enumeration",
            "loop",
            "fan_out",
        ]
    )


def test_a_file_says_all_that_a_case_asks_for() -> None:
    (rule,) = parse_chains(_OWN.encode(), "own.yaml").rules
    (case,) = rule.cases
    assert (rule.id, rule.severity, case.why, case.score) == (
        "nightly_mail",
        "low",
        "mail follows untrusted content",
        0.4,
    )
    assert (*case.labels, *case.sinks, *case.intents) == ("untrusted", Kind.MAIL, Intent.WRITE)
    assert (case.reach, case.calls, case.seconds) == (Reach.OUTSIDE, 5, 60.0)


def test_rules_of_an_operator_are_added_and_replace_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(_OWN.replace("nightly_mail", "loop"))
    rules = load_chains([tmp_path])
    assert len(rules) == len(load_chains())
    assert [rule.title for rule in rules if rule.id == "loop"] == ["Mail after untrusted content"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("id: nightly_mail", "id: Nightly Mail", "chains.0.id"),
        ("severity: low", "severity: dire", "severity"),
        ("sinks: [mail]", "sinks: [pigeon]", "must be one of payment, mail"),
        ("labels: [untrusted]", "effect: true", "nothing here looks at earlier calls"),
        ("labels: [untrusted]", "labels: [untrusted]\n          elsewhere: true", "give carries as well"),
        ("labels: [untrusted]", "labels: [untrusted]\n          agrees: true", "give follows as well"),
        ("labels: [untrusted]", "grows: [{intents: [read]}]", "one step is no growth"),
        ("calls: 5", "calls: 500", "within.calls"),
        ("score: 0.4", "score: 4", "score"),
        ("why:", "reason:", "unknown setting"),
    ],
)
def test_a_fault_is_told_at_its_place(old: str, new: str, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        parse_chains(_OWN.replace(old, new).encode(), "own.yaml")
    assert message in str(error.value)
    assert str(error.value).startswith("own.yaml:")


def test_the_faults_of_all_files_are_told_together(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(_OWN)
    (tmp_path / "b.yaml").write_text(_OWN)
    (tmp_path / "c.yaml").write_bytes(b"\xff")
    with pytest.raises(ConfigError) as error:
        load_chains([tmp_path, tmp_path / "missing.yaml"])
    text = str(error.value)
    assert "another chain has this id" in text
    assert "not UTF-8" in text
    assert "cannot be read" in text
