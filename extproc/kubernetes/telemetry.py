"""The metrics of the injector and of the collector, by name; no label carries what somebody else chose."""

from enum import StrEnum

from prometheus_client import CollectorRegistry, Counter, Gauge

from extproc.kubernetes.review import Result


class Reloaded(StrEnum):
    """What was read anew."""

    TEMPLATE = "template"
    CERTIFICATE = "certificate"


class InjectorMetrics:
    """What the injector counts."""

    def __init__(self) -> None:
        """Register everything; results that did not come yet stand at zero."""
        self.registry = CollectorRegistry()
        self._admissions = Counter(
            "extproc_injector_admissions_total", "Admission reviews by result", ["result"], registry=self.registry
        )
        self._reloads = Counter(
            "extproc_injector_reloads_total",
            "Templates and certificates read",
            ["what", "result"],
            registry=self.registry,
        )
        self._expiry = Gauge(
            "extproc_injector_certificate_expiry_timestamp_seconds",
            "When the served certificate ends, in seconds since the epoch; 0 without one",
            registry=self.registry,
        )
        for result in Result:
            self._admissions.labels(result.value)

    def admitted(self, result: Result) -> None:
        """Count a review."""
        self._admissions.labels(result.value).inc()

    def reloaded(self, what: Reloaded, *, good: bool) -> None:
        """Count a template or certificate that was read."""
        self._reloads.labels(what.value, "ok" if good else "error").inc()

    def serves_until(self, seconds: float) -> None:
        """Say when the served certificate ends."""
        self._expiry.set(seconds)


class PolicyState(StrEnum):
    """What stands for a namespace: what its team wrote last, what it wrote before, or a layer that denies."""

    GOOD = "good"
    KEPT = "kept"
    DENIED = "denied"


class CollectorMetrics:
    """What the collector counts."""

    def __init__(self) -> None:
        """Register everything."""
        self.registry = CollectorRegistry()
        self._policies = Gauge(
            "extproc_namespace_policies",
            "Namespaces by what stands for their policy",
            ["state"],
            registry=self.registry,
        )
        self._changes = Counter(
            "extproc_namespace_policy_changes_total", "Changes by result", ["result"], registry=self.registry
        )
        self._failures = Counter(
            "extproc_namespace_policy_watch_failures_total",
            "Times that the API server was lost",
            registry=self.registry,
        )
        self.stand({})

    def stand(self, states: dict[PolicyState, int]) -> None:
        """Say how many namespaces stand how."""
        for state in PolicyState:
            self._policies.labels(state.value).set(states.get(state, 0))

    def changed(self, result: str) -> None:
        """Count a change: good, refused or removed."""
        self._changes.labels(result).inc()

    def lost(self) -> None:
        """Count that the API server did not answer as it should."""
        self._failures.inc()
