"""The decision log: one line for each record, with all that is known and nothing else."""

import io
import json
from collections.abc import Callable
from dataclasses import fields, replace

import pytest

from extproc.model.decision import Outcome
from extproc.model.finding import Category
from extproc.model.intent import Intent
from extproc.ports import PortError, Record
from extproc.telemetry.decisions import DecisionLines, line
from extproc.telemetry.metrics import Metrics
from tests.telemetry.records import ALLOWED

_FULL = replace(
    ALLOWED,
    determining=("a", "b"),
    kind="request",
    method="tools/call",
    tool="get",
    principal="anonymous",
    session="0123",
    protocol_version="2025-11-25",
    edits=2,
    rejected="x",
    failure="y",
    resolution="released",
    findings={(Category.PII, "email"): 2},
    suppressed=1,
    media=1,
    incomplete=True,
    level="warning",
    intent=Intent.WRITE,
    evidence=("name_verb",),
    principal_source="idp",
    agent="bot",
    missing_scopes=("a:b",),
    shadow_outcome=Outcome.DENY,
    shadow_determining=("c",),
    flags=("drifted",),
    chains=(("injected_sink", ("d1",)),),
)


def test_a_line_has_every_member_that_has_a_value() -> None:
    assert line(ALLOWED).endswith(b"\n")
    assert json.loads(line(ALLOWED)) == {
        "time": 1.5,
        "decision_id": "d1",
        "policy_revision": "abc",
        "direction": "client_to_server",
        "server": "shop",
        "outcome": "allow",
        "effect": "allow",
        "edits": 0,
    }


def test_no_member_of_a_record_is_forgotten() -> None:
    assert set(json.loads(line(_FULL))) == {field.name for field in fields(Record)}
    assert json.loads(line(_FULL))["determining"] == ["a", "b"]
    assert json.loads(line(_FULL))["findings"] == {"email": 2}


def test_a_line_stays_one_line() -> None:
    assert line(replace(ALLOWED, method="a\nb\u2028c")).count(b"\n") == 1


def test_lines_are_written_as_they_come() -> None:
    sink = io.BytesIO()
    lines = DecisionLines(sink, Metrics())
    lines.append(ALLOWED)
    assert sink.getvalue() == line(ALLOWED)
    lines.append(_FULL)
    assert sink.getvalue() == line(ALLOWED) + line(_FULL)


def test_lines_that_may_wait_are_written_together_and_each_once() -> None:
    sink, due = io.BytesIO(), list[Callable[[], object]]()
    lines = DecisionLines(sink, Metrics(), due.append)
    for _ in range(3):
        lines.append(ALLOWED)
    assert (sink.getvalue(), len(due)) == (b"", 1)
    due.pop()()
    assert sink.getvalue() == line(ALLOWED) * 3
    lines.append(_FULL)
    lines.flush()
    due.pop()()
    assert sink.getvalue() == line(ALLOWED) * 3 + line(_FULL)


def test_without_a_sink_decisions_are_only_counted() -> None:
    metrics = Metrics()
    lines = DecisionLines(None, metrics)
    lines.append(ALLOWED)
    lines.flush()
    labels = {"direction": "client_to_server", "outcome": "allow"}
    assert metrics.registry.get_sample_value("extproc_decisions_total", labels) == 1


class _FullDisk(io.BytesIO):
    """A sink that takes nothing while it is full."""

    full = True

    def write(self, data: object, /) -> int:
        if self.full:
            raise OSError(28, "No space left on device")
        return super().write(data)  # type: ignore[arg-type]  # bytes


def test_a_line_that_cannot_be_written_at_once_is_told() -> None:
    with pytest.raises(PortError):
        DecisionLines(_FullDisk(), Metrics()).append(replace(ALLOWED, outcome=Outcome.DENY))


def test_while_lines_cannot_be_written_no_decision_is_taken() -> None:
    sink, due = _FullDisk(), list[Callable[[], object]]()
    lines = DecisionLines(sink, Metrics(), due.append)
    lines.append(ALLOWED)
    due.pop()()
    with pytest.raises(PortError):
        lines.append(ALLOWED)
    sink.full = False
    lines.append(ALLOWED)
    lines.flush()
    assert sink.getvalue() == line(ALLOWED) * 2
