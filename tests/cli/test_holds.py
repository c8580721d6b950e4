"""`extproc holds` against a running control socket."""

import asyncio
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Self

import pytest
from typer.testing import CliRunner

from extproc.cli.main import app
from extproc.ports import Hold, Resolution
from extproc.server.serving import ControlServer
from extproc.stores.memory import MemoryHolds

_RUNNER = CliRunner()


class Desk:
    """A control server in a thread, with two messages that wait."""

    def __init__(self, socket: Path) -> None:
        self.socket, self.ready = socket, Event()
        self.ended: dict[str, Resolution] = {}
        self._thread = Thread(target=lambda: asyncio.run(self._run()))

    def __enter__(self) -> Self:
        self._thread.start()
        assert self.ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        assert not self._thread.is_alive()

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        holds = MemoryHolds()
        server = ControlServer(holds)
        await server.start(str(self.socket))

        async def wait(name: str) -> None:
            hold = Hold(
                decision_id=name, server="shop", method=None, tool=None, rules=("wait",), opened=1.0, seconds=20
            )
            self.ended[name] = await holds.wait(hold)

        waits = [asyncio.ensure_future(wait(name)) for name in ("one", "two")]
        await asyncio.sleep(0)
        self.ready.set()
        await self._stop.wait()
        for one in waits:
            one.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
        await server.stop()


@pytest.fixture
def desk() -> Iterator[Desk]:
    with tempfile.TemporaryDirectory(prefix="s") as folder, Desk(Path(folder) / "control.sock") as running:
        yield running


def test_holds_are_listed_released_and_refused(desk: Desk) -> None:
    socket = ["--socket", str(desk.socket)]
    listed = _RUNNER.invoke(app, ["holds", "list", *socket])
    assert [json.loads(line)["decision_id"] for line in listed.stdout.splitlines()] == ["one", "two"]
    released = _RUNNER.invoke(app, ["holds", "release", "one", *socket])
    assert (released.exit_code, released.stdout) == (0, "released\n")
    refused = _RUNNER.invoke(app, ["holds", "refuse", "two", *socket])
    assert (refused.exit_code, refused.stdout) == (0, "refused\n")
    again = _RUNNER.invoke(app, ["holds", "release", "one", *socket])
    assert (again.exit_code, again.stdout) == (1, "")
    assert "nothing is held under one" in again.stderr
    assert _RUNNER.invoke(app, ["holds", "list", *socket]).stdout == ""
    assert desk.ended == {"one": Resolution.RELEASED, "two": Resolution.REFUSED}
