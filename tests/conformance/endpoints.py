"""The endpoints that are compared: the fixture by itself, and the fixture behind Envoy and the sidecar."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from extproc.up.stack import Stack, StackOptions

ROOT = Path(__file__).parents[2]
POLICY = Path(__file__).with_name("allow-all.yaml")
STOP_SECONDS = 5


class FixtureError(Exception):
    """The fixture server did not start."""


@contextmanager
def fixture(log: Path, port: int | None = None) -> Iterator[str]:
    """Run the fixture server and give its endpoint."""
    command = [sys.executable, "-m", "tests.fixtures.conformance_server"]
    if port is not None:
        command += ["--port", str(port)]
    with (
        log.open("w", encoding="utf-8") as errors,
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
    ):
        try:
            # The server prints its endpoint once it listens; a closed pipe means that it ended instead.
            url = process.stdout.readline().strip() if process.stdout else ""
            if not url:
                raise FixtureError(f"the fixture server did not start; see {log}")
            yield url
        finally:
            _stop(process)


@contextmanager
def sidecar(upstream: str, logs: Path) -> Iterator[str]:
    """Run Envoy and the sidecar, enforcing a policy that allows everything, give their endpoint and keep their logs."""
    # Not in `logs` itself: the path of a unix socket has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="extproc-") as short:
        try:
            with Stack(StackOptions(upstream=upstream, policy=POLICY, workdir=Path(short))) as stack:
                yield stack.url
        finally:
            for log in Path(short).glob("*.log"):
                shutil.copy(log, logs)


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
