"""The clock and the source of ids of a running process."""

import base64
import secrets
import time
from typing import Final

_BYTES: Final = 10  # 16 letters of base 32, with nothing left over
_LETTERS: Final = 16
_FETCHED: Final = 256


class SystemClock:
    """A `Clock` on the machine's own."""

    def now(self) -> float:
        """See `Clock`."""
        return time.time()  # noqa: TID251 - this is the Clock

    def steady(self) -> float:
        """See `Clock`."""
        return time.perf_counter()


class RandomIds:
    """An `IdSource` of 80 random bits: unique, and no use in guessing.

    The bits are fetched many at a time: each call of the system gives the interpreter's lock away.
    """

    def __init__(self) -> None:
        """Start with nothing fetched."""
        self._unused: list[str] = []

    def new(self) -> str:
        """See `IdSource`."""
        if not self._unused:
            letters = base64.b32encode(secrets.token_bytes(_BYTES * _FETCHED)).decode().lower()
            self._unused = [letters[at : at + _LETTERS] for at in range(0, len(letters), _LETTERS)]
        return self._unused.pop()
