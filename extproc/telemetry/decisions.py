"""The decision log: one JSON line for each decision, and its counts."""

from collections.abc import Callable
from typing import BinaryIO, Final

import orjson

from extproc.ports import PortError, Record
from extproc.telemetry.metrics import Metrics

_ALWAYS: Final = ("time", "decision_id", "policy_revision", "direction", "server", "outcome", "effect", "edits")
_WHEN_SET: Final = (
    "determining",
    "level",
    "kind",
    "method",
    "tool",
    "intent",
    "evidence",
    "principal",
    "principal_source",
    "agent",
    "session",
    "protocol_version",
    "missing_scopes",
    "shadow_outcome",
    "shadow_determining",
    "suppressed",
    "media",
    "incomplete",
    "flags",
    "rejected",
    "failure",
    "resolution",
)


_UNWRITABLE: Final = "the decision log cannot be written"


class DecisionLines:
    """A `DecisionLog` that counts, and writes lines to a sink if there is one.

    `later` is told to write what has gathered, once for each turn of the event loop: a write for each line would give
    the interpreter's lock away each time, which costs more than the line. Without it every line is written at once.
    """

    def __init__(
        self, sink: BinaryIO | None, metrics: Metrics, later: Callable[[Callable[[], object]], object] | None = None
    ) -> None:
        """Take where to write, what to count with, and how to be called back."""
        self._sink = sink
        self._metrics = metrics
        self._later = later
        self._gathered: list[Record] = []
        self._failed = False

    def append(self, record: Record) -> None:
        """See `DecisionLog`."""
        self._metrics.record(record)
        if self._sink is None:
            return
        if self._failed and not self.flush():
            raise PortError(_UNWRITABLE)
        self._gathered.append(record)
        if self._later is not None:
            if len(self._gathered) == 1:
                self._later(self.flush)
        elif not self.flush():
            raise PortError(_UNWRITABLE)

    def flush(self) -> bool:
        """Write what has gathered; tell whether it is written. What is not is kept and tried again first.

        While the sink is full or gone no decision is taken, so that none goes unrecorded.
        """
        if self._sink is None or not self._gathered:
            return True
        try:
            self._sink.write(b"".join(map(line, self._gathered)))
            self._sink.flush()
        except OSError:
            self._failed = True
            return False
        self._gathered.clear()
        self._failed = False
        return True


def line(record: Record) -> bytes:
    """Write a record as one line."""
    return orjson.dumps(members(record), option=orjson.OPT_APPEND_NEWLINE)


def members(record: Record) -> dict[str, object]:
    """Return a record as JSON members; those without a value are left out."""
    found: dict[str, object] = {name: getattr(record, name) for name in _ALWAYS}
    for name in _WHEN_SET:
        value = getattr(record, name)
        if value:
            found[name] = value
    if record.chains:
        found["chains"] = [{"id": chain, "calls": calls} for chain, calls in record.chains]
    if record.findings:
        found["findings"] = {entity: count for (_, entity), count in sorted(record.findings.items())}
    return found
