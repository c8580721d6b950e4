"""Notices to people and systems, and recordings of messages, both because a rule asks for them."""

from collections.abc import Set as AbstractSet
from typing import Protocol

from extproc.model.message import JsonObject
from extproc.ports.log import Record


class Outbox(Protocol):
    """Sends notices. A decision never waits for it, and a notice that cannot be sent is counted and logged."""

    def send(self, channels: AbstractSet[str], record: Record, explanation: str) -> None:
        """Take a notice of a decision for these channels."""
        ...


class Recorder(Protocol):
    """Keeps whole messages, after redaction."""

    def keep(self, line: JsonObject) -> None:
        """Keep one line in the format that `extproc inspect` reads.

        Raises: `PortError` when it cannot be kept, for a rule that asks for a recording must have it.
        """
        ...
