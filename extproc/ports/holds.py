"""Held messages and who releases or refuses them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Resolution(StrEnum):
    """How a hold ended."""

    RELEASED = "released"
    REFUSED = "refused"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What a person sees of a held message; `seconds` is how long it waits at most, `approval` who is asked to."""

    decision_id: str
    server: str
    method: str | None
    tool: str | None
    rules: tuple[str, ...]
    approval: tuple[str, ...] = ()
    opened: float
    seconds: float


class HoldDesk(Protocol):
    """Where held messages wait."""

    async def wait(self, hold: Hold) -> Resolution:
        """Wait until the hold is resolved or its time is over; a cancelled wait withdraws the hold."""
        ...
