"""Key sets that are kept while they are renewed: the last good one stays, and faults are told once, without content."""

import logging
from collections.abc import Callable
from typing import Final

from extproc.identity.keys import Key, KeySet

_log: Final = logging.getLogger("extproc")


class KeyRing:
    """The keys of one source, as they were last read without a fault."""

    def __init__(self, source: str, changed: Callable[[], object] | None = None) -> None:
        """Name the source for the log; `changed` is called whenever keys were read, or could not be."""
        self.source = source
        self.fault: str | None = "its keys have not been read yet"
        self._keys: KeySet | None = None
        self._changed = changed

    @property
    def ready(self) -> bool:
        """Tell whether there are keys at all."""
        return self._keys is not None

    def renew(self, keys: KeySet) -> None:
        """Take keys that were read."""
        if self.fault is not None or keys != self._keys:
            _log.info("identity source %s: %d keys are in use", self.source, len(keys.keys))
        self._keys, self.fault = keys, None
        self._tell()

    def failed(self, fault: str) -> None:
        """Keep the keys there are, and say once what went wrong."""
        if fault != self.fault:
            state = "the last good ones stay" if self.ready else "its tokens are refused until it is mended"
            _log.error("identity source %s: keys not read, %s: %s", self.source, state, fault)
        self.fault = fault
        self._tell()

    def find(self, identifier: str | None, algorithm: str) -> Key | None:
        """Return the key for a token, if it is among these."""
        return self._keys.find(identifier, algorithm) if self._keys is not None else None

    def _tell(self) -> None:
        if self._changed is not None:
            self._changed()
