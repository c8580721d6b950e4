"""`extproc kubernetes`: what keeps its commands from starting is said in a line, with exit code 2."""

import json
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from extproc.cli.main import app
from tests.kubernetes.policies import write_floor
from tests.kubernetes.samples import TEMPLATE_TEXT

_RUNNER = CliRunner()
_FILES = "{mode: files, certificate: a, key: b}"


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)


def injector(tmp_path: Path, text: str) -> tuple[int, str]:
    path = tmp_path / "injector.yaml"
    path.write_text(text)
    shown = _RUNNER.invoke(app, ["kubernetes", "injector", "--config", str(path)])
    return shown.exit_code, shown.stderr


def policies(tmp_path: Path, *words: str) -> tuple[int, str]:
    fixed = ["--output", str(tmp_path / "out"), "--floor", str(tmp_path / "floor.yaml"), "--health", "127.0.0.1:1"]
    shown = _RUNNER.invoke(app, ["kubernetes", "policies", *fixed, *words])
    return shown.exit_code, shown.stderr


def test_an_injector_with_faults_in_its_file_does_not_start(tmp_path: Path) -> None:
    code, said = injector(tmp_path, "template: t.yaml\nlisten: nowhere\n")
    assert code == 2
    assert "injector.yaml:2:9: listen" in said
    assert "certificates: this setting is missing" in said


def test_an_injector_that_signs_for_itself_needs_a_cluster(tmp_path: Path) -> None:
    signed = "{mode: self-signed, secret: s, namespace: n, service: i, webhook: w}"
    ports = "listen: 127.0.0.1:0\nhealth: 127.0.0.1:0\n"
    code, said = injector(tmp_path, f"{ports}template: t.yaml\ncertificates: {signed}\n")
    assert code == 2
    assert "this is no pod" in said


def test_a_port_that_cannot_be_had_ends_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = injector(tmp_path, f"health: 127.0.0.1:{port}\ntemplate: t.yaml\ncertificates: {_FILES}\n")
    assert code == 2
    assert "Address already in use" in said


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--label", "no label"], "--label is NAME=VALUE"),
        (["--namespaces", "a,B"], "--namespaces are names"),
        (["--health", "here"], "--health is host:port"),
    ],
)
def test_a_collector_is_not_started_with_words_that_cannot_be_meant(
    tmp_path: Path, words: list[str], expected: str
) -> None:
    code, said = policies(tmp_path, *words)
    assert (code, expected in said) == (2, True)


def test_a_collector_needs_a_floor_and_a_cluster(tmp_path: Path) -> None:
    assert policies(tmp_path)[0] == 2
    write_floor(tmp_path)
    code, said = policies(tmp_path)
    assert (code, "this is no pod" in said) == (2, True)


def test_a_floor_is_read_with_the_words_of_the_sidecars_configuration(tmp_path: Path) -> None:
    write_floor(tmp_path).write_text(
        "apiVersion: mcp-extproc/v1\nkind: Policy\nmetadata: {name: f}\n"
        "spec: {default: deny, rules: [{id: a, effect: allow, notify: [pager]}]}\n"
    )
    assert "the configuration has no channel pager" in policies(tmp_path)[1]
    config = tmp_path / "extproc.yaml"
    settings = {
        "policy": "floor.yaml",
        "channels": {"pager": {"url": "https://pager.test/"}},
        "detection": {"key_env": "A_SECRET_OF_THE_SIDECAR"},
    }
    config.write_text(json.dumps(settings))
    assert "this is no pod" in policies(tmp_path, "--config", str(config))[1]


def test_the_injectors_files_are_checked_as_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "injector.yaml"
    path.write_text(f"template: template.yaml\ncertificates: {_FILES}\nopt_out: maybe\n")
    shown = _RUNNER.invoke(app, ["check", str(path)])
    assert (shown.exit_code, "injector.yaml:3:10: opt_out" in shown.stderr) == (1, True)
    path.write_text(f"template: template.yaml\ncertificates: {_FILES}\n")
    assert "template.yaml:1:1: cannot be read" in _RUNNER.invoke(app, ["check", str(path)]).stderr
    (tmp_path / "template.yaml").write_text(TEMPLATE_TEXT)
    assert _RUNNER.invoke(app, ["check", str(path), str(tmp_path / "template.yaml")]).exit_code == 0
