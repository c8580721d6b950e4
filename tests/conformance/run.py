"""Compares the official conformance suite run directly and through the sidecar: `python -m tests.conformance.run`."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

from extproc.envoy.bootstrap import MissingEnvoyError
from extproc.up.processes import NotReadyError
from tests.conformance.endpoints import ROOT, FixtureError, fixture, sidecar
from tests.conformance.report import Report, Run
from tests.conformance.suite import Suite, SuiteError, install

# What the fixture passes by itself. A lower number means that the fixture broke, so that the comparison proves little.
EXPECTED: Mapping[str, int] = {"2025-11-25": 30, "2026-07-28": 37}
OUTPUT = ROOT / "out" / "conformance"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it all, print the report and return the exit status."""
    options = _options(arguments)
    # So that the servers are stopped when the run is.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        suite = install(options.output / "node")
        reports = compare(suite, options.output, options.sidecar_url, options.port)
    except (SuiteError, FixtureError, MissingEnvoyError, NotReadyError) as error:
        print(f"conformance: {error}", file=sys.stderr)
        return 1
    return conclude(reports)


def compare(suite: Suite, output: Path, sidecar_url: str | None, port: int | None) -> list[Report]:
    """Run every requirement set on the fixture, then on the same fixture behind the sidecar."""
    required = {revision: suite.required(revision) for revision in EXPECTED}
    with fixture(output / "fixture.log", port) as url:
        direct = _runs(suite, url, output / "direct")
        with nullcontext(sidecar_url) if sidecar_url else sidecar(url, output) as other:
            through = _runs(suite, other, output / "sidecar")
    return [
        Report(revision=revision, required=names, direct=direct[revision], sidecar=through[revision])
        for revision, names in required.items()
    ]


def conclude(reports: Sequence[Report]) -> int:
    """Print every detail first and one line per revision last; the status is 1 if a revision did not pass."""
    for report in reports:
        if details := report.details():
            print(f"conformance {report.revision}, in detail:", *details, sep="\n")
    for report in reports:
        print(report.summary())
    return 0 if all(report.passed(EXPECTED[report.revision]) for report in reports) else 1


def _runs(suite: Suite, url: str, results: Path) -> dict[str, Run]:
    return {revision: suite.run(url, revision, results / revision) for revision in EXPECTED}


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.run", description=__doc__)
    parser.add_argument(
        "--sidecar-url",
        metavar="URL",
        help="compare with this endpoint instead of starting Envoy and the sidecar; its upstream must be the fixture",
    )
    parser.add_argument("--port", type=int, help="port of the fixture; without it, one that is free")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="where results are kept (default: out/conformance)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
