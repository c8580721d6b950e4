"""What gathers of a caller in a session, call by call, until rules ask for it as a history."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from extproc.model.intent import Intent
from extproc.policy.facts import NO_HISTORY, History

# What a history still knows by name; the counts go on.
MAX_TOOLS: Final = 64


@dataclass(slots=True)
class Past:
    """The calls so far. What was refused is counted and leaves nothing else: it was not done."""

    calls: int = 0
    refused: int = 0
    tools: OrderedDict[str, None] = field(default_factory=OrderedDict)
    intents: frozenset[Intent] = frozenset()
    history: History = NO_HISTORY

    def add(self, tool: str | None, intent: Intent | None, *, refused: bool) -> None:
        """Count one call; a tool that was called again is the last to be forgotten."""
        self.calls += 1
        self.refused += refused
        if not refused and tool is not None:
            self.tools[tool] = None
            self.tools.move_to_end(tool)
            if len(self.tools) > MAX_TOOLS:
                self.tools.popitem(last=False)
        if not refused and intent is not None:
            self.intents |= {intent}
        self.history = History(
            calls=self.calls, refused=self.refused, tools=frozenset(self.tools), intents=self.intents
        )
