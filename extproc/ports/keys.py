"""The keys that tokens of one source are checked with, wherever they come from."""

from typing import Protocol

from extproc.identity.keys import Key


class KeySource(Protocol):
    """Finds keys; how they are fetched and kept fresh is its own business."""

    async def find(self, identifier: str | None, algorithm: str) -> Key | None:
        """Return the key for a token, None when the issuer has no such key.

        Raises: `PortError` when that cannot be told: no keys could be had, or those at hand are too old.
        """
        ...
