"""Keys from a JWK set in a file, read again when the file changes; a mounted one is a symlink that is swapped."""

import asyncio
from pathlib import Path
from typing import Final

from extproc.identity.keys import MAX_BYTES, Key, KeySetError, parse_key_set
from extproc.ports import PortError
from extproc.stores.key_ring import KeyRing

EVERY_SECONDS: Final = 1.0


class FileKeys:
    """A `KeySource` on a file. The last good set stays in use while the file cannot be read."""

    def __init__(self, path: Path, ring: KeyRing) -> None:
        """Take the file; nothing is read yet."""
        self._path = path
        self._ring = ring
        self._seen: tuple[int, int, int] | None = None

    async def run(self) -> None:
        """Look at the file every second until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(EVERY_SECONDS)

    def look(self) -> None:
        """Read the file if it is not the one that was read last."""
        try:
            facts = self._path.stat()
            seen = (facts.st_mtime_ns, facts.st_size, facts.st_ino)
            if seen == self._seen:
                return
            with self._path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
            keys = parse_key_set(data)
        except OSError as error:
            self._seen = None
            self._ring.failed(f"{self._path}: {error.strerror}")
        except KeySetError as error:
            self._seen = seen
            self._ring.failed(f"{self._path}: {error}")
        else:
            self._seen = seen
            self._ring.renew(keys)

    async def find(self, identifier: str | None, algorithm: str) -> Key | None:
        """See `KeySource`. A key that is not known may have come since the file was last looked at."""
        key = self._ring.find(identifier, algorithm)
        if key is None:
            self.look()
            key = self._ring.find(identifier, algorithm)
        if key is None and not self._ring.ready:
            raise PortError(f"identity source {self._ring.source} has no keys")
        return key
