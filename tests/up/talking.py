"""Talks to a stack as a plain HTTP client, and names the sidecar that lets everything pass."""

from __future__ import annotations

import json
import socket
import sys
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

from extproc.up.stack import Stack

SIDECAR = (sys.executable, str(Path(__file__).with_name("passing_sidecar.py")), "{socket}")
_SECONDS = 10.0


def send(
    stack: Stack, path: str = "/mcp", *, body: bytes = b"{}", **headers: str
) -> tuple[HTTPResponse, HTTPConnection]:
    connection = HTTPConnection("127.0.0.1", stack.port, timeout=_SECONDS)
    connection.request("POST", path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    return connection.getresponse(), connection


def exchange(stack: Stack, path: str = "/mcp", *, body: bytes = b"{}", **headers: str) -> tuple[int, dict[str, Any]]:
    response, connection = send(stack, path, body=body, **headers)
    try:
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def raw(stack: Stack, request: bytes) -> tuple[int, dict[str, Any]]:
    """Send bytes as they are and read one response."""
    with socket.create_connection(("127.0.0.1", stack.port), timeout=_SECONDS) as connection:
        connection.sendall(request)
        response = HTTPResponse(connection)
        response.begin()
        return response.status, json.loads(response.read())


def error_of(answer: dict[str, Any]) -> tuple[object, int, int]:
    """Return the id, the JSON-RPC code and the HTTP status that an error made by Envoy names."""
    return answer["id"], answer["error"]["code"], answer["error"]["data"]["status"]
