"""How much of labelled texts this project and other tools find, how often they are wrong, and how long they take.

All tools get the same rows in the same order in the same run, each in a process and an environment of its own; see
`benchmarks/README.md` for the form of the rows.
"""

import argparse
import hashlib
import random
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import orjson

from benchmarks.peers.catalogue import COMBINATIONS, PROJECT, TOOLS, Tool
from benchmarks.peers.comparing import JsonObject, compare, options_of
from benchmarks.peers.figures import Figures, Row, figures
from benchmarks.peers.running import Run, ToolError, combined, run

RESULTS: Final = Path(__file__).parent / "results" / "dlp.json"
_HEAD: Final = ("tool", "n", "doc recall", "span recall", "precision", "FPR", "FP/MB", "µs/KB")
_SEED: Final = 4

Runs: TypeAlias = dict[str, Run]


def read_rows(path: Path, sample: int | None) -> list[Row]:
    """Return the rows of a file in an order that is random but always the same, so that its first part is a sample."""
    rows = [_row(orjson.loads(line)) for line in path.read_bytes().splitlines() if line.strip()]
    random.Random(_SEED).shuffle(rows)
    return rows[:sample]


def _row(line: JsonObject) -> Row:
    return Row(
        id=line["id"],
        text=line["text"],
        label=line["label"],
        spans=tuple((*span,) for span in line["spans"]),
        allow=tuple((*span,) for span in line.get("allow", ())),
        kind=line.get("kind", ""),
    )


def measure(tools: dict[Tool, Path], rows: Sequence[Row], seconds: float) -> Runs:
    """Let every tool scan the rows, one tool after the other."""
    runs: Runs = {}
    for tool, python in tools.items():
        print(f"  {tool.name}", file=sys.stderr, flush=True)
        try:
            runs[tool.name] = run(tool, python, rows, seconds)
        except ToolError as error:
            if tool == PROJECT:
                sys.exit(f"benchmark failed: {error}")
            print(f"  {tool.name} is left out: {error}", file=sys.stderr)
    for combination in COMBINATIONS:
        both = combined(combination, runs)
        if both is not None:
            runs[combination.name] = both
    return runs


def result(name: str, one: Run, rows: Sequence[Row]) -> JsonObject:
    """Return the figures of one tool over one file."""
    counted: Figures = figures(rows, one.answers)
    return {
        "tool": name,
        "n": counted.rows,
        "positive": counted.positive,
        "negative": counted.negative,
        "failed": counted.failed,
        **counted.rates(),
        "us_per_kb": one.us_per_kb(rows),
        "covered_by_type": {kind: [counted.covered[kind], n] for kind, n in sorted(counted.labelled.items())},
        "false_alarms": dict(counted.false_alarms.most_common(12)),
    }


def heading(file: JsonObject) -> str:
    """Return the line above a file's table."""
    return (
        f"### {file['name']}\n\n{file['rows']} rows, {file['positive']} with something to find "
        f"({file['spans']} marked places), {file['megabytes']:.2f} MB"
    )


def table(results: Iterable[JsonObject]) -> str:
    """Return the figures of one file as a Markdown table."""
    lines = [_cells(_HEAD), _cells(["---", *["--:"] * (len(_HEAD) - 1)])]
    for one in results:
        rates = [_shown(one[name], 3) for name in ("doc_recall", "span_recall", "precision", "fpr")]
        lines.append(
            _cells([one["tool"], str(one["n"]), *rates, _shown(one["fp_per_mb"], 1), _shown(one["us_per_kb"], 1)])
        )
    return "\n".join(lines)


def _cells(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _shown(number: float | None, digits: int) -> str:
    return "-" if number is None else f"{number:,.{digits}f}"


def described(path: Path, rows: Sequence[Row]) -> JsonObject:
    """Return what a file is, so that a result can be told from that of another version of it."""
    return {
        "name": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "rows": len(rows),
        "positive": sum(row.label == 1 for row in rows),
        "spans": sum(len(row.spans) for row in rows),
        "megabytes": round(sum(len(row.text) for row in rows) / 1e6, 4),
    }


def measured_file(path: Path, tools: dict[Tool, Path], options: argparse.Namespace) -> tuple[JsonObject, Runs]:
    """Measure all tools over one file, and print its table."""
    rows = read_rows(path, options.sample)
    print(path.name, file=sys.stderr, flush=True)
    runs = measure(tools, rows, options.seconds)
    file = {**described(path, rows), "results": [result(name, one, rows) for name, one in runs.items()]}
    print(f"{heading(file)}\n\n{table(file['results'])}\n", flush=True)
    for one in file["results"]:
        if one["failed"]:
            print(f"{one['tool']} failed on {one['failed']} rows, which count as rows without a finding.\n", flush=True)
    return file, runs


def main() -> None:
    """Measure, print one table for each file, and keep the figures."""
    parser = options_of("compare what this project and other tools find in labelled texts")
    compare(parser.parse_args(), TOOLS, measured_file, RESULTS)


if __name__ == "__main__":
    main()
