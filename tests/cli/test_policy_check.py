"""`extproc policy test` and `extproc policy lint`: what they print and return."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from extproc.cli.main import app
from tests.policies import HEAD

_RUNNER = CliRunner()
_SOUND = f"""{HEAD}spec:
  default: deny
  rules:
    - {{id: connect, effect: allow, match: {{verified: true, methods: ["@lifecycle", "@lists"]}}}}
    - {{id: get, effect: allow, match: {{verified: true, tools: ["get_*"]}}}}
tests:
  - {{name: reading, given: {{tool: get_x, principal: {{}}}}, expect: {{outcome: allow, rules: [get]}}}}
"""
_FAILING = _SOUND + "  - {name: writing, given: {tool: set_x, principal: {}}, expect: {outcome: hold, log: info}}\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the policy of a test stands."""
    return tmp_path / "policy.yaml"


def test_tests_that_pass_are_counted(path: Path) -> None:
    path.write_text(_SOUND)
    shown = _RUNNER.invoke(app, ["policy", "test", str(path)])
    assert (shown.exit_code, shown.stdout) == (0, "1 test, 1 passed, 0 failed\n")


def test_a_test_that_fails_is_told_with_its_place_and_all_that_differs(path: Path) -> None:
    path.write_text(_FAILING)
    shown = _RUNNER.invoke(app, ["policy", "test", str(path)])
    start = f"{path}:11:5: tests.1: the test 'writing' fails: "
    assert shown.exit_code == 1
    assert shown.stdout.splitlines() == [
        f"{start}expected outcome hold, got deny by the default",
        f"{start}expected log info, got None",
        "2 tests, 1 passed, 1 failed",
    ]


def test_tests_are_told_as_json(path: Path) -> None:
    path.write_text(_FAILING)
    shown = _RUNNER.invoke(app, ["policy", "test", "--json", str(path)])
    told = [json.loads(line) for line in shown.stdout.splitlines()]
    assert [(one["test"], one["passed"], len(one["faults"])) for one in told] == [
        ("reading", True, 0),
        ("writing", False, 2),
    ]


@pytest.mark.parametrize("command", ["test", "lint"])
def test_a_file_with_faults_is_neither_tested_nor_linted(path: Path, command: str) -> None:
    path.write_text("version: 1\n")
    shown = _RUNNER.invoke(app, ["policy", command, str(path)])
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert f"{path}:1:10: version: this form is read no longer" in shown.stderr


def test_a_sound_policy_has_no_findings(path: Path) -> None:
    path.write_text(_SOUND)
    shown = _RUNNER.invoke(app, ["policy", "lint", str(path)])
    assert (shown.exit_code, shown.stdout) == (0, "nothing found\n")


def test_a_finding_is_told_with_its_witness(path: Path) -> None:
    path.write_text(_SOUND.replace("verified: true, tools", "tools").partition("tests:")[0])
    shown = _RUNNER.invoke(app, ["policy", "lint", str(path)])
    first, second, third, *rest = shown.stdout.splitlines()
    assert shown.exit_code == 1
    assert first.startswith(f"{path}:8:7: warning (open-to-anybody): get: it allows anonymous callers too")
    assert second == "    decided: allow by get"
    assert json.loads(third.removeprefix("    witness: "))["message"]["params"]["name"] == "get_x"
    assert rest == [
        f"{path}:1:1: warning (no-tests): the file has no tests: nothing says what it is meant to do",
        "2 warnings",
    ]


def test_notes_count_only_if_they_are_told_to(path: Path) -> None:
    note = '    - {id: none, effect: deny, match: {tools: ["get_*"]}, when: "number(args.n) <= 0.0"}\n'
    path.write_text(_SOUND.replace("tests:", f"{note}tests:").replace("{tool: get_x,", "{tool: get_x, args: {n: 1},"))
    assert _RUNNER.invoke(app, ["policy", "lint", str(path)]).exit_code == 0
    shown = _RUNNER.invoke(app, ["policy", "lint", "--strict", "--json", str(path)])
    assert shown.exit_code == 1
    [finding] = [json.loads(line) for line in shown.stdout.splitlines()]
    assert (finding["code"], finding["severity"], finding["rule"]) == ("depends-on-arguments", "note", "none")
    assert finding["decided"] == "deny by none"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"tools": [{"name": "get_x"}]}', 0),
        ('{"jsonrpc": "2.0", "id": 1, "result": {"tools": [{"name": "get_x"}]}}', 0),
        ('{"server": "s", "message": {"jsonrpc": "2.0", "id": 1, "result": {"tools": [{"name": "get_x"}]}}}', 0),
        ('{"tools": [{"name": "a"}]}\n\n{"tools": [{"name": "get_y"}]}\n', 0),
        ('[{"tools": [{"name": "a"}]}]', 1),
        ('{"tools": []}', 1),
        ('{"tools": [{"name": "get_x"}]}\nnonsense\n', 1),
        ("{}", 1),
        ("", 1),
    ],
)
def test_names_are_held_against_an_inventory(path: Path, tmp_path: Path, text: str, code: int) -> None:
    path.write_text(_SOUND)
    inventory = tmp_path / "tools.json"
    inventory.write_text(text)
    shown = _RUNNER.invoke(app, ["policy", "lint", "--inventory", str(inventory), str(path)])
    assert shown.exit_code == code, shown.output


def test_an_inventory_that_is_not_there_is_told(path: Path, tmp_path: Path) -> None:
    path.write_text(_SOUND)
    shown = _RUNNER.invoke(app, ["policy", "lint", "--inventory", str(tmp_path / "none"), str(path)])
    assert (shown.exit_code, "none:1:1: cannot be read" in shown.stderr) == (1, True)
