"""What classing one call costs: median and 99th percentile over a generated mix, first and again, and of a profile.

Every call of the mix has fresh literals, so that only the shapes of statements repeat, as they do in traffic. `--rows`
times the calls of a labelled file instead.
"""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.messages import SHAPES
from benchmarks.messages import request as structured
from extproc.classify.intent import classify
from extproc.classify.profile import profile_of
from extproc.model.message import JsonObject, Request

_ROUNDS = 400


def calls(number: int) -> list[tuple[str, JsonObject]]:
    """Return one of each kind of call, its literals made of a number."""
    return [
        ("get_issue", {"owner": f"o{number}", "repo": "r", "issue_number": number}),
        ("list_orders", {"limit": 20, "cursor": f"c{number}"}),
        ("search_documents", {"query": f"quarterly figures {number}"}),
        ("create_issue", {"title": f"Broken {number}", "body": "It does not start. " * 20}),
        ("send_message", {"channel": f"c{number}", "text": "Deployed."}),
        ("read_file", {"path": f"src/module_{number}/main.py"}),
        ("write_file", {"path": f"notes/{number}.md", "content": "text " * 100}),
        ("http_request", {"method": "GET", "url": f"https://api.acme.example/v1/items/{number}"}),
        ("run_sql", {"sql": f"SELECT id, status FROM orders WHERE id = {number} AND kind = 'k{number}' LIMIT 50"}),  # noqa: S608 (run by nobody)
        (
            "run_sql",
            {"sql": f"SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.cid WHERE c.id = {number}"},  # noqa: S608 (run by nobody)
        ),
        ("run_sql", {"sql": f"UPDATE orders SET status = 's{number}' WHERE id = {number}"}),  # noqa: S608 (run by nobody)
        ("bash", {"command": f"git -C repo{number} status && ls -l"}),
        ("bash", {"command": f"cat log{number}.txt | grep error | wc -l"}),
        ("kubectl", {"args": f"get pods -n team-{number}"}),
        ("graphql", {"query": f"query {{ issue(id: {number}) {{ title }} }}"}),
        ("manage_rule", {"action": "update", "id": number, "enabled": True}),
    ]


def structured_call(size: int) -> tuple[str, JsonObject]:
    """Return the call of the decision path's benchmark: nested records and prose of a size."""
    shape = next(each for each in SHAPES if each.body == size)
    params = json.JSONDecoder().decode(structured(shape, len(SHAPES) * 1000).decode())["params"]
    return params["name"], params["arguments"]


def timed(work: Sequence[Callable[[], object]]) -> list[float]:
    """Return the microseconds of CPU time of each piece of work, ascending: other work on the machine counts not."""
    taken = []
    for each in work:
        start = time.thread_time()
        each()
        taken.append((time.thread_time() - start) * 1e6)
    return sorted(taken)


def show(label: str, taken: list[float]) -> None:
    """Print median and 99th percentile."""
    median, high = taken[len(taken) // 2], taken[int(len(taken) * 0.99)]
    print(f"{label:34} median {median:7.1f} us   p99 {high:7.1f} us   max {taken[-1]:7.1f} us   n {len(taken)}")


def work_of(tool: str, arguments: JsonObject) -> Callable[[], object]:
    """Return the classing of one call."""
    request = Request(id=1, method="tools/call", params={"name": tool, "arguments": arguments}, document={})
    return lambda: classify(request, None)


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Read a labelled file."""
    return [json.JSONDecoder().decode(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=Path, nargs="+", default=[], help="files of labelled calls")
    parser.add_argument("--tools", type=Path, help="a file of tool definitions")
    options = parser.parse_args()
    show("first call of each shape", timed([work_of(*call) for call in calls(0)]))
    show(
        "generated mix, fresh literals",
        timed([work_of(*call) for number in range(1, _ROUNDS) for call in calls(number)]),
    )
    statements = [f"SELECT c{n}, d{n} FROM t{n} WHERE e{n} = 1" for n in range(_ROUNDS)]  # noqa: S608 (run by nobody)
    show("SQL, every shape new", timed([work_of("run_sql", {"sql": each}) for each in statements]))
    for size in sorted({shape.body for shape in SHAPES}):
        call = structured_call(size)
        show(f"structured arguments, {size} bytes", timed([work_of(*call)] * _ROUNDS))
    if options.rows:
        work = [work_of(row["tool"], row["arguments"]) for path in options.rows for row in rows_of(path)]
        show("rows, cold", timed(work))
        show("rows, warm", timed(work * 20))
    tools = (
        rows_of(options.tools)
        if options.tools
        else [{"name": f"update_rule_{n}", "description": "Updates a rule."} for n in range(400)]
    )
    show("profile of a definition", timed([partial(profile_of, tool) for tool in tools]))


if __name__ == "__main__":
    main()
