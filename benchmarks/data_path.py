"""What the sidecar costs on the data path: four arms, interleaved in one run, medians and ratios at the end."""

import argparse
import json
import os
import platform
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from benchmarks import report
from benchmarks.arms import Arm, running_arms
from benchmarks.load import Order, Sample
from benchmarks.report import Case, Run
from extproc.up.ports import free_port
from extproc.up.processes import NotReadyError

RESULTS = Path(__file__).parent / "results"
CASES = tuple(
    Case(body=body, kind=kind, concurrency=concurrency)
    for body in (1024, 16384)
    for kind in ("json", "sse")
    for concurrency in (1, 32)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How often and how long each arm runs each case."""

    name: str
    rounds: int
    warmup: float
    seconds: float


FULL = Plan(name="full", rounds=7, warmup=0.2, seconds=1.5)
QUICK = Plan(name="quick", rounds=4, warmup=0.08, seconds=0.3)


class BenchmarkError(Exception):
    """The run is worthless: an arm gave a wrong answer, or a process of the benchmark died."""


class Load:
    """The load generator's process, asked for one sample at a time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        """Take the running process."""
        self._process = process

    def measure(self, order: Order) -> Sample:
        """Run one order to its end."""
        if self._process.stdin is None:
            raise BenchmarkError("the load generator has no standard input")
        print(json.dumps(asdict(order)), file=self._process.stdin, flush=True)
        return Sample(**orjson.loads(_line(self._process, order.warmup + order.seconds + 30.0)))


def _line(process: subprocess.Popen[str], patience: float) -> str:
    """Return the next line of a process that writes one line per answer, so that none waits in a buffer."""
    if process.stdout is None or not select.select([process.stdout], [], [], patience)[0]:
        raise BenchmarkError(f"no answer from {process.args!r} within {patience:.0f} s")
    line = process.stdout.readline()
    if not line:
        raise BenchmarkError(f"{process.args!r} ended with status {process.wait()}")
    return line


@contextmanager
def helper(module: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run a module of this package until the block ends; it is ready when it says so."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=Path(__file__).parents[1]) as process:
        try:
            _line(process, 20.0)
            yield process
        finally:
            process.terminate()


def measure(plan: Plan, arms: Sequence[Arm], load: Load) -> list[Run]:
    """Run every case in every round, the arms of a case directly one after the other and in a new order each time."""
    order = random.Random(plan.rounds)
    for arm in arms:
        _sample(load, arm, Case(body=1024, kind="json", concurrency=8), warmup=0.0, seconds=0.2)
    runs: list[Run] = []
    for number in range(plan.rounds):
        print(f"round {number + 1} of {plan.rounds}", file=sys.stderr, flush=True)
        for case in order.sample(CASES, len(CASES)):
            for arm in order.sample(arms, len(arms)):
                sample = _sample(load, arm, case, warmup=plan.warmup, seconds=plan.seconds)
                runs.append(Run(number=number, arm=arm.name, transport=arm.transport, case=case, sample=sample))
    return runs


def _sample(load: Load, arm: Arm, case: Case, *, warmup: float, seconds: float) -> Sample:
    order = Order(host=arm.host, port=arm.port, pids=arm.pids, warmup=warmup, seconds=seconds, **asdict(case))
    sample = load.measure(order)
    if sample.error is not None:
        raise BenchmarkError(f"{arm.name}, {case}: {sample.error}")
    return sample


def write(plan: Plan, started: str, runs: list[Run]) -> None:
    """Write the medians, and beside them everything they were made of."""
    RESULTS.mkdir(exist_ok=True)
    machine = {"cpus": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version()}
    raw = {
        "started": started,
        "plan": asdict(plan),
        "machine": machine,
        "comparisons": [asdict(comparison) for comparison in report.comparisons(runs)],
        "runs": [run.raw() for run in runs],
    }
    for name, document in (("latest.json", report.rows(runs)), ("latest-raw.json", raw)):
        (RESULTS / name).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def benchmark(plan: Plan, *, null: bool) -> list[Run]:
    """Start everything, measure, and leave no process behind."""
    port = free_port()
    with helper("upstream", "--port", str(port)), running_arms(port, null=null) as arms, helper("load") as load:
        return measure(plan, arms, Load(load))


def main() -> None:
    """Run the benchmark; a wrong answer anywhere ends it with status 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="about a minute instead of about seven")
    parser.add_argument("--null", action="store_true", help="put a second no-op in the sidecar's place; writes nothing")
    arguments = parser.parse_args()
    plan = QUICK if arguments.quick else FULL
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    started, clock = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), time.monotonic()
    try:
        runs = benchmark(plan, null=arguments.null)
    except (BenchmarkError, NotReadyError) as error:
        sys.exit(f"benchmark failed: {error}")
    compared = report.comparisons(runs)
    print(report.table(runs), report.ratios(compared), sep="\n\n")
    if not arguments.null:
        write(plan, started, runs)
        print("", report.targets(compared), sep="\n")
    print(f"\n{plan.name} run of {time.monotonic() - clock:.0f} s")


if __name__ == "__main__":
    main()
