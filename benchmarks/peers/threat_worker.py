"""The process in which one tool judges rows, JSON Lines in and out; needs only the tool and the standard library.

It reads the rows to the end, judges altered copies of some of them to warm up, and then each row in order until the
time is over, writing `{"id", "objects", "score", "us"}` (or `"error"`) for each. The first line has the versions.
Each row is judged once: what a tool remembers of a text would make a second time cheaper than any first.
"""

import argparse
import importlib.metadata
import json
import sys
import time
from typing import Final

from benchmarks.peers.threat_adapters import ADAPTERS, Adapter, Asked, Raw
from benchmarks.peers.worker import write

_WARM_UP_ROWS: Final = 30
_WARM_UP_SECONDS: Final = 5.0
_UNLIKE: Final = " (warm-up)"


def warm_up(adapter: Adapter, rows: list[Asked]) -> None:
    """Judge some rows for nothing, each with other words at its end, so that no answer to a row is known before."""
    begin = time.perf_counter()
    for row in rows[:_WARM_UP_ROWS]:
        timed(adapter, _altered(row))
        if time.perf_counter() - begin > _WARM_UP_SECONDS:
            return


def _altered(row: Asked) -> Asked:
    definition = row["definition"]
    if definition is not None:
        definition = {**definition, "description": definition["description"] + _UNLIKE}
    decoder = json.JSONDecoder()
    lines = [decoder.decode(line) for line in row["lines"]]
    for line in lines:
        line["session"] += _UNLIKE
        for part in line["message"].get("result", {}).get("content", ()):
            part["text"] += _UNLIKE
        for tool in line["message"].get("result", {}).get("tools", ()):
            tool["description"] += _UNLIKE
    return Asked(
        id=row["id"],
        texts=[text + _UNLIKE for text in row["texts"]],
        definition=definition,
        lines=[json.dumps(line) for line in lines],
    )


def timed(adapter: Adapter, row: Asked) -> tuple[float, Raw | Exception]:
    """Judge one row, and return the microseconds it took and what came of it."""
    begin = time.perf_counter_ns()
    try:
        raw = adapter.judge(row)
    except Exception as error:  # noqa: BLE001 (another tool's failure on a row is a result)
        raw = error
    return (time.perf_counter_ns() - begin) / 1000, raw


def answer(adapter: Adapter, row: Asked) -> dict[str, object]:
    """Judge one row."""
    taken, raw = timed(adapter, row)
    if isinstance(raw, Exception):
        return {"id": row["id"], "us": taken, "error": type(raw).__name__}
    objects, score = adapter.answer(raw)
    return {"id": row["id"], "us": taken, "objects": objects, "score": score}


def main() -> None:
    """Serve one tool."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tool", choices=sorted(ADAPTERS))
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    decoder = json.JSONDecoder()
    rows: list[Asked] = [decoder.decode(line) for line in sys.stdin]
    adapter = ADAPTERS[options.tool]()
    write({"versions": {name: importlib.metadata.version(name) for name in adapter.packages}})
    warm_up(adapter, rows)
    begin = time.perf_counter()
    for row in rows:
        if time.perf_counter() - begin > options.seconds:
            return
        write(answer(adapter, row))


if __name__ == "__main__":
    main()
