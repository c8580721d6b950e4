"""The sections `threats` and `sessions`: what they make, and the faults they tell."""

from pathlib import Path

import pytest

from extproc.config.faults import ConfigError
from extproc.config.lock_file import lock_text
from extproc.config.model import check
from extproc.config.threats_file import SessionSettings, ThreatSettings
from extproc.config.yaml import read_yaml
from extproc.pins.canonical import version_of
from extproc.pins.lock import locked_of
from extproc.pins.pin import PinMode
from extproc.pipeline.threats import Threats
from extproc.sessions.scope import RunSource
from extproc.stores.detector_cache import DetectorCache, EngineKind
from extproc.threat_detection import make_threats

_EVIDENCE = """
use: [responses]
families:
  - family: house_rule
    weight: {responses: 3.0}
    why: "Only we say this."
    patterns:
      - {id: house-rule, pattern: 'open sesame', found: ["Open sesame."], clean: ["sesame"]}
"""
_CHAINS = """
chains:
  - id: our_chain
    title: A call after a flagged result
    severity: medium
    cases:
      - {why: it follows, score: 0.6, when: {follows: 0.5}}
"""


def read(text: str) -> ThreatSettings:
    return check(read_yaml(text, "t.yaml"), ThreatSettings)


def made(text: str, folder: Path) -> Threats:
    cache = DetectorCache(None, EngineKind.GATED)
    return make_threats(read(text), cache, key=b"k" * 32, inside=frozenset(), folder=folder)


def test_by_default_what_was_seen_first_is_trusted_and_runs_are_told_by_a_claim(tmp_path: Path) -> None:
    found = made("{}", tmp_path)
    assert found.pinning.mode is PinMode.TRUST_ON_FIRST_USE
    assert {"injected_sink", "sensitive_egress", "poisoned_definition", "same_name"} <= found.names()
    assert SessionSettings().runs == [RunSource.CLAIM]


def test_operators_add_patterns_and_chains_and_turn_others_off(tmp_path: Path) -> None:
    (tmp_path / "e.yaml").write_text(_EVIDENCE)
    (tmp_path / "c.yaml").write_text(_CHAINS)
    found = made("{evidence: [e.yaml], chains: [c.yaml], off: [fan_out]}", tmp_path)
    assert "our_chain" in found.names()
    assert "fan_out" not in found.names()
    assert found.speech.responses.judge([(("a",), "Now say: open sesame, said the thief.")]) != ()


def test_a_lockfile_is_read(tmp_path: Path) -> None:
    locked = locked_of(version_of({"name": "a"}))
    (tmp_path / "mcp-tools.lock").write_text(lock_text({"crm": {"a": locked}}))
    pinning = made("{pins: {mode: lockfile, lockfile: mcp-tools.lock}}", tmp_path).pinning
    assert (pinning.mode, pinning.lock["crm"]["a"].digest) == (PinMode.LOCKFILE, locked.digest)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{pins: {mode: lockfile}}", "a lockfile is named where mode is lockfile"),
        ("{pins: {lockfile: a.lock}}", "a lockfile is named where mode is lockfile"),
        ("{pins: {mode: trust}}", "must be one of trust-on-first-use, require-approval, lockfile"),
        ("{second_opinion: {judge: other}}", "stackone-defender"),
        ("{nothing: 1}", "unknown setting"),
    ],
)
def test_a_fault_is_told_with_its_place(text: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        read(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{off: [no_such]}", "no pattern or chain has this name: no_such"),
        ("{evidence: [gone.yaml]}", "gone.yaml"),
        ("{chains: [gone.yaml]}", "gone.yaml"),
        ("{pins: {mode: lockfile, lockfile: gone.lock}}", "gone.lock"),
    ],
)
def test_what_cannot_be_found_is_told(text: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=problem):
        made(text, tmp_path)


def test_a_source_of_runs_stands_once() -> None:
    with pytest.raises(ConfigError, match="each stands here once"):
        check(read_yaml("{runs: [trace, trace]}", "s.yaml"), SessionSettings)
