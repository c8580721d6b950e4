"""The clock and the source of ids of a running process."""

import base64
import secrets
import time


class SystemClock:
    """A `Clock` on the machine's own."""

    def now(self) -> float:
        """See `Clock`."""
        return time.time()  # noqa: TID251 - this is the Clock

    def steady(self) -> float:
        """See `Clock`."""
        return time.perf_counter()


class RandomIds:
    """An `IdSource` of 80 random bits: unique, and no use in guessing."""

    def new(self) -> str:
        """See `IdSource`."""
        return base64.b32encode(secrets.token_bytes(10)).decode().lower()
