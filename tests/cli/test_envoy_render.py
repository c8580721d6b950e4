"""`extproc envoy`: what it prints, writes and refuses."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from extproc.cli.envoy_render import run
from extproc.envoy.profiles import PROFILES
from tests.envoy.profiles import written


def _run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "extproc", "envoy", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **environment})


def test_profiles_are_listed() -> None:
    done = _run("profiles")
    assert [line.split()[0] for line in done.stdout.splitlines()] == list(PROFILES)


def test_the_command_prints_a_configuration_with_changes_in_it(tmp_path: Path) -> None:
    values = written(tmp_path, "sidecar")
    done = _run(
        *("render", "--profile", "sidecar", "--values", str(values)),
        *("--set", "upstream=http://127.0.0.1:9001", "--set", "probe={port: 8081}"),
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "port_value: 9001" in done.stdout
    assert "/stats/prometheus" in done.stdout


def test_the_file_is_replaced_whole_and_its_group_may_read_it(tmp_path: Path) -> None:
    values, output = written(tmp_path, "sidecar"), tmp_path / "envoy.yaml"
    output.write_text("old")
    before = output.stat().st_ino
    assert run("sidecar", values, (), output=output, validate=False) == 0
    assert stat.S_IMODE(output.stat().st_mode) == 0o640
    assert output.stat().st_ino != before
    assert "static_resources" in output.read_text()
    assert {file.name for file in tmp_path.iterdir()} == {"values.yaml", "envoy.yaml"}


def test_bad_values_leave_the_file_as_it_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    values, output = written(tmp_path, "sidecar", upstream="nowhere"), tmp_path / "envoy.yaml"
    output.write_text("old")
    assert run("sidecar", values, (), output=output, validate=False) == 1
    assert output.read_text() == "old"
    assert "values.yaml:1:11: upstream: expected a URL" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "none" / "envoy.yaml"
    assert run("sidecar", written(tmp_path, "sidecar"), (), output=output, validate=False) == 1
    assert f"{output}: cannot be written: No such file or directory" in capsys.readouterr().err


def test_an_unknown_profile_is_refused_with_those_that_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("mesh", tmp_path, (), output=None, validate=False) == 1
    assert "no profile 'mesh'; there are sidecar, edge, " in capsys.readouterr().err


@pytest.mark.envoy
def test_envoy_is_asked_for_its_opinion(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "envoy.yaml"
    assert run("sidecar", written(tmp_path, "sidecar"), (), output=output, validate=True) == 0
    good = output.read_text()
    assert run("edge", written(tmp_path, "edge"), (), output=output, validate=True) == 1
    assert "Envoy refuses the configuration" in capsys.readouterr().err
    assert output.read_text() == good


def test_without_an_envoy_there_is_no_opinion(tmp_path: Path) -> None:
    values = str(written(tmp_path, "sidecar"))
    done = _run("render", "-p", "sidecar", "-f", values, "--check", EXTPROC_ENVOY=str(tmp_path / "none"))
    assert (done.returncode, done.stdout) == (1, "")
    assert "--check needs Envoy" in done.stderr


def test_a_missing_extra_is_named(tmp_path: Path) -> None:
    values = str(written(tmp_path, "sidecar"))
    code = (
        "import sys; sys.modules['envoy_data_plane'] = None\n"
        "from pathlib import Path; from extproc.cli.envoy_render import run\n"
        f"sys.exit(run('sidecar', Path({values!r}), (), output=None, validate=False))"
    )
    done = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "pip install 'mcp-extproc[render]'" in done.stderr
