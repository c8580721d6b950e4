"""How the definition of a tool, prompt or resource stands: whether it is as it was approved, and what is against it."""

from dataclasses import field
from enum import StrEnum
from typing import Final

from extproc.model.value import value


class Flag(StrEnum):
    """What can be held against a definition."""

    POISONED = "poisoned"
    SHADOWING = "shadowing"
    UNPINNED = "unpinned"
    PENDING = "pending"
    DRIFTED = "drifted"
    RENAMED = "renamed"
    REJECTED = "rejected"
    MISSING_FROM_LOCK = "missing_from_lock"


@value
class Standing:
    """What is known of a definition beside its text.

    `pinned` says that it is exactly what was approved, but for spacing; `drift` names the members that differ from
    that. `first_seen` is in seconds since the epoch, None when the definition was never seen.
    """

    pinned: bool = False
    flags: frozenset[Flag] = field(default_factory=frozenset)
    drift: frozenset[str] = field(default_factory=frozenset)
    first_seen: float | None = None


NEVER_SEEN: Final = Standing()
