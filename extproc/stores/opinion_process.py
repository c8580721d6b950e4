"""A second opinion from a process of its own, which shares no memory, no secrets and no time with the sidecar."""

import asyncio
import math
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import orjson

from extproc.ports.errors import PortError

_SCRIPT: Final = Path(__file__).with_name("opinion_worker.py")
# Nothing of the sidecar's environment is handed on: it may hold keys. The judge has what it needs on disk.
_ENVIRONMENT: Final = {"PATH": "/usr/bin:/bin", "PYTHONUTF8": "1", "HF_HUB_OFFLINE": "1"}
READY_SECONDS: Final = 60.0
ANSWER_SECONDS: Final = 30.0
# After it failed to start, for so long nobody tries again.
PAUSE_SECONDS: Final = 30.0


def command_of(judge: str, python: Path | None = None) -> list[str]:
    """Return the command of a judge's process, by the Python in which the judge is installed.

    Isolated (`-I`): neither the current folder nor variables decide what is imported.
    """
    return [str(python or sys.executable), "-I", str(_SCRIPT), judge]


class OpinionProcess:
    """An `OpinionSource`. The process is started when it is first asked, and again when it was lost."""

    def __init__(
        self,
        command: Sequence[str],
        steady: Callable[[], float],
        *,
        ready_seconds: float = READY_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        """Take the command; `steady` is a clock in seconds that never goes back."""
        self._command = command
        self._steady = steady
        self._ready_seconds = ready_seconds
        self._answer_seconds = answer_seconds
        self._process: Process | None = None
        self._not_before = -math.inf

    async def score(self, text: str) -> float:
        """See `OpinionSource`. One text at a time: whoever asks waits for the answer before asking again."""
        await self.prepare()
        line = orjson.dumps(text.encode("utf-8", "replace").decode()) + b"\n"
        answer = await self._exchange(line, self._answer_seconds)
        if not isinstance(answer, float):
            raise PortError("the second opinion failed on a text")
        return answer

    async def prepare(self) -> None:
        """Start the process unless it runs. Raises: `PortError` that says why it cannot be started."""
        if self._process is not None:
            return
        if self._steady() < self._not_before:
            raise PortError("the second opinion could not be started a moment ago")
        self._not_before = self._steady() + PAUSE_SECONDS
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=_ENVIRONMENT
            )
        except OSError as error:
            raise PortError(f"the second opinion cannot be started: {error.strerror}") from None
        answer = await self._exchange(b"", self._ready_seconds)
        if answer != "ready":
            await self.close()
            raise PortError(f"the second opinion cannot be started: {answer}")
        self._not_before = -math.inf

    async def _exchange(self, line: bytes, seconds: float) -> object:
        """Write a line and read one. A process that does neither in time, or was asked and not heard, is ended."""
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise PortError("the second opinion has no process")
        try:
            async with asyncio.timeout(seconds):
                process.stdin.write(line)
                await process.stdin.drain()
                answer = await process.stdout.readline()
            return orjson.loads(answer)
        except (TimeoutError, OSError, ValueError) as error:
            await self.close()
            raise PortError(f"the second opinion was lost: {type(error).__name__}") from None
        except asyncio.CancelledError:
            await self.close()
            raise

    async def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()
