"""Who acts, as verified; never taken from a message."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The verified caller. `subject` is `anonymous` when nothing was verified.

    `source` is the configured identity source that vouches for it. A member that is None is not known, because the
    source says nothing of it; an empty set is known to be empty. `run` tells one run of an agent from another.
    """

    subject: str
    source: str | None = None
    issuer: str | None = None
    groups: frozenset[str] | None = None
    roles: frozenset[str] | None = None
    scopes: frozenset[str] | None = None
    agent: str | None = None
    organisation: str | None = None
    team: str | None = None
    run: str | None = None

    @property
    def verified(self) -> bool:
        """Tell whether a source vouches for the caller."""
        return self.source is not None


ANONYMOUS: Final = Principal(subject="anonymous")
