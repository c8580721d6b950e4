"""What stands between decisions and a store: a budget for each operation, and a breaker while the store fails."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from extproc.ports.errors import PortError
from extproc.stores.breaker import Breaker, BreakerState
from extproc.stores.state_backend import EntryError, Kind

_Answer = TypeVar("_Answer")
# One turn of the loop, seconds.
_GRACE: Final = 0.001
_log: Final = logging.getLogger("extproc")


class Ended(StrEnum):
    """How an operation ended: done, refused by the store, over its budget, or not tried since the breaker is open."""

    DONE = "done"
    FAILED = "failed"
    LATE = "late"
    SKIPPED = "skipped"


# Called after each operation with its kind, its name, how it ended, and the seconds it took.
Watch = Callable[[Kind, str, Ended, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardOptions:
    """The budget of one operation, and after how many faults in a row nothing is asked for how long; in seconds."""

    budget: float = 0.02
    failures: int = 5
    pause: float = 1.0


class Guard:
    """Guards the operations on one kind of state; it recovers by itself."""

    def __init__(
        self, kind: Kind, options: GuardOptions, steady: Callable[[], float], watch: Watch | None = None
    ) -> None:
        """Start with the breaker closed; `steady` is a clock in seconds that never goes back."""
        self._kind, self._budget, self._steady, self._watch = kind, options.budget, steady, watch
        self._breaker = Breaker(options.failures, options.pause, steady)

    @property
    def state(self) -> BreakerState:
        """Return how the breaker stands."""
        return self._breaker.state

    async def run(self, operation: str, work: Callable[[], Awaitable[_Answer]]) -> _Answer:
        """Do an operation within its budget. Raises: `PortError`, at once while the breaker is open."""
        if not self._breaker.admits():
            self._tell(operation, Ended.SKIPPED, 0.0)
            raise PortError(f"the store of {self._kind.value} is not asked for now, since it keeps failing")
        before, begun = self._breaker.state, self._steady()
        ended: Ended | None = None
        try:
            async with self._limit():
                answer = await work()
            ended = Ended.DONE
        except EntryError:
            ended = Ended.DONE
            self._breaker.succeeded()
            raise
        except PortError as error:
            ended = Ended.FAILED
            self._failed(before, str(error))
            raise
        except TimeoutError:
            ended = Ended.LATE
            text = f"the store of {self._kind.value} did not answer within {self._budget * 1000:g} ms"
            self._failed(before, text)
            raise PortError(text) from None
        finally:
            if ended is None:
                self._breaker.withdrawn()
            else:
                self._tell(operation, ended, self._steady() - begun)
        self._breaker.succeeded()
        if before is not BreakerState.CLOSED:
            _log.info("the store of %s answers again", self._kind.value)
        return answer

    @asynccontextmanager
    async def _limit(self) -> AsyncIterator[None]:
        """End what takes longer than the budget.

        When the loop itself was busy for too long, what arrived meanwhile is read before time is up: a long turn of the
        loop is no fault of the store, and would be one of everything that was under way.
        """
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(None) as limit:
            timer = loop.call_later(self._budget, lambda: limit.reschedule(loop.time() + _GRACE))
            try:
                yield
            finally:
                timer.cancel()

    def _failed(self, before: BreakerState, text: str) -> None:
        self._breaker.failed()
        if before is BreakerState.CLOSED and self._breaker.state is BreakerState.OPEN:
            _log.error("the store of %s keeps failing, its fail mode is in force: %s", self._kind.value, text)

    def _tell(self, operation: str, ended: Ended, seconds: float) -> None:
        if self._watch is not None:
            self._watch(self._kind, operation, ended, seconds)
