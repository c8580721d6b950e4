"""Time and identifiers, so that the engine has none of its own."""

from typing import Protocol


class Clock(Protocol):
    """The wall clock for records, and a steady one for durations."""

    def now(self) -> float:
        """Return seconds since the epoch."""
        ...

    def steady(self) -> float:
        """Return seconds on a clock that never goes back."""
        ...


class IdSource(Protocol):
    """Makes decision ids."""

    def new(self) -> str:
        """Return an id that was never returned before and that nobody can guess."""
        ...
