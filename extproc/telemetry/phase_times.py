"""A histogram that costs little to observe: counted by one thread, read by the one that Prometheus is answered in."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector

_NAME: Final = "extproc_phase_seconds"
_HELP: Final = "Time from a message of Envoy to the last reply it caused, holds included"
BOUNDS: Final = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0)
PHASES: Final = (
    "request_headers",
    "request_body",
    "request_trailers",
    "response_headers",
    "response_body",
    "response_trailers",
)


class PhaseTimes(Collector):
    """How long each phase took. The library's own histogram takes a lock twice for each of four phases per exchange."""

    def __init__(self) -> None:
        """Start at zero."""
        self._counts = {phase: [0] * (len(BOUNDS) + 1) for phase in PHASES}
        self._sums = dict.fromkeys(PHASES, 0.0)

    def observe(self, phase: str | None, seconds: float) -> None:
        """Count one message of Envoy; a phase that is not known is not counted."""
        if phase in self._sums:
            self._counts[phase][bisect_left(BOUNDS, seconds)] += 1
            self._sums[phase] += seconds

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """Return the metric as Prometheus reads it: each bucket counts all that is not above its bound."""
        family = HistogramMetricFamily(_NAME, _HELP, labels=["phase"])
        for phase in PHASES:
            total, buckets = 0, []
            for bound, count in zip((*map(str, BOUNDS), "+Inf"), self._counts[phase], strict=True):
                total += count
                buckets.append((bound, total))
            family.add_metric([phase], buckets, self._sums[phase])
        yield family
