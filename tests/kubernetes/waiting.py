"""Waits for what other tasks and processes do, and not longer than is sensible."""

import asyncio
import time
from collections.abc import Callable

_SECONDS = 60.0  # the first start on a machine compiles patterns


async def until(holds: Callable[[], bool], what: str = "it") -> None:
    """Poll until something holds."""
    deadline = time.monotonic() + _SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"{what} did not come to be"
        await asyncio.sleep(0.02)
