"""`extproc scan --server` and `--stdio` as processes, in front of real servers on the official SDK."""

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.vetted_server import HIDDEN, TOKEN

_ROOT = Path(__file__).parents[2]
_SERVER = [sys.executable, "-m", "tests.fixtures.vetted_server"]


@contextmanager
def served(*arguments: str) -> Iterator[str]:
    command = [*_SERVER, *arguments, "--port", "0"]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().removeprefix("listening on ").strip()
        finally:
            process.terminate()
            process.wait(10)


def scanned(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "extproc", "scan", *arguments]
    return subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, timeout=100, check=False)


def reached(transport: str, kind: str, called: Path) -> subprocess.CompletedProcess[str]:
    if transport == "stdio":
        return scanned("--stdio", shlex.join([*_SERVER, kind, "--called", str(called)]), "--json")
    with served(kind, "--called", str(called)) as url:
        return scanned("--server", url, "--json")


@pytest.mark.parametrize("transport", ["http", "stdio"])
def test_a_clean_server_is_found_clean(transport: str, tmp_path: Path) -> None:
    done = reached(transport, "clean", tmp_path / "called")
    report = json.loads(done.stdout)
    assert (done.returncode, done.stderr, report["clean"]) == (0, "", True)
    assert report["counts"] == {"tools": 1, "prompts": 1, "resources": 0, "templates": 1}
    assert report["server"]["name"] == "vetted"
    assert report["tools"][0]["intent"] == "read"


@pytest.mark.parametrize("transport", ["http", "stdio"])
def test_what_is_wrong_with_a_server_is_found_without_a_call(transport: str, tmp_path: Path) -> None:
    done = reached(transport, "poisoned", tmp_path / "called")
    report: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == 1
    assert TOKEN not in done.stdout
    assert not (tmp_path / "called").exists()
    grave = {(one["name"], one["rule"].partition("/")[0]) for one in report["findings"] if one["level"] != "note"}
    assert grave == {("add", "poisoning"), ("count_words", "poisoning"), ("delete_notes", "secret")}
    uncovered = [one for one in report["findings"] if one["rule"] == "concealed/tag-characters"]
    assert [one["excerpt"] for one in uncovered] == [HIDDEN]


def test_a_server_of_the_legacy_era_is_looked_at_as_well(tmp_path: Path) -> None:
    with served("clean", "--legacy", "--called", str(tmp_path / "called")) as url:
        done = scanned("--server", url, "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["server"]["protocol"]) == (0, "2025-11-25")
    assert (report["server"]["name"], report["server"]["instructions"]) == ("vetted", True)


def test_a_table_and_sarif_are_given_and_nothing_in_the_table_is_unseen(tmp_path: Path) -> None:
    sarif = tmp_path / "report.sarif"
    command = shlex.join([*_SERVER, "poisoned"])
    done = scanned("--stdio", command, "--sarif", str(sarif))
    assert done.returncode == 1
    assert all(line.isprintable() for line in done.stdout.splitlines())
    assert "TOOL " in done.stdout
    assert HIDDEN in done.stdout
    run = json.loads(sarif.read_text())["runs"][0]
    assert "secret/github_token" in {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert TOKEN not in sarif.read_text()
