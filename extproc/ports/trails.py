"""Where the trails of sessions are kept."""

from collections.abc import Callable
from typing import Final, Protocol

from extproc.sessions.trail import Trail

# The label of a trail that may not be whole: its store did not answer, and this is what one replica remembers.
PARTIAL: Final = "partial"


class TrailStore(Protocol):
    """Keeps trails by the digests of their scopes. Every method may raise `PortError`."""

    async def of(self, key: str) -> Trail:
        """Return the trail of a scope; an empty one when nothing is known of it."""
        ...

    async def update(self, key: str, change: Callable[[Trail], Trail], *, now: float) -> Trail:
        """Change the trail of a scope, and return what it is then; `now` is in seconds since 1970.

        `change` is pure: it is called again when somebody else changed the trail meanwhile, so that nothing is lost.
        """
        ...
