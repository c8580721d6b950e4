"""How many labelled attacks this project and other tools object to, how often they are wrong, and how long they take.

Rows are injected tool results, poisoned tool definitions or chains of calls. All tools get the same rows in the same
order in the same run, each in a process and an environment of its own; `benchmarks/README.md` has the form of the rows.
"""

import argparse
import hashlib
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from benchmarks.peers.catalogue import Tool
from benchmarks.peers.comparing import JsonObject, compare, options_of
from benchmarks.peers.running import ToolError
from benchmarks.peers.threat_figures import figures
from benchmarks.peers.threat_rows import Row, read_rows
from benchmarks.peers.threat_tools import BOTH, PROJECT, SECOND, TOOLS, Run, run, with_second

RESULTS: Final = Path(__file__).parent / "results" / "threats.json"
_HEAD: Final = ("tool", "n", "recall", "mean over styles", "false alarms", "recall at 1 % false alarms", "µs/KB")

Runs: TypeAlias = dict[str, Run]


def measure(tools: dict[Tool, Path], rows: Sequence[Row], seconds: float) -> Runs:
    """Let every tool judge the rows, one tool after the other."""
    runs: Runs = {}
    for tool, python in tools.items():
        print(f"  {tool.name}", file=sys.stderr, flush=True)
        try:
            runs[tool.name] = run(tool, python, rows, seconds)
        except ToolError as error:
            if tool == PROJECT:
                sys.exit(f"benchmark failed: {error}")
            print(f"  {tool.name} is left out: {error}", file=sys.stderr)
    if PROJECT.name in runs and SECOND in runs and all(row.kind == "text" for row in rows):
        runs[BOTH] = with_second(runs[PROJECT.name], runs[SECOND])
    return runs


def result(name: str, one: Run, rows: Sequence[Row]) -> JsonObject:
    """Return the figures of one tool over one file; each style has its hits and its rows."""
    counted = figures(rows, one.answers)
    return {
        "tool": name,
        "n": counted.rows,
        "timed": len(one.row_us),
        "failed": counted.failed,
        **counted.rates(),
        "us_per_kb": one.us_per_kb(rows),
        "attacks": dict(sorted(counted.attacks.items())),
        "benign": dict(sorted(counted.benign.items())),
        "stopped": counted.stopped,
    }


def described(path: Path, rows: Sequence[Row]) -> JsonObject:
    """Return what a file is, so that a result can be told from that of another version of it."""
    return {
        "name": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "kind": rows[0].kind if rows else "none",
        "rows": len(rows),
        "attacks": sum(row.positive for row in rows),
        "megabytes": round(sum(row.characters for row in rows) / 1e6, 4),
    }


def heading(file: JsonObject, seconds: float) -> str:
    """Return the line above a file's tables."""
    return (
        f"### {file['name']}\n\n{file['rows']} rows ({file['kind']}), {file['attacks']} of them attacks, "
        f"{file['megabytes']:.2f} MB; at most {seconds:.0f} s for each tool"
    )


def table(results: Iterable[JsonObject]) -> str:
    """Return the pooled figures of one file as a Markdown table."""
    lines = [_cells(_HEAD), _cells(["---", *["--:"] * (len(_HEAD) - 1)])]
    for one in results:
        rates = [_shown(one[name]) for name in ("recall", "macro_recall", "fpr", "recall_at_equal_alarms")]
        cost = "-" if one["us_per_kb"] is None else f"{one['us_per_kb']:,.0f}"
        lines.append(_cells([one["tool"], str(one["n"]), *rates, cost]))
    return "\n".join(lines)


def styles(results: Sequence[JsonObject], label: str) -> str:
    """Return the rates of each style as a Markdown table: of attacks the recall, of what is benign the false alarms.

    The number of rows is that of the tool that came furthest; one that had no time for them all has its own beside.
    """
    names = sorted({style for one in results for style in one[label]})
    lines = [_cells([label, "n", *(one["tool"] for one in results)]), _cells(["---", *["--:"] * (len(results) + 1)])]
    for style in names:
        cells = [one[label].get(style) for one in results]
        most = max(cell[1] for cell in cells if cell)
        lines.append(_cells([style, str(most), *(_of_style(cell, most) for cell in cells)]))
    return "\n".join(lines)


def _of_style(cell: list[int] | None, most: int) -> str:
    if not cell:
        return "-"
    hit, n = cell
    return _shown(hit / n) + ("" if n == most else f" ({n})")


def _cells(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _shown(rate: float | None) -> str:
    return "-" if rate is None else f"{rate:.3f}"


def measured_file(path: Path, tools: dict[Tool, Path], options: argparse.Namespace) -> tuple[JsonObject, Runs]:
    """Measure all tools over one file, and print its tables."""
    rows = read_rows(path, options.by, options.sample)
    print(path.name, file=sys.stderr, flush=True)
    runs = measure(tools, rows, options.seconds)
    results = [result(name, one, rows) for name, one in runs.items()]
    file = {**described(path, rows), "results": results}
    print(f"{heading(file, options.seconds)}\n\n{table(results)}\n", flush=True)
    for label in ("attacks", "benign"):
        if any(one[label] for one in results):
            print(f"{styles(results, label)}\n", flush=True)
    for one in results:
        if one["tool"] == PROJECT.name:
            attacks, benign = one["stopped"]
            print(f"{PROJECT.name} held or denied a message of {attacks} attacks and of {benign} benign rows.\n")
        if one["failed"]:
            print(f"{one['tool']} failed on {one['failed']} rows, which count as rows it does not object to.\n")
    return file, runs


def main() -> None:
    """Measure, print the tables of each file, and keep the figures."""
    parser = options_of("compare which attacks this project and other tools object to")
    parser.add_argument("--by", help="the field of attacks whose values are told apart (a usual one for each kind)")
    compare(parser.parse_args(), TOOLS, measured_file, RESULTS)


if __name__ == "__main__":
    main()
