"""The fuzzer finds nothing in a fixed set of inputs, and finds faults that are put in its way."""

import itertools

import pytest

from extproc.mcp import sse
from tests.fuzz import parser


def test_a_fixed_run_breaks_no_promise(capsys: pytest.CaptureFixture[str]) -> None:
    assert parser.run(20260728, iter(range(1500)), 60) == 0
    said = capsys.readouterr().out
    assert said.startswith("seed 20260728: 1500 inputs, ")
    assert int(said.split(", ")[1].split()[0]) > 100


def test_a_broken_promise_is_reported_with_what_repeats_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        sse.EventStream,
        "_lines",
        lambda _stream, chunk: chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"),
    )
    assert parser.run(1, itertools.count(), 20) == 1
    assert "repeat with --seed 1 --only " in capsys.readouterr().out
