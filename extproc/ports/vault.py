"""Where values are kept that marks stand for, so that a server which may have them can get them back."""

from typing import Protocol

from extproc.model.finding import Category
from extproc.redact.restore import VaultEntry


class Vault(Protocol):
    """Keeps values for a time. Every method may raise `PortError`.

    A scope is a tenant and of it a session or a principal: what is kept in one is not known in another. A value that is
    lost, because its time is over or there were too many, leaves its marks as they are.
    """

    async def put(self, scope: str, entity: str, category: Category, value: str, *, server: str, ttl: float) -> str:
        """Keep a value that came from a server for so many seconds from now; return the 26 letters of its mark.

        The same value of the same entity has the same letters within a scope; nobody can guess them.
        """
        ...

    async def get(self, scope: str, entity: str, letters: str) -> VaultEntry | None:
        """Return what is kept under a mark of this scope; None when nothing is. The entity is as the mark names it."""
        ...
