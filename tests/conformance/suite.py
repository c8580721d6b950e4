"""The conformance suite as a program: its pinned installation, its list of requirements and its runs."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.report import Check, Run, parse_checks, required_scenarios, scenario_of_folder

HERE = Path(__file__).parent
MANIFEST = HERE / "package.json"
LOCK = HERE / "package-lock.json"
ENTRY = Path("node_modules/@modelcontextprotocol/conformance/dist/index.js")
STAMP = "installed.sha256"
INSTALL_SECONDS = 600
RUN_SECONDS = 180


class SuiteError(Exception):
    """The suite could not be installed or run; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """An installed suite."""

    folder: Path

    def required(self, revision: str) -> list[str]:
        """List the server scenarios that a revision scores."""
        done = self._call("list", "--requirements", revision)
        names = required_scenarios(done.stdout)
        if done.returncode or not names:
            raise SuiteError(f"the suite lists no requirements for {revision}: {done.stderr.strip()}")
        return names

    def run(self, url: str, revision: str, results: Path) -> Run:
        """Run a requirement set against an endpoint; everything the suite writes is kept in `results`."""
        shutil.rmtree(results, ignore_errors=True)
        results.mkdir(parents=True)
        done = self._call("server", "--url", url, "--requirements", revision, "-o", str(results))
        (results / "output.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
        run = read_results(results)
        if not run:
            raise SuiteError(f"the suite left no results for {revision} at {url}; see {results / 'output.txt'}")
        return run

    def _call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [program("node"), str(self.folder / ENTRY), *arguments]
        try:
            return subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=RUN_SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise SuiteError(f"the suite did not end within {RUN_SECONDS} s: {' '.join(arguments)}") from error


def install(folder: Path) -> Suite:
    """Install the suite and its Node.js as the lock file pins them, unless that very lock is installed already."""
    wanted = hashlib.sha256(LOCK.read_bytes() + MANIFEST.read_bytes()).hexdigest()
    stamp = folder / STAMP
    if not (stamp.exists() and stamp.read_text(encoding="utf-8") == wanted):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for source in (MANIFEST, LOCK):
            shutil.copy(source, folder)
        _npm_ci(folder)
        stamp.write_text(wanted, encoding="utf-8")
    return Suite(folder=folder)


def read_results(results: Path) -> Run:
    """Read the checks of every scenario the suite wrote."""
    run: dict[str, tuple[Check, ...]] = {}
    for document in sorted(results.glob("*/checks.json")):
        scenario = scenario_of_folder(document.parent.name)
        if scenario is not None:
            run[scenario] = parse_checks(json.loads(document.read_text(encoding="utf-8")))
    return run


def _npm_ci(folder: Path) -> None:
    # No package of the lock needs an install script.
    command = [program("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS,
        check=False,
    )
    if done.returncode:
        raise SuiteError(f"npm ci failed:\n{done.stdout}{done.stderr}")


def program(name: str) -> str:
    """Return where node or npm is: the environment's own first, which the lock of the project pins to Node.js 22."""
    found = shutil.which(name, path=os.pathsep.join((str(Path(sys.prefix) / "bin"), os.environ.get("PATH", ""))))
    if found is None:
        raise SuiteError(f"{name} is needed to run the conformance suite, and there is none; try make setup")
    return found
