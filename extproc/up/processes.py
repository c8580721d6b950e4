"""Starts child processes that cannot outlive this one, waits until they are ready, and stops them within a deadline."""

import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Self

_LAUNCHER: Final = Path(__file__).with_name("launch.py")
_POLL_SECONDS: Final = 0.02
_KILL_SECONDS: Final = 5.0
_TAIL_BYTES: Final = 4_000


class NotReadyError(RuntimeError):
    """A child process ended or stayed silent instead of becoming ready; the message shows the end of its log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A started child process, leader of its own process group; `log` has its standard output and error."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @classmethod
    def start(cls, name: str, command: Sequence[str], *, log: Path, cwd: Path | None = None) -> Self:
        """Start the command, in a session of its own: Ctrl-C reaches only us, and we choose the order of the end."""
        program = shutil.which(command[0])
        if program is None:
            raise NotReadyError(f"{name}: there is no program {command[0]!r}")
        whole = [sys.executable, "-IS", str(_LAUNCHER), str(os.getpid()), program, *command[1:]]

        def spawn() -> subprocess.Popen[bytes]:
            with log.open("ab") as output:
                return subprocess.Popen(  # noqa: S603
                    whole, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=cwd, start_new_session=True
                )

        return cls(name=name, process=_spawner().submit(spawn).result(), log=log)

    @property
    def pid(self) -> int:
        """Return the process id; the launcher keeps it when it becomes the program."""
        return self.process.pid

    @property
    def running(self) -> bool:
        """Tell whether the process has not ended yet."""
        return self.process.poll() is None

    def tail(self) -> str:
        """Return the end of the log."""
        with suppress(FileNotFoundError):
            return self.log.read_bytes()[-_TAIL_BYTES:].decode(errors="replace").strip()
        return ""

    def until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Poll until the child is ready; a child that ends first, or a deadline that passes, is an error."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.running:
                raise NotReadyError(self._story(f"ended with status {self.process.returncode} before it was ready"))
            if time.monotonic() > deadline:
                raise NotReadyError(self._story(f"was not ready after {seconds:g} s"))
            time.sleep(_POLL_SECONDS)

    def stop(self, seconds: float) -> None:
        """Ask the process to end, and kill its whole group when the deadline passes."""
        if not self.running:
            return
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self.pid, signal.SIGKILL)
            self.process.wait(_KILL_SECONDS)

    def _story(self, what: str) -> str:
        return f"{self.name} {what}; the end of {self.log}:\n{self.tail() or '(empty)'}"


def first_to_end(children: Iterable[Child], timeout: float | None = None) -> Child | None:
    """Block until one of the children ends and return it; nothing when the time is over first."""
    by_descriptor: dict[int, Child] = {}
    with ExitStack() as descriptors:
        for child in children:
            if not child.running:
                return child
            descriptor = os.pidfd_open(child.pid)
            descriptors.callback(os.close, descriptor)
            by_descriptor[descriptor] = child
        ended, _, _ = select.select(list(by_descriptor), [], [], timeout)
    if not ended:
        return None
    child = by_descriptor[ended[0]]
    child.process.wait()
    return child


@cache
def _spawner() -> ThreadPoolExecutor:
    """Return the one thread that starts children.

    Linux sends the death signal when the *thread* that started the child ends (prctl(2), PR_SET_PDEATHSIG), so a child
    started in a short-lived thread would die with it. This thread lives as long as the interpreter.
    """
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="extproc-spawn")
