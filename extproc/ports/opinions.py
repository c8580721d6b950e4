"""Where a second opinion on a text comes from."""

from typing import Protocol


class OpinionSource(Protocol):
    """Judges texts, one at a time, in its own time."""

    async def score(self, text: str) -> float:
        """Return how sure it is that a text wants something of the model that reads it: 0 to 1, from 0.5 on it is.

        Raises: `PortError` when it has no answer.
        """
        ...
