"""One tool over one list of rows: its process is started, its answers are read, its time is counted."""

import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import IO, Any, Final, TypeAlias

import orjson

from benchmarks.peers.catalogue import PROJECT, Combination, Tool
from benchmarks.peers.environments import surroundings
from benchmarks.peers.figures import Answer, Row

_ROOT: Final = Path(__file__).parents[2]
_LOGS: Final = _ROOT / "out" / "peers" / "logs"
_CATEGORIES: Final = frozenset({"secret", "pii", "financial", "custom"})
_POINTER: Final = "/result/content/0/text"
# A tool may need long to load, and longer than its time for the row in hand; then it is ended.
LOADING_SECONDS: Final = 120.0

JsonLine: TypeAlias = dict[str, Any]


class ToolError(Exception):
    """A tool gave nothing that can be counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one tool answered; `row_us` is the time of each row in the first pass, `pass_us` that of whole passes."""

    answers: dict[str, Answer]
    row_us: dict[str, float]
    pass_us: tuple[float, ...] = ()
    versions: dict[str, str] = field(default_factory=dict)

    def us_per_kb(self, rows: Iterable[Row]) -> float | None:
        """Return the time per 1024 characters: of the median pass, if there were several."""
        characters = sum(len(row.text) for row in rows if row.id in self.row_us)
        passes = [sum(self.row_us.values()), *self.pass_us]
        return round(median(passes) * 1024 / characters, 2) if characters else None


def run(tool: Tool, python: Path, rows: Sequence[Row], seconds: float) -> Run:
    """Let a tool scan the rows for at most this long.

    Raises: `ToolError`.
    """
    asked = b"".join(orjson.dumps({"id": row.id, "text": row.text}) + b"\n" for row in rows)
    command = [str(python), "-m", "benchmarks.peers.worker", tool.name, "--seconds", str(seconds)]
    measured = _read(tool, output(command, asked, tool.name, 2 * seconds + LOADING_SECONDS))
    if tool != PROJECT:
        return measured
    inspected = _inspected(rows)
    if _findings(measured.answers) and not _findings(inspected):
        raise ToolError("`extproc inspect` reports nothing of what the scanner finds")
    return Run(answers=inspected, row_us=measured.row_us, pass_us=measured.pass_us, versions=measured.versions)


def _findings(answers: dict[str, Answer]) -> int:
    return sum(len(answer.spans) for answer in answers.values())


def combined(combination: Combination, runs: dict[str, Run]) -> Run | None:
    """Return what several tools found together in the rows that all of them had time for."""
    parts = [runs[name] for name in combination.parts if name in runs]
    if len(parts) < len(combination.parts):
        return None
    common = [row for row in parts[0].answers if all(row in part.answers for part in parts)]
    return Run(
        answers={
            row: Answer(
                spans=tuple(span for part in parts for span in part.answers[row].spans),
                failed=any(part.answers[row].failed for part in parts),
            )
            for row in common
        },
        row_us={row: sum(part.row_us[row] for part in parts) for row in common},
        # Only who answered every row has scanned them again, so that these passes are over the same rows.
        pass_us=tuple(sum(times) for times in zip(*(part.pass_us for part in parts), strict=False)),
    )


def output(command: list[str], given: bytes, name: str, patience: float) -> list[JsonLine]:
    """Run a command over its input, and return the lines it wrote before it ended or was ended."""
    _LOGS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile() as source, (_LOGS / f"{name}.log").open("w+b") as log:
        source.write(given)
        source.seek(0)
        written = _wait(command, source, log, patience)
    return [orjson.loads(line) for line in written.splitlines(keepends=True) if line.endswith(b"\n")]


def _wait(command: list[str], source: IO[bytes], log: IO[bytes], patience: float) -> bytes:
    with subprocess.Popen(
        command, stdin=source, stdout=subprocess.PIPE, stderr=log, cwd=_ROOT, env=surroundings()
    ) as process:
        try:
            written, _ = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            process.kill()
            written, _ = process.communicate()
            return written
    if process.returncode:
        log.seek(0)
        last = (log.read().decode(errors="replace").strip().splitlines() or ["no message"])[-1]
        raise ToolError(f"status {process.returncode}, {last} (see out/peers/logs)")
    return written


def _read(tool: Tool, lines: Sequence[JsonLine]) -> Run:
    if not lines:
        raise ToolError(f"{tool.name} was not ready in time")
    answered = [line for line in lines if "id" in line]
    return Run(
        answers={
            line["id"]: Answer(spans=tuple((*span,) for span in line.get("spans", ())), failed="error" in line)
            for line in answered
        },
        row_us={line["id"]: line["us"] for line in answered},
        pass_us=tuple(line["us"] for line in lines if "us" in line and "id" not in line),
        versions=lines[0]["versions"],
    )


def _inspected(rows: Sequence[Row]) -> dict[str, Answer]:
    """Return what `extproc inspect` finds, each row being the text of a tool's result in a session of its own."""
    given = b"".join(orjson.dumps(_line(row)) + b"\n" for row in rows)
    lengths = {row.id: len(row.text) for row in rows}
    lines = output([sys.executable, "-m", "extproc", "inspect"], given, "inspect", 3600.0)
    answers = {line["id"]: _answer(line, lengths[line["id"]]) for line in lines}
    if len(answers) != len(rows):
        raise ToolError(f"{len(rows) - len(answers)} rows without a line of `extproc inspect`")
    return answers


def _line(row: Row) -> JsonLine:
    message = {"jsonrpc": "2.0", "id": 1, "result": {"content": [{"type": "text", "text": row.text}]}}
    return {
        "id": row.id,
        "direction": "server_to_client",
        "session": f"s-{row.id}",
        "server": "rows",
        "message": message,
    }


def _answer(line: JsonLine, length: int) -> Answer:
    counted = [finding for finding in line.get("findings", ()) if finding["category"] in _CATEGORIES]
    within = [one for one in counted if one["pointer"] == _POINTER and 0 <= one["start"] < one["end"] <= length]
    return Answer(
        spans=tuple((one["start"], one["end"], one["entity"]) for one in within),
        elsewhere=len(counted) - len(within),
        failed="error" in line,
    )
