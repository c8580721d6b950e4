"""Whether to ask a dependency at all: not while it keeps failing, and then one question at a time until it answers."""

from collections.abc import Callable
from enum import StrEnum


class BreakerState(StrEnum):
    """Closed: everything is asked. Open: nothing is. Half open: one question is under way that decides."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker:
    """Opens after so many failures one after another; after a pause, in seconds, one question tells whether it closes.

    `steady` is a clock in seconds that never goes back.
    """

    def __init__(self, failures: int, pause: float, steady: Callable[[], float]) -> None:
        """Start closed."""
        self._limit, self._pause, self._steady = failures, pause, steady
        self._failed = 0
        self._since = 0.0
        self.state = BreakerState.CLOSED

    def admits(self) -> bool:
        """Tell whether to ask. Whoever is told so says what came of it: `succeeded`, `failed` or `withdrawn`."""
        match self.state:
            case BreakerState.CLOSED:
                return True
            case BreakerState.HALF_OPEN:
                return False
            case BreakerState.OPEN:
                if self._steady() - self._since < self._pause:
                    return False
                self.state = BreakerState.HALF_OPEN
                return True

    def succeeded(self) -> None:
        """Take note of an answer; one to a question of before it opened closes it as well."""
        self._failed = 0
        self.state = BreakerState.CLOSED

    def failed(self) -> None:
        """Take note of a fault."""
        self._failed += 1
        if self.state is not BreakerState.CLOSED or self._failed >= self._limit:
            self.state = BreakerState.OPEN
            self._since = self._steady()

    def withdrawn(self) -> None:
        """Take note that nobody waits for the answer any more: the next question decides."""
        if self.state is BreakerState.HALF_OPEN:
            self.state = BreakerState.OPEN
            self._since = self._steady() - self._pause
