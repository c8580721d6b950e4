"""Listeners inside our own loop: impatient with the silent, and gone when they are told."""

import asyncio

import pytest
from prometheus_client import CollectorRegistry, Gauge

from extproc.kubernetes import serving
from extproc.kubernetes.serving import Listener, health_app
from extproc.up.ports import free_port

_REQUEST = b"GET /%s HTTP/1.1\r\nhost: x\r\n\r\n"


async def asked(port: int, path: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(_REQUEST % path.encode() + b"")
    answer = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    return answer


def test_who_says_nothing_is_hung_up_on_and_others_are_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "_FIRST", 0.2)
    registry, port = CollectorRegistry(), free_port()
    Gauge("a_number", "One", registry=registry)
    lacks: list[str] = ["something"]

    async def story() -> None:
        with Listener(health_app(lambda: lacks, registry), ("127.0.0.1", port)) as listener:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(listener.run_until_told())
                silent, closing = await asyncio.open_connection("127.0.0.1", port)
                kept, speaking = await asyncio.open_connection("127.0.0.1", port)
                speaking.write(_REQUEST % b"healthz")
                assert b" 200 " in await kept.readuntil(b"\r\n\r\nok\n")
                assert b" 503 " in await asked(port, "readyz")
                lacks.clear()
                assert b" 200 " in await asked(port, "readyz")
                assert b"text/plain; version=" in await asked(port, "metrics")
                assert await asyncio.wait_for(silent.read(), 10) == b""
                speaking.write(_REQUEST % b"healthz")
                assert b" 200 " in await kept.readuntil(b"\r\n\r\nok\n")
                closing.close()
                speaking.close()
                listener.end()

    asyncio.run(story())
    with pytest.raises(OSError, match="Connect"):
        asyncio.run(asked(port, "healthz"))


def test_a_port_that_is_taken_is_an_error_at_once() -> None:
    port = free_port()

    async def story() -> None:
        app = health_app(list, CollectorRegistry())
        with Listener(app, ("127.0.0.1", port)), pytest.raises(OSError, match="in use"):
            Listener(app, ("127.0.0.1", port))

    asyncio.run(story())
