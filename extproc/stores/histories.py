"""Histories in the memory of one process, bounded in number, size and time."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from extproc.model.intent import Intent
from extproc.policy.facts import NO_HISTORY, History
from extproc.policy.past import Past
from extproc.ports import Scope

MAX_HISTORIES: Final = 20_000
# A history ends when nothing was added for this long.
IDLE_SECONDS: Final = 3600.0


@dataclass(slots=True)
class _Entry:
    seen: float
    past: Past = field(default_factory=Past)


class MemoryHistories:
    """A `HistoryStore` that ends with the process; the least recently used history goes first."""

    def __init__(self, steady: Callable[[], float]) -> None:
        """Start empty; `steady` is a clock in seconds that never goes back."""
        self._steady = steady
        self._entries: OrderedDict[Scope, _Entry] = OrderedDict()

    async def of(self, scope: Scope) -> History:
        """See `HistoryStore`."""
        entry = self._current(scope)
        return entry.past.history if entry is not None else NO_HISTORY

    async def add(self, scope: Scope, tool: str, intent: Intent, *, refused: bool) -> None:
        """See `HistoryStore`."""
        entry = self._current(scope) or _Entry(seen=0.0)
        entry.seen = self._steady()
        entry.past.add(tool, intent, refused=refused)
        self._entries[scope] = entry
        self._entries.move_to_end(scope)
        if len(self._entries) > MAX_HISTORIES:
            self._entries.popitem(last=False)

    def _current(self, scope: Scope) -> _Entry | None:
        entry = self._entries.get(scope)
        if entry is not None and self._steady() - entry.seen > IDLE_SECONDS:
            del self._entries[scope]
            return None
        return entry
