"""HTTP listeners inside our own loop, and the plain one that the kubelet and Prometheus ask."""

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, Self

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

_KEEP_ALIVE: Final = 120  # longer than clients keep idle connections (90 s in Go): the end must not be ours
_FIRST: Final = 10
_CONNECTIONS: Final = 1024
_GRACE: Final = 10
_UNAVAILABLE: Final = 503

Missing = Callable[[], Sequence[str]]


class _Impatient(H11Protocol):
    """A connection that is closed when its first request does not come: anybody in a cluster can open one."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to wait."""
        super().connection_made(transport)
        self._late = asyncio.get_running_loop().call_later(_FIRST, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        if self._late is not None:
            self._late.cancel()
        super().connection_lost(exc)

    def _give_up(self) -> None:
        if getattr(self, "cycle", None) is None:  # its type there does not say that it may be
            self.transport.close()


class Listener(uvicorn.Server):
    """One HTTP server; signals are the composition's business."""

    def __init__(self, app: ASGIApp, where: tuple[str, int], context: ssl.SSLContext | None = None) -> None:
        """Open the port. Raises: `OSError` when it cannot be had."""
        for name in ("uvicorn.error", "uvicorn.access"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # a scanner's broken handshake is no news
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="off",
                http=_Impatient,
                ws="none",
                server_header=False,
                date_header=False,
                proxy_headers=False,
                timeout_keep_alive=_KEEP_ALIVE,
                timeout_graceful_shutdown=_GRACE,
                limit_concurrency=_CONNECTIONS,
                ssl_context_factory=None if context is None else lambda *_: context,
            )
        )
        host, port = where
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._ended = asyncio.Event()
        self._socket = socket.create_server((host, port), family=family, backlog=1024)

    def __enter__(self) -> Self:
        """Hold the port."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give the port back, if nobody came to serve on it."""
        self._socket.close()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield

    async def main_loop(self) -> None:
        """Wait for the end, without looking for it ten times a second."""
        await self._ended.wait()

    async def run_until_told(self) -> None:
        """Serve until `end`, then let open requests end."""
        await self.serve(sockets=[self._socket])

    def end(self) -> None:
        """Close the port, and let `run_until_told` return."""
        self.should_exit = True
        self._ended.set()


def health_app(missing: Missing, registry: CollectorRegistry) -> Starlette:
    """Return what answers probes: alive, ready when nothing is missing, and metrics."""

    async def alive(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def ready(_: Request) -> Response:
        lacks = missing()
        if lacks:
            return PlainTextResponse("".join(f"{one}\n" for one in lacks), _UNAVAILABLE)
        return PlainTextResponse("ok\n")

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return Starlette(routes=[Route("/healthz", alive), Route("/readyz", ready), Route("/metrics", metrics)])
