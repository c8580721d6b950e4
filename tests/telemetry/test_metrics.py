"""Metrics: their names, and what counts where."""

from dataclasses import replace

import pytest

from extproc.model.decision import Effect, Outcome
from extproc.model.finding import Category
from extproc.model.message import Direction
from extproc.telemetry.metrics import Metrics
from tests.telemetry.records import ALLOWED


def samples(metrics: Metrics) -> dict[tuple[str, ...], float]:
    """Return every sample that is not zero, by name and label values."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.value and not sample.name.endswith("_created")
    }


def test_the_names_are_those_that_dashboards_ask_for() -> None:
    assert {family.name for family in Metrics().registry.collect()} == {
        "extproc_exchanges",
        "extproc_phase_seconds",
        "extproc_decisions",
        "extproc_rejections",
        "extproc_failures",
        "extproc_unsafe_fail_open",
        "extproc_holds",
        "extproc_faults",
        "extproc_streams_refused",
        "extproc_intents",
        "extproc_shadow_decisions",
        "extproc_notices",
        "extproc_detectors",
        "extproc_findings",
        "extproc_findings_suppressed",
        "extproc_searches_incomplete",
        "extproc_second_opinions",
        "extproc_state_seconds",
        "extproc_policy_loads",
        "extproc_policy_info",
    }


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("direction", Direction)
def test_a_decision_counts_by_direction_and_outcome(direction: Direction, outcome: Outcome) -> None:
    metrics = Metrics()
    for _ in range(2):
        metrics.record(replace(ALLOWED, direction=direction, outcome=outcome))
    assert samples(metrics) == {("extproc_decisions_total", direction.value, outcome.value): 2}


def test_the_engine_of_the_detectors_is_told() -> None:
    metrics = Metrics()
    metrics.detects("hyperscan", 800)
    assert samples(metrics)["extproc_detectors", "hyperscan"] == 800


def test_findings_count_by_category_and_entity() -> None:
    metrics = Metrics()
    found = {(Category.PII, "email"): 2, (Category.SECRET, "github_token"): 1}
    metrics.record(replace(ALLOWED, findings=found, suppressed=3, incomplete=True))
    counted = samples(metrics)
    direction = ALLOWED.direction.value
    assert counted["extproc_findings_total", direction, "pii", "email"] == 2
    assert counted["extproc_findings_total", direction, "secret", "github_token"] == 1
    assert counted["extproc_findings_suppressed_total", direction] == 3
    assert counted["extproc_searches_incomplete_total", direction] == 1


def test_refused_input_counts_as_a_decision_and_by_its_reason() -> None:
    metrics = Metrics()
    metrics.record(replace(ALLOWED, outcome=Outcome.DENY, effect=Effect.DENY, rejected="duplicate_key"))
    assert samples(metrics) == {
        ("extproc_decisions_total", "client_to_server", "deny"): 1,
        ("extproc_rejections_total", "client_to_server", "duplicate_key"): 1,
    }


@pytest.mark.parametrize("passed", [True, False])
def test_a_failure_counts_and_is_named_when_it_let_something_pass(*, passed: bool) -> None:
    metrics = Metrics()
    effect = Effect.ALLOW if passed else Effect.DENY
    metrics.record(replace(ALLOWED, outcome=Outcome(effect.value), effect=effect, failure="store"))
    found = samples(metrics)
    assert found["extproc_failures_total", "client_to_server", "store"] == 1
    assert found.get(("extproc_unsafe_fail_open_total", "client_to_server", "store")) == (1 if passed else None)


def test_the_end_of_a_hold_counts_as_such_and_not_as_another_decision() -> None:
    metrics = Metrics()
    metrics.record(replace(ALLOWED, outcome=Outcome.HOLD, effect=Effect.HOLD))
    metrics.record(replace(ALLOWED, outcome=Outcome.HOLD, effect=Effect.HOLD, resolution="expired"))
    assert samples(metrics) == {
        ("extproc_decisions_total", "client_to_server", "hold"): 1,
        ("extproc_holds_total", "expired"): 1,
    }


def test_the_policy_in_force_is_the_last_that_was_loaded() -> None:
    metrics = Metrics()
    for revision in ("a", None, "b", None):
        metrics.policy_loaded(revision)
    assert samples(metrics) == {
        ("extproc_policy_loads_total", "ok"): 2,
        ("extproc_policy_loads_total", "error"): 2,
        ("extproc_policy_info", "b"): 1,
    }


def test_faults_and_refused_streams_count() -> None:
    metrics = Metrics()
    metrics.fault("PhaseError")
    metrics.refused_stream()
    metrics.exchanges.inc()
    assert samples(metrics) == {
        ("extproc_faults_total", "PhaseError"): 1,
        ("extproc_streams_refused_total",): 1,
        ("extproc_exchanges",): 1,
    }


def test_two_processes_in_one_do_not_share_their_metrics() -> None:
    first, second = Metrics(), Metrics()
    first.refused_stream()
    assert samples(second) == {}
