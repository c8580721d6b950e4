"""`extproc policy list` and `extproc policy show`: the policies that come with the package."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

import extproc
from extproc.cli.main import app

_RUNNER = CliRunner()
_NAMES = [
    "business-hours",
    "data-protection",
    "default",
    "finance",
    "observe",
    "production-database",
    "protection",
    "read-only",
]


def test_each_is_listed_with_what_it_does() -> None:
    shown = _RUNNER.invoke(app, ["policy", "list"])
    assert shown.exit_code == 0
    assert [line.split()[0] for line in shown.stdout.splitlines()] == _NAMES
    assert all(len(line.split()) > 4 for line in shown.stdout.splitlines())


@pytest.mark.parametrize("name", _NAMES)
def test_one_is_shown_as_it_stands_in_its_file(name: str) -> None:
    shown = _RUNNER.invoke(app, ["policy", "show", name])
    assert (shown.exit_code, shown.stdout) == (0, (Path(extproc.__file__).parent / f"policies/{name}.yaml").read_text())


def test_what_is_shown_can_be_checked(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(_RUNNER.invoke(app, ["policy", "show", "finance"]).stdout)
    assert _RUNNER.invoke(app, ["check", str(tmp_path / "policy.yaml")]).exit_code == 0


def test_a_policy_that_does_not_exist_is_told() -> None:
    shown = _RUNNER.invoke(app, ["policy", "show", "../config"])
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert shown.stderr == f"there is no such policy; there are {', '.join(_NAMES)}\n"
