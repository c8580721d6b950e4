"""Recordings: lines in a file of its owner, and an error rather than a lost line."""

import json
from pathlib import Path

import pytest

from extproc.ports import PortError
from extproc.stores.recording import FileRecorder, NoRecorder


def test_lines_are_added_and_only_the_owner_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "recording.jsonl"
    for number in range(2):
        recorder = FileRecorder(path, max_bytes=1000)
        recorder.keep({"id": str(number)})
        recorder.close()
    assert [json.loads(line) for line in path.read_text().splitlines()] == [{"id": "0"}, {"id": "1"}]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_full_recording_takes_nothing_more(tmp_path: Path) -> None:
    path = tmp_path / "recording.jsonl"
    recorder = FileRecorder(path, max_bytes=20)
    recorder.keep({"id": "x"})
    with pytest.raises(PortError, match="full"):
        recorder.keep({"id": "y" * 20})
    recorder.keep({"i": 1})
    recorder.close()
    assert len(path.read_text().splitlines()) == 2


def test_a_file_that_is_gone_is_an_error_of_the_store(tmp_path: Path) -> None:
    recorder = FileRecorder(tmp_path / "recording.jsonl", max_bytes=20)
    recorder.close()
    with pytest.raises(PortError, match="cannot be written"):
        recorder.keep({})


def test_without_a_recording_none_is_promised() -> None:
    with pytest.raises(PortError, match="no recording is configured"):
        NoRecorder().keep({})
