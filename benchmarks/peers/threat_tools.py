"""Which tools judge texts and definitions, where each is installed, how it is used, and how its process is run."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson

from benchmarks.peers.catalogue import Tool
from benchmarks.peers.running import LOADING_SECONDS, JsonLine, ToolError, output
from benchmarks.peers.threat_rows import Row

PROJECT: Final = Tool(
    name="mcp-extproc",
    group=None,
    looks_for="all",
    used="findings as `extproc inspect` writes them; timed with all else that it does with a message",
)

TOOLS: Final = (
    PROJECT,
    Tool(name="cisco-yara", group="cisco", looks_for="definitions", used="YaraAnalyzer, on description and rest apart"),
    Tool(name="agentbastion", group="threats", looks_for="results", used="InboundGuard as shipped, what it blocks"),
    Tool(name="injectionguard", group="threats", looks_for="results", used="Detector as shipped, whatever it finds"),
    Tool(name="stackone-tier-1", group="stackone", looks_for="results", used="patterns alone, block_high_risk"),
    Tool(name="stackone-tier-2", group="stackone", looks_for="results", used="with its model, block_high_risk"),
    Tool(
        name="second-opinion", group="stackone", looks_for="results", used="its model as this project's extra asks it"
    ),
)

SECOND: Final = "second-opinion"
BOTH: Final = f"{PROJECT.name} + {SECOND}"

# What is a finding for a row of each kind.
COUNTED: Final = {
    "text": frozenset({"injection", "poisoning"}),
    "definition": frozenset({"poisoning", "shadowing", "injection"}),
    "session": frozenset({"chain"}),
}
_STOPPED: Final = ("hold", "deny")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Whether a tool objects to a row. `stopped`: this project would not have passed one of its messages on."""

    objects: bool
    score: float | None = None
    stopped: bool = False
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one tool answered, the microseconds of each row, and of this project how strong a hint it saw."""

    answers: dict[str, Answer]
    row_us: dict[str, float]
    versions: dict[str, str] = field(default_factory=dict)
    hints: dict[str, float] = field(default_factory=dict)

    def us_per_kb(self, rows: Iterable[Row]) -> float | None:
        """Return the time per 1024 characters."""
        characters = sum(row.characters for row in rows if row.id in self.row_us)
        return round(sum(self.row_us.values()) * 1024 / characters, 1) if characters else None


def run(tool: Tool, python: Path, rows: Sequence[Row], seconds: float) -> Run:
    """Let a tool judge the rows for at most this long.

    Raises: `ToolError`.
    """
    asked = b"".join(orjson.dumps(_asked(row, tool)) + b"\n" for row in rows)
    command = [str(python), "-m", "benchmarks.peers.threat_worker", tool.name, "--seconds", str(seconds)]
    lines = output(command, asked, f"threats-{tool.name}", 2 * seconds + LOADING_SECONDS)
    if not lines:
        raise ToolError(f"{tool.name} was not ready in time")
    answered = [line for line in lines if "id" in line]
    return Run(
        answers=inspected(rows) if tool == PROJECT else {line["id"]: _answer(line) for line in answered},
        row_us={line["id"]: line["us"] for line in answered},
        versions=lines[0]["versions"],
        hints={line["id"]: line.get("score") or 0.0 for line in answered} if tool == PROJECT else {},
    )


def _asked(row: Row, tool: Tool) -> JsonLine:
    lines = [orjson.dumps(line).decode() for line in row.lines] if tool == PROJECT else []
    return {"id": row.id, "texts": row.texts, "definition": row.definition, "lines": lines}


def _answer(line: JsonLine) -> Answer:
    return Answer(objects=bool(line.get("objects")), score=line.get("score"), failed="error" in line)


def inspected(rows: Sequence[Row]) -> dict[str, Answer]:
    """Return what `extproc inspect` finds in the rows."""
    given = b"".join(orjson.dumps(line) + b"\n" for row in rows for line in row.lines)
    command = [sys.executable, "-m", "extproc", "inspect"]
    by_id = {line["id"]: line for line in output(command, given, "threats-inspect", 3600.0)}
    missing = sum(line["id"] not in by_id for row in rows for line in row.lines)
    if missing:
        raise ToolError(f"{missing} lines without an answer of `extproc inspect`")
    return {row.id: judged(row, [by_id[line["id"]] for line in row.lines]) for row in rows}


def judged(row: Row, lines: Sequence[JsonLine]) -> Answer:
    """Return what the output for the messages of a row says about the row."""
    counted = [one for line in lines for one in line.get("findings", ()) if one["category"] in COUNTED[row.kind]]
    return Answer(
        objects=bool(counted),
        score=max((one["score"] for one in counted), default=0.0),
        stopped=any(line.get("outcome") in _STOPPED for line in lines),
        failed=any("error" in line for line in lines),
    )


def with_second(project: Run, second: Run) -> Run:
    """Return what this project finds with a second opinion on texts in which the first judgement saw a hint.

    Only rows that both had time for count, and the second opinion takes time only where it is asked.
    """
    common = [row for row in project.row_us if row in second.row_us]
    asked = {row for row in common if project.hints.get(row, 0.0) > 0.0}
    return Run(
        answers={
            row: Answer(
                objects=project.answers[row].objects or (row in asked and second.answers[row].objects),
                stopped=project.answers[row].stopped,
                failed=project.answers[row].failed,
            )
            for row in common
        },
        row_us={row: project.row_us[row] + (second.row_us[row] if row in asked else 0.0) for row in common},
    )
