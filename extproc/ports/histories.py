"""What principals did before: enough for rules that count, and no content."""

from dataclasses import dataclass
from typing import Protocol

from extproc.model.intent import Intent
from extproc.policy.facts import History


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose history: a principal, by a digest of who vouches for whom, in a legacy session or over all its requests.

    The modern era has no sessions; there a history ends when its principal was idle for long.
    """

    principal: str
    session: str | None


class HistoryStore(Protocol):
    """Remembers histories. Every method may raise `PortError`."""

    async def of(self, scope: Scope) -> History:
        """Return what was done in this scope so far; an empty history when nothing was."""
        ...

    async def add(self, scope: Scope, tool: str, intent: Intent, *, refused: bool) -> None:
        """Add a call to the history."""
        ...
