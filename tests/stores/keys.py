"""What the tests of key stores share: a clock that is set, a server that is told what to answer, a way to wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from extproc.stores.jwks_url import KeyUrl, UrlKeys
from extproc.stores.key_ring import KeyRing
from tests.fixtures.journal import Received
from tests.fixtures.raw_server import Cut, RawServer, document


class SetClock:
    """A `Clock` that is set by hand."""

    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        return self.time

    def steady(self) -> float:
        return self.time


class Issuer:
    """What a server answers: a body, its status and headers; None for no answer at all."""

    def __init__(self, body: bytes) -> None:
        self.body: bytes | None = body
        self.status = 200
        self.headers: dict[str, str] = {}

    async def handler(self, _request: Received) -> AsyncIterator[bytes | Cut]:
        if self.body is None:
            await asyncio.Event().wait()
        yield document(self.body or b"", status=self.status, headers=self.headers)


@asynccontextmanager
async def url_keys(
    issuer: Issuer, clock: SetClock, **settings: Any
) -> AsyncIterator[tuple[UrlKeys, KeyRing, RawServer]]:
    """Run a store on a server, from its first fetch on."""
    fetched = asyncio.Event()
    async with RawServer(issuer.handler) as server, asyncio.TaskGroup() as tasks:
        ring = KeyRing("idp", fetched.set)
        place = KeyUrl(url=f"http://{server.address}/jwks.json", **settings)
        store = UrlKeys(place, ring, clock)
        running = tasks.create_task(store.run())
        try:
            async with asyncio.timeout(20):
                await fetched.wait()
            yield store, ring, server
        finally:
            running.cancel()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what another task does; the deadline only turns a hang into a failure."""
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)
