"""The process in which one tool scans rows, JSON Lines in and out; needs nothing but the tool and the standard library.

It reads `{"id", "text"}` lines to the end, scans some of them to warm up, and then each row in order until the time is
over, writing `{"id", "spans", "us"}` (or `"error"`) for each. If that was quick, the rows are scanned twice more, and
`{"us"}` of each such pass follows. The first line has the versions of the packages.
"""

import argparse
import importlib.metadata
import json
import sys
import time
from collections.abc import Iterator
from typing import Final, TypedDict

from benchmarks.peers.adapters import ADAPTERS, Adapter, Raw

_WARM_UP_ROWS: Final = 30
_WARM_UP_SECONDS: Final = 5.0
_MORE_PASSES: Final = 2


class Asked(TypedDict):
    """One row of the input."""

    id: str
    text: str


def write(line: dict[str, object]) -> None:
    """Write one line at once, so that nothing is lost when this process is ended."""
    print(json.dumps(line), flush=True)


def warm_up(adapter: Adapter, rows: list[Asked]) -> None:
    """Scan some rows for nothing."""
    begin = time.perf_counter()
    for row in rows[:_WARM_UP_ROWS]:
        timed(adapter, row["text"])
        if time.perf_counter() - begin > _WARM_UP_SECONDS:
            return


def timed(adapter: Adapter, text: str) -> tuple[float, Raw | Exception]:
    """Scan one text, and return the microseconds it took and what came of it."""
    begin = time.perf_counter_ns()
    try:
        raw = adapter.scan(text)
    except Exception as error:  # noqa: BLE001 (another tool's failure on a row is a result)
        raw = error
    return (time.perf_counter_ns() - begin) / 1000, raw


def answer(adapter: Adapter, row: Asked) -> dict[str, object]:
    """Scan one row; placing what was found is not timed."""
    taken, raw = timed(adapter, row["text"])
    if isinstance(raw, Exception):
        return {"id": row["id"], "us": taken, "error": type(raw).__name__}
    return {"id": row["id"], "us": taken, "spans": sorted(set(adapter.spans(row["text"], raw)))}


def scan(adapter: Adapter, rows: list[Asked], seconds: float) -> Iterator[dict[str, object]]:
    """Yield the answers, and the time of further passes."""
    begin = time.perf_counter()
    for row in rows:
        if time.perf_counter() - begin > seconds:
            return
        yield answer(adapter, row)
    if time.perf_counter() - begin <= seconds / 4:
        for _ in range(_MORE_PASSES):
            yield {"us": sum(timed(adapter, row["text"])[0] for row in rows)}


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
    for line in scan(adapter, rows, options.seconds):
        write(line)


if __name__ == "__main__":
    main()
