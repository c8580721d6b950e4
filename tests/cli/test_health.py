"""`extproc health` against a real server, and against nothing."""

import asyncio
from pathlib import Path

import pytest

from extproc.cli.health import run
from extproc.up.ports import free_port
from tests.engine.harness import Sidecar
from tests.server.talking import serving


def test_it_says_what_the_sidecar_says_over_its_socket_and_over_tcp(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    probed = f"127.0.0.1:{free_port()}"

    async def scenario() -> None:
        async with serving(Sidecar().engine, tmp_path / "0.sock", health_address=probed) as (server, _):
            for address in (f"unix:{tmp_path}/0.sock", probed):
                assert await asyncio.to_thread(run, address) == 1
            await server.serving(ready=True)
            for address in (f"unix:{tmp_path}/0.sock", probed):
                assert await asyncio.to_thread(run, address) == 0

    asyncio.run(scenario())
    assert capsys.readouterr().out == "serving\n" * 2


def test_where_nobody_listens_nobody_serves(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(f"unix:{tmp_path}/none.sock") == 1
    assert capsys.readouterr().err == f"not serving on unix:{tmp_path}/none.sock\n"
