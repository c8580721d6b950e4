"""The decision log: one JSON line for each decision, and its counts."""

from dataclasses import fields
from typing import BinaryIO, Final

import orjson

from extproc.ports import Record
from extproc.telemetry.metrics import Metrics

_FIELDS: Final = tuple(field.name for field in fields(Record))


class DecisionLines:
    """A `DecisionLog` that writes lines to a stream and counts; without a stream it only counts."""

    def __init__(self, stream: BinaryIO | None, metrics: Metrics) -> None:
        """Write to `stream`, which is flushed after each line."""
        self._stream = stream
        self._metrics = metrics

    def append(self, record: Record) -> None:
        """See `DecisionLog`."""
        self._metrics.record(record)
        if self._stream is not None:
            self._stream.write(line(record))
            self._stream.flush()


def line(record: Record) -> bytes:
    """Write a record as one line; members without a value are left out."""
    members = {name: value for name in _FIELDS if (value := getattr(record, name)) not in (None, ())}
    return orjson.dumps(members, option=orjson.OPT_APPEND_NEWLINE)
