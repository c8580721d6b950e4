"""The histogram of phases: what Prometheus reads of it."""

import pytest
from prometheus_client import CollectorRegistry, Histogram, generate_latest

from extproc.telemetry.phase_times import BOUNDS, PHASES, PhaseTimes
from extproc.wire.commands import Part

_OBSERVED = (0.0, 0.00005, 0.0001, 0.00011, 0.3, 5.0, 29.9, 30.0, 31.0, 1e9)


def test_every_part_of_an_exchange_is_a_phase() -> None:
    assert set(PHASES) == {part.name.lower() for part in Part}


@pytest.mark.parametrize("phase", PHASES)
def test_it_tells_what_the_histogram_of_the_library_tells(phase: str) -> None:
    """The same observations, the same buckets: it is only cheaper."""
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    times = PhaseTimes()
    ours.register(times)
    help_text = next(iter(ours.collect())).documentation
    reference = Histogram("extproc_phase_seconds", help_text, ["phase"], buckets=BOUNDS, registry=theirs)
    for each in PHASES:
        reference.labels(each)
    for seconds in _OBSERVED:
        times.observe(phase, seconds)
        reference.labels(phase).observe(seconds)
    assert lines(ours) == lines(theirs)


def lines(registry: CollectorRegistry) -> set[bytes]:
    return {line for line in generate_latest(registry).splitlines() if b"_created" not in line}


@pytest.mark.parametrize("phase", [None, "", "other"])
def test_what_is_no_phase_is_not_counted(phase: str | None) -> None:
    times = PhaseTimes()
    before = next(iter(times.collect())).samples
    times.observe(phase, 1.0)
    assert next(iter(times.collect())).samples == before
