"""The comparison of two conformance runs says what differs, and only that."""

from __future__ import annotations

import pytest

from tests.conformance.report import (
    Check,
    Report,
    Run,
    differences,
    parse_checks,
    required_scenarios,
    scenario_of_folder,
    score,
)

LISTING = """\
Required for 2026-07-28 (3 scenarios, frozen; run at the 2026-07-28 wire):

Server scenarios (test against a server):
  - tools-list
  - caching

Client scenarios (test against a client):
  - initialize

Run and reported, but never scored:
  extension (2):
    - tasks-lifecycle [server]
"""


def run(**scenarios: str) -> Run:
    """Build a run from `scenario="id=STATUS id=STATUS"`."""
    return {
        name: [Check(id=pair.split("=")[0], status=pair.split("=")[1]) for pair in pairs.split()]
        for name, pairs in scenarios.items()
    }


def report(direct: Run, sidecar: Run, required: tuple[str, ...] = ("ping",)) -> Report:
    return Report(revision="2025-11-25", required=required, direct=direct, sidecar=sidecar)


def test_only_server_scenarios_that_are_scored_are_required() -> None:
    assert required_scenarios(LISTING) == ["tools-list", "caching"]


@pytest.mark.parametrize(
    ("folder", "scenario"),
    [
        ("server-tools-list-2026-11-21T10-37-38-785Z", "tools-list"),
        ("server-json-schema-2020-12-2026-11-21T10-37-39-571Z", "json-schema-2020-12"),
        ("output.txt", None),
    ],
)
def test_a_result_folder_names_its_scenario(folder: str, scenario: str | None) -> None:
    assert scenario_of_folder(folder) == scenario


def test_timestamps_and_texts_do_not_make_a_difference() -> None:
    first = parse_checks([{"id": "a", "status": "FAILURE", "timestamp": "1", "errorMessage": "took 1 ms"}])
    second = parse_checks([{"id": "a", "status": "FAILURE", "timestamp": "2", "errorMessage": "took 2 ms"}])
    assert differences({"ping": first}, {"ping": second}) == []


def test_another_status_is_a_difference_that_names_the_check_and_the_reason() -> None:
    direct = {"ping": parse_checks([{"id": "a", "status": "SUCCESS"}])}
    sidecar = {"ping": parse_checks([{"id": "a", "status": "FAILURE", "errorMessage": "no answer"}])}
    assert [str(found) for found in differences(direct, sidecar)] == [
        "ping / a: direct SUCCESS, sidecar FAILURE (no answer)"
    ]


@pytest.mark.parametrize(
    ("direct", "sidecar", "expected"),
    [
        (run(ping="a=SUCCESS b=SUCCESS"), run(ping="a=SUCCESS"), ["ping / b: direct SUCCESS, sidecar absent"]),
        (run(ping="a=SUCCESS"), run(), ["ping / a: direct SUCCESS, sidecar absent"]),
        (run(), run(ping="a=INFO"), ["ping / a: direct absent, sidecar INFO"]),
        (run(ping="a=INFO a=INFO"), run(ping="a=INFO"), ["ping / a: direct INFO, sidecar absent"]),
        (run(ping="a=INFO a=SUCCESS"), run(ping="a=INFO a=INFO"), ["ping / a: direct SUCCESS, sidecar INFO"]),
        (run(ping="a=INFO b=INFO"), run(ping="b=INFO a=INFO"), []),
    ],
)
def test_checks_are_compared_one_by_one(direct: Run, sidecar: Run, expected: list[str]) -> None:
    assert [str(found) for found in differences(direct, sidecar)] == expected


@pytest.mark.parametrize(
    ("checks", "points"), [("a=SUCCESS b=WARNING", 1), ("a=SUCCESS b=FAILURE", 0), ("a=WARNING", 0), ("", 0)]
)
def test_a_scenario_scores_when_something_succeeded_and_nothing_failed(checks: str, points: int) -> None:
    assert score(run(ping=checks, other="a=SUCCESS"), ["ping"]) == points


def test_a_scenario_that_was_not_run_scores_nothing() -> None:
    assert score(run(), ["ping"]) == 0


def test_equal_runs_pass_and_say_so_on_one_line() -> None:
    equal = report(run(ping="a=SUCCESS"), run(ping="a=SUCCESS"))
    assert equal.summary() == "conformance 2025-11-25: direct 1/1, sidecar 1/1, differences 0"
    assert equal.details() == []
    assert equal.passed(expected=1)


def test_a_difference_in_a_scenario_that_is_not_scored_still_fails_the_report() -> None:
    differing = report(run(ping="a=SUCCESS", extra="b=FAILURE"), run(ping="a=SUCCESS", extra="b=SUCCESS"))
    assert differing.summary() == "conformance 2025-11-25: direct 1/1, sidecar 1/1, differences 1"
    assert not differing.passed(expected=1)


def test_equal_runs_below_the_expected_score_fail_the_report_and_name_the_check() -> None:
    broken = report(run(ping="a=FAILURE"), run(ping="a=FAILURE"))
    assert not broken.passed(expected=1)
    assert broken.details() == ["  direct: ping / a: FAILURE", "  sidecar: ping / a: FAILURE"]


def test_a_required_scenario_without_a_success_is_named() -> None:
    assert report(run(ping="a=WARNING"), run(ping="a=WARNING")).details()[0] == "  direct: ping: nothing succeeded"
