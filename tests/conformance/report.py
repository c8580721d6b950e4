"""What two runs of the conformance suite say: scores, differences and the one-line summary; no input or output."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

SUCCESS = "SUCCESS"
FAILURE = "FAILURE"
ABSENT = "absent"

_FOLDER = re.compile(r"server-(?P<scenario>.+)-\d{4}-\d{2}-\d{2}T[\d-]+Z")
_LISTED = re.compile(r"\s+- (?P<scenario>\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check of a scenario; `message` is for people and takes no part in comparisons."""

    id: str
    status: str
    message: str = field(default="", compare=False)


Run = Mapping[str, Sequence[Check]]
"""The checks of every scenario of one run, by scenario."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A check that did not come out the same in both runs."""

    scenario: str
    check: str
    direct: str
    sidecar: str
    message: str = field(default="", compare=False)

    def __str__(self) -> str:
        """Show it on one line."""
        return f"{self.scenario} / {self.check}: direct {self.direct}, sidecar {self.sidecar}{_reason(self.message)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One revision: what it requires and what the two runs gave."""

    revision: str
    required: Sequence[str]
    direct: Run
    sidecar: Run

    def differences(self) -> list[Difference]:
        """Every difference, of scored and unscored scenarios alike."""
        return differences(self.direct, self.sidecar)

    def summary(self) -> str:
        """Build the line that ends a run."""
        total = len(self.required)
        direct, sidecar = (score(run, self.required) for run in (self.direct, self.sidecar))
        count = len(self.differences())
        return f"conformance {self.revision}: direct {direct}/{total}, sidecar {sidecar}/{total}, differences {count}"

    def details(self) -> list[str]:
        """List the differences, then the checks that kept a scored scenario from passing."""
        lines = [f"  {difference}" for difference in self.differences()]
        for name, run in (("direct", self.direct), ("sidecar", self.sidecar)):
            lines += [f"  {name}: {line}" for line in failures(run, self.required)]
        return lines

    def passed(self, expected: int) -> bool:
        """Whether direct reaches the expected score, the sidecar is not below it and nothing differs."""
        direct, sidecar = (score(run, self.required) for run in (self.direct, self.sidecar))
        return direct >= expected and sidecar >= direct and not self.differences()


def scenario_of_folder(folder: str) -> str | None:
    """Return the scenario whose results a folder of the suite's output holds, or None if it is no such folder."""
    found = _FOLDER.fullmatch(folder)
    return found["scenario"] if found else None


def required_scenarios(listing: str) -> list[str]:
    """Pick the scored server scenarios from what `conformance list --requirements REVISION` prints."""
    names: list[str] = []
    inside = False
    for line in listing.splitlines():
        if not line.startswith(" "):
            # A blank line separates the heading's own list from the next heading.
            inside = line.startswith("Server scenarios") or (inside and not line)
        elif inside and (found := _LISTED.fullmatch(line)):
            names.append(found["scenario"])
    return names


def parse_checks(document: Iterable[Mapping[str, Any]]) -> tuple[Check, ...]:
    """Keep what is comparable of a `checks.json`; timestamps and details vary from run to run."""
    return tuple(
        Check(id=str(check["id"]), status=str(check["status"]), message=str(check.get("errorMessage") or ""))
        for check in document
    )


def scenario_passed(checks: Sequence[Check]) -> bool:
    """Whether a scenario passed: something succeeded and nothing failed, so that a run of nothing scores nothing."""
    statuses = {check.status for check in checks}
    return SUCCESS in statuses and FAILURE not in statuses


def score(run: Run, required: Sequence[str]) -> int:
    """Count the required scenarios that passed."""
    return sum(scenario_passed(run.get(scenario, ())) for scenario in required)


def failures(run: Run, required: Sequence[str]) -> list[str]:
    """Say for every required scenario that did not pass which checks are to blame."""
    lines: list[str] = []
    for scenario in required:
        checks = run.get(scenario, ())
        if scenario_passed(checks):
            continue
        failed = [check for check in checks if check.status == FAILURE]
        lines += [f"{scenario} / {check.id}: {check.status}{_reason(check.message)}" for check in failed]
        if not failed:
            lines.append(f"{scenario}: nothing succeeded")
    return lines


def differences(direct: Run, sidecar: Run) -> list[Difference]:
    """Compare two runs check by check; a check that a run repeats is compared with its namesake of the same number."""
    found: list[Difference] = []
    for scenario in sorted(direct.keys() | sidecar.keys()):
        left, right = (_by_id(run.get(scenario, ())) for run in (direct, sidecar))
        for check_id in dict.fromkeys((*left, *right)):
            pairs = zip_longest(left.get(check_id, ()), right.get(check_id, ()))
            found += [_difference(scenario, check_id, a, b) for a, b in pairs if a != b]
    return found


def _reason(message: str) -> str:
    return f" ({message})" if message else ""


def _by_id(checks: Sequence[Check]) -> dict[str, list[Check]]:
    groups: dict[str, list[Check]] = {}
    for check in checks:
        groups.setdefault(check.id, []).append(check)
    return groups


def _difference(scenario: str, check_id: str, direct: Check | None, sidecar: Check | None) -> Difference:
    messages = [check.message for check in (sidecar, direct) if check and check.message]
    return Difference(
        scenario=scenario,
        check=check_id,
        direct=direct.status if direct else ABSENT,
        sidecar=sidecar.status if sidecar else ABSENT,
        message=messages[0] if messages else "",
    )
