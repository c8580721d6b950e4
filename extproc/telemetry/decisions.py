"""The decision log: one JSON line for each decision, and its counts."""

from collections.abc import Callable
from typing import BinaryIO, Final

import orjson

from extproc.ports import Record
from extproc.telemetry.metrics import Metrics

_ALWAYS: Final = ("time", "decision_id", "policy_revision", "direction", "server", "outcome", "effect", "edits")
_WHEN_SET: Final = (
    "determining",
    "kind",
    "method",
    "tool",
    "principal",
    "session",
    "protocol_version",
    "rejected",
    "failure",
    "resolution",
)


class DecisionLines:
    """A `DecisionLog` that counts, and writes lines to a sink if there is one.

    `later` is told to write what has gathered, once for each turn of the event loop: a write for each line would give
    the interpreter's lock away each time, which costs more than the line. Without it every line is written at once.
    """

    def __init__(
        self, sink: BinaryIO | None, metrics: Metrics, later: Callable[[Callable[[], None]], object] | None = None
    ) -> None:
        """Take where to write, what to count with, and how to be called back."""
        self._sink = sink
        self._metrics = metrics
        self._later = later
        self._gathered: list[Record] = []

    def append(self, record: Record) -> None:
        """See `DecisionLog`."""
        self._metrics.record(record)
        if self._sink is None:
            return
        self._gathered.append(record)
        if self._later is None:
            self.flush()
        elif len(self._gathered) == 1:
            self._later(self.flush)

    def flush(self) -> None:
        """Write what has gathered."""
        if self._sink is not None and self._gathered:
            lines = b"".join(map(line, self._gathered))
            self._gathered.clear()
            self._sink.write(lines)
            self._sink.flush()


def line(record: Record) -> bytes:
    """Write a record as one line; members without a value are left out."""
    members = {name: getattr(record, name) for name in _ALWAYS}
    for name in _WHEN_SET:
        value = getattr(record, name)
        if value:
            members[name] = value
    return orjson.dumps(members, option=orjson.OPT_APPEND_NEWLINE)
