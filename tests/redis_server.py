"""A real redis-server for tests, on a free port of the loopback interface, gone with its process."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

_PROGRAM: Final = "redis-server"
_MISSING: Final = f"{_PROGRAM} is not installed: apt-get install {_PROGRAM}"
_STARTING_SECONDS: Final = 20.0


@dataclass(slots=True)
class RedisServer:
    """A server that can be killed and started again on the same port."""

    folder: Path
    port: int
    arguments: Sequence[str] = ()
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        log = (self.folder / "redis.log").open("ab")
        command = [_PROGRAM, "--bind", "127.0.0.1", "--dir", str(self.folder), "--save", "", "--appendonly", "no"]
        command += ["--enable-debug-command", "local"]
        port = () if "--tls-port" in self.arguments else ("--port", str(self.port))
        with log:
            self._process = subprocess.Popen([*command, *port, *self.arguments], stdout=log, stderr=log)
        self._await_begin()

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Have it neither answer nor go away."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def ask(self, *words: str) -> bytes:
        """Send one command on a connection of its own, and return what comes back first."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            parts = [f"${len(word.encode())}\r\n{word}\r\n" for word in words]
            connection.sendall(f"*{len(words)}\r\n{''.join(parts)}".encode())
            return connection.recv(65536)

    def _await_begin(self) -> None:
        end = time.monotonic() + _STARTING_SECONDS
        while True:
            assert self._process is not None
            assert self._process.poll() is None, (self.folder / "redis.log").read_text()
            assert time.monotonic() < end, "redis-server takes no connections"
            with suppress(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", self.port), timeout=_STARTING_SECONDS).close()
                return
            time.sleep(0.01)


@contextmanager
def running(folder: Path, *arguments: str, tls: bool = False) -> Iterator[RedisServer]:
    """Run a server; where there is none the test is skipped, and says which package is missing; in CI it fails."""
    if shutil.which(_PROGRAM) is None:
        if os.environ.get("CI") == "true":
            pytest.fail(_MISSING)
        pytest.skip(_MISSING)
    port = free_port()
    server = RedisServer(folder, port, (*arguments, "--port", "0", "--tls-port", str(port)) if tls else arguments)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def free_port(above: int | None = None) -> int:
    """Return a port below those that connections get by themselves."""
    for port in range(20_000 + os.getpid() % 5000 if above is None else above + 1, 32_000):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")
