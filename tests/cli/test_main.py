"""The command line: what it lists, and what its commands print and return."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from extproc import __version__
from extproc.cli.main import app
from tests.policies import HEAD

_RUNNER = CliRunner()
_CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "delete_all"}}
_POLICY = f"{HEAD}spec: {{default: deny, rules: [{{id: all, effect: allow}}]}}\n"


def test_help_lists_every_command_with_what_it_does() -> None:
    shown = _RUNNER.invoke(app, ["--help"])
    assert shown.exit_code == 0
    for command in ("serve", "check", "inspect", "up", "demo", "holds", "policy", "version"):
        [line] = [line for line in shown.output.splitlines() if line.strip().startswith(f"{command} ")]
        assert len(line.split()) > 3


@pytest.mark.parametrize("command", ["serve", "check", "inspect", "up", "demo", "holds", "policy", "version"])
def test_every_command_explains_itself(command: str) -> None:
    shown = _RUNNER.invoke(app, [command, "--help"])
    assert (shown.exit_code, "Usage:" in shown.output) == (0, True)


def test_the_version_is_that_of_the_package() -> None:
    shown = _RUNNER.invoke(app, ["version"])
    assert (shown.exit_code, shown.stdout) == (0, f"mcp-extproc {__version__}\n")


def test_good_files_are_told_to_be_good(tmp_path: Path) -> None:
    policy, config = tmp_path / "policy.yaml", tmp_path / "config.yaml"
    policy.write_text(_POLICY)
    config.write_text("policy: policy.yaml")
    one = _RUNNER.invoke(app, ["check", str(policy)])
    assert (one.exit_code, one.stdout) == (0, "1 file ok\n")
    both = _RUNNER.invoke(app, ["check", str(policy), str(config)])
    assert (both.exit_code, both.stdout) == (0, "2 files ok\n")


def test_every_fault_of_every_file_is_printed_with_its_place(tmp_path: Path) -> None:
    policy, config = tmp_path / "policy.yaml", tmp_path / "config.yaml"
    policy.write_text(f"{HEAD}spec:\n  default: x\n  rules: [{{id: A, effect: deny}}]")
    config.write_text("policy: policy.yaml\nlimits: {streams: 0}\ntypo: 1")
    shown = _RUNNER.invoke(app, ["check", str(policy), str(config), str(tmp_path / "none.yaml")])
    places = [line.removeprefix(f"{tmp_path}/").split(": ")[:2] for line in shown.stderr.splitlines()]
    assert shown.exit_code == 1
    assert shown.stdout == ""
    assert places == [
        ["policy.yaml:5:12", "spec.default"],
        ["policy.yaml:6:16", "spec.rules.0.id"],
        ["config.yaml:2:19", "limits.streams"],
        ["config.yaml:3:7", "typo"],
        ["none.yaml:1:1", "cannot be read"],
    ]


def test_a_configuration_is_checked_with_the_policy_it_names(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("policy: sub/policy.yaml")
    missing = _RUNNER.invoke(app, ["check", str(config)])
    assert (missing.exit_code, "sub/policy.yaml:1:1: cannot be read" in missing.stderr) == (1, True)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "policy.yaml").write_text(f"{HEAD}spec: {{default: deny, rules: []}}")
    assert "spec.rules: " in _RUNNER.invoke(app, ["check", str(config)]).stderr
    (tmp_path / "sub" / "policy.yaml").write_text(_POLICY)
    assert _RUNNER.invoke(app, ["check", str(config)]).exit_code == 0


def test_a_layer_is_checked_above_the_platform_that_is_given_beside_it(tmp_path: Path) -> None:
    floor, upper = tmp_path / "floor.yaml", tmp_path / "upper.yaml"
    floor.write_text(_POLICY)
    head = HEAD.replace("test", "upper, layer: server, servers: [shop]")
    upper.write_text(f"{head}spec: {{rules: [{{id: no, effect: deny}}]}}\n")
    assert _RUNNER.invoke(app, ["check", str(upper), str(floor)]).exit_code == 0
    assert _RUNNER.invoke(app, ["check", str(tmp_path)]).exit_code == 0
    alone = _RUNNER.invoke(app, ["check", str(upper)])
    assert (alone.exit_code, "no file is of the layer platform" in alone.stderr) == (1, True)


def test_a_policy_may_notify_only_channels_of_its_configuration(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("policy: policy.yaml")
    (tmp_path / "policy.yaml").write_text(_POLICY.replace("effect: allow", "effect: allow, notify: [nobody]"))
    shown = _RUNNER.invoke(app, ["check", str(config)])
    assert (shown.exit_code, "the configuration has no channel nobody" in shown.stderr) == (1, True)


@pytest.mark.parametrize("content", [b"\xff", b"a: [", b"- 1", b""])
def test_a_file_of_no_kind_is_a_fault(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    shown = _RUNNER.invoke(app, ["check", str(path)])
    assert (shown.exit_code, shown.stderr.startswith(f"{path}:")) == (1, True)


def test_a_check_needs_a_file() -> None:
    assert _RUNNER.invoke(app, ["check"]).exit_code == 2


def lines(*messages: object) -> str:
    entries = [{"id": str(at), "direction": "client_to_server", "message": one} for at, one in enumerate(messages)]
    return "\n".join(map(json.dumps, entries)) + "\n"


def test_messages_are_inspected_line_by_line_and_bad_ones_do_not_end_the_run(tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        f"{HEAD}spec: {{default: allow, rules: [{{id: no, effect: deny, match: {{tools: [delete_*]}}}}]}}"
    )
    text = lines(_CALL) + "nonsense\n\n   \n" + lines({**_CALL, "params": {"name": "get"}})
    shown = _RUNNER.invoke(app, ["inspect", "--policy", str(policy)], input=text)
    out = [json.loads(line) for line in shown.stdout.splitlines()]
    assert shown.exit_code == 0
    assert [one.get("outcome") for one in out] == ["deny", None, "allow"]
    assert [one["id"] for one in out] == ["0", None, "0"]
    assert out[1]["error"]


def test_without_a_policy_all_is_allowed() -> None:
    shown = _RUNNER.invoke(app, ["inspect"], input=lines(_CALL).rstrip("\n"))
    [out] = [json.loads(line) for line in shown.stdout.splitlines()]
    assert (out["outcome"], out["message"]) == ("allow", _CALL)


def test_nothing_in_gives_nothing_out() -> None:
    shown = _RUNNER.invoke(app, ["inspect"], input="")
    assert (shown.exit_code, shown.stdout) == (0, "")


def test_a_policy_with_faults_inspects_nothing(tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text("version: 2")
    shown = _RUNNER.invoke(app, ["inspect", "--policy", str(policy)], input=lines(_CALL))
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert f"{policy}:1:10: version: this form is read no longer" in shown.stderr


def test_a_configuration_with_faults_serves_nothing(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("typo: 1")
    shown = _RUNNER.invoke(app, ["serve", "--config", str(config)])
    assert shown.exit_code == 2
    assert shown.stderr.splitlines() == [
        f"{config}:1:1: policy: this setting is missing",
        f"{config}:1:7: typo: unknown setting",
    ]


@pytest.mark.parametrize("arguments", [["holds", "list"], ["holds", "release", "x"], ["holds", "refuse", "x"]])
def test_a_sidecar_that_is_not_there_is_told(tmp_path: Path, arguments: list[str]) -> None:
    shown = _RUNNER.invoke(app, [*arguments, "--socket", str(tmp_path / "none.sock")])
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert "no answer on" in shown.stderr
