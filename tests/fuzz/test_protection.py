"""The fuzzer of detection finds nothing in a fixed set of inputs, and finds faults that are put in its way."""

import itertools

import pytest

from extproc.detect.scanner import Scan, Scanner
from tests.fuzz import protection


def test_a_fixed_run_breaks_no_promise(capsys: pytest.CaptureFixture[str]) -> None:
    assert protection.run(20261121, iter(range(400)), 60) == 0
    said = capsys.readouterr().out
    assert said.startswith("seed 20261121: 400 inputs, ")
    assert int(said.split(", ")[1].split()[0]) > 400


def test_a_broken_promise_is_reported_with_what_repeats_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    scanned = Scanner.scan

    def forgetful(self: Scanner, *args: object, **kwargs: object) -> Scan:
        scan: Scan = scanned(self, *args, **kwargs)  # type: ignore[arg-type]  # as they came
        return Scan(findings=scan.findings[next(turns) % 2 :])

    turns = itertools.count()
    monkeypatch.setattr(Scanner, "scan", forgetful)
    assert protection.run(1, iter(range(200)), 20) == 1
    assert "repeat with --seed 1 --only " in capsys.readouterr().out
