"""Finds free TCP ports on loopback, below the range the kernel gives to outgoing connections."""

import secrets
import socket
from typing import Final

_LOWEST: Final = 20_000
_FIRST_EPHEMERAL: Final = 32_768


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port that was free a moment ago.

    Inside the ephemeral range an outgoing connection could take it before the server does, or between two starts of
    the same server. The search begins anywhere, so that stacks that start together look in different places.
    """
    span = _FIRST_EPHEMERAL - _LOWEST
    first = secrets.randbelow(span)
    for offset in range(span):
        port = _LOWEST + (first + offset) % span
        try:
            with socket.create_server((host, port)):
                return port
        except OSError:
            continue
    raise OSError(f"no free port between {_LOWEST} and {_FIRST_EPHEMERAL} on {host}")
