"""Every metric by name, in one table; no label carries content or an unbounded name."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from extproc.ports import Record
from extproc.telemetry.phase_times import PhaseTimes


class Metrics:
    """The metrics of one process, with their children cached: a look-up by label costs more than the count."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        """Register everything at `registry`, or at one of its own."""
        self.registry = registry or CollectorRegistry()
        at = self.registry
        self.exchanges = Gauge("extproc_exchanges", "Exchanges open now", registry=at)
        times = PhaseTimes()
        at.register(times)
        self.phase = times.observe
        self._decisions = Counter("extproc_decisions_total", "Messages judged", ["direction", "outcome"], registry=at)
        self._rejections = Counter(
            "extproc_rejections_total", "Messages refused as malformed", ["direction", "reason"], registry=at
        )
        self._failures = Counter(
            "extproc_failures_total", "Messages on which no decision was reached", ["direction", "cause"], registry=at
        )
        self._fail_open = Counter(
            "extproc_unsafe_fail_open_total", "Messages that passed unjudged", ["direction", "cause"], registry=at
        )
        self._holds = Counter("extproc_holds_total", "Held messages by how they ended", ["resolution"], registry=at)
        self._faults = Counter("extproc_faults_total", "Exchanges ended by a fault", ["type"], registry=at)
        self._refused = Counter("extproc_streams_refused_total", "Exchanges refused by the stream cap", registry=at)
        self._intents = Counter(
            "extproc_intents_total", "Calls by what they would do", ["intent", "outcome"], registry=at
        )
        self._shadow = Counter(
            "extproc_shadow_decisions_total",
            "Messages on which rules in shadow had a say",
            ["would", "outcome"],
            registry=at,
        )
        self._findings = Counter(
            "extproc_findings_total", "Sensitive values found", ["direction", "category", "entity"], registry=at
        )
        self._suppressed = Counter(
            "extproc_findings_suppressed_total", "Findings left alone by configuration", ["direction"], registry=at
        )
        self._incomplete = Counter(
            "extproc_searches_incomplete_total", "Messages with more than could be searched", ["direction"], registry=at
        )
        self._state = Histogram(
            "extproc_state_seconds",
            "Operations on what is kept of sessions, pins and servers",
            ["kind", "operation", "ended"],
            buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 1.0),
            registry=at,
        )
        self._opinions = Counter(
            "extproc_second_opinions_total", "Texts by what became of a second opinion on them", ["fate"], registry=at
        )
        self._notices = Counter("extproc_notices_total", "Notices to channels", ["channel", "result"], registry=at)
        self._loads = Counter("extproc_policy_loads_total", "Policy files read", ["result"], registry=at)
        self._detectors = Gauge("extproc_detectors", "Detectors by the engine that runs them", ["engine"], registry=at)
        self._policy = Gauge("extproc_policy_info", "The policy in force", ["revision"], registry=at)
        self._children: dict[tuple[str, str], Counter] = {}

    def record(self, record: Record) -> None:
        """Count a decision."""
        direction = record.direction.value
        if record.resolution is not None:
            self._holds.labels(record.resolution).inc()
            return
        key = (direction, record.outcome.value)
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = self._decisions.labels(*key)
        child.inc()
        if record.kind == "request" and record.method == "tools/call" and record.intent is not None:
            self._intents.labels(record.intent.value, record.outcome.value).inc()
        self._record_search(direction, record)
        if record.shadow_outcome is not None:
            self._shadow.labels(record.shadow_outcome.value, record.outcome.value).inc()
        if record.rejected is not None:
            self._rejections.labels(direction, record.rejected).inc()
        if record.failure is not None:
            self._failures.labels(direction, record.failure).inc()
            if record.effect.value == "allow":
                self._fail_open.labels(direction, record.failure).inc()

    def _record_search(self, direction: str, record: Record) -> None:
        for (category, entity), count in record.findings.items():
            self._findings.labels(direction, category.value, entity).inc(count)
        if record.suppressed:
            self._suppressed.labels(direction).inc(record.suppressed)
        if record.incomplete:
            self._incomplete.labels(direction).inc()

    def fault(self, kind: str) -> None:
        """Count an exchange that a fault of ours or a message out of order ended."""
        self._faults.labels(kind).inc()

    def state(self, kind: str, operation: str, ended: str, seconds: float) -> None:
        """Count an operation on a store, and how it ended."""
        self._state.labels(kind, operation, ended).observe(seconds)

    def opinion(self, fate: str) -> None:
        """Count a text on which a second opinion was wanted."""
        self._opinions.labels(fate).inc()

    def detects(self, engine: str, detectors: int) -> None:
        """Say how many detectors there are, and which engine runs them."""
        self._detectors.labels(engine).set(detectors)

    def notice(self, channel: str, result: str) -> None:
        """Count a notice: sent, logged or lost."""
        self._notices.labels(channel, result).inc()

    def refused_stream(self) -> None:
        """Count an exchange that was one too many."""
        self._refused.inc()

    def policy_loaded(self, revision: str | None) -> None:
        """Count a policy that was read; None when it could not be used."""
        self._loads.labels("ok" if revision else "error").inc()
        if revision:
            self._policy.clear()
            self._policy.labels(revision).set(1)
