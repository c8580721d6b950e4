"""Runs one ASGI application on loopback until SIGTERM or SIGINT, with a deadline on the way out."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

_LOWEST_PORT = 20_000
_FIRST_EPHEMERAL_PORT = 32_768
_BACKLOG = 2_048


def listening_socket(host: str, port: int) -> socket.socket:
    """Bind and listen at once, so that a client may connect as soon as the port is known.

    Port 0 takes a free one below the ephemeral range: a port inside it can be taken by an outgoing connection
    between two runs, and then a restart on the same port fails.
    """
    if port:
        return socket.create_server((host, port), backlog=_BACKLOG)
    span = _FIRST_EPHEMERAL_PORT - _LOWEST_PORT
    for offset in range(span):
        # Processes that start together begin their search in different places.
        candidate = _LOWEST_PORT + (os.getpid() * 31 + offset) % span
        try:
            return socket.create_server((host, candidate), backlog=_BACKLOG)
        except OSError:
            continue
    raise OSError(f"no free port between {_LOWEST_PORT} and {_FIRST_EPHEMERAL_PORT} on {host}")


def serve(app: ASGIApp, *, host: str, port: int, path: str = "/mcp") -> None:
    """Serve until a signal; print `listening on URL` first, so that a parent process knows where and when."""
    listener = listening_socket(host, port)
    shown = f"[{host}]" if ":" in host else host
    sys.stdout.write(f"listening on http://{shown}:{listener.getsockname()[1]}{path}\n")
    sys.stdout.flush()
    # uvicorn raises the signal again once it has stopped; without a handler of ours the exit status would be -15.
    # The same handler ends a process that is told to stop before uvicorn listens for signals.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stopped)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        # An open event stream would keep the server alive for as long as its client stays, and the SDK takes up to
        # a second more to give up a write that nobody reads.
        timeout_graceful_shutdown=0,
    )
    _QuietlyStopped(config).run(sockets=[listener])


class _QuietlyStopped(uvicorn.Server):
    """A server that says nothing about the requests which its stop cuts off: that is no fault of theirs."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        logging.disable(logging.CRITICAL)
        super().handle_exit(sig, frame)


def _stopped(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
