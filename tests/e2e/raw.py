"""Talk HTTP to a stack without an SDK, for what no SDK would send."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx2

from extproc.up.stack import Stack
from tests.fixtures.journal import Received
from tests.fixtures.raw_server import Cut, RawServer, document

Handler = Callable[[Received], AsyncIterator[bytes | Cut]]

HEADERS = {
    "content-type": "application/json",
    "accept": "application/json, text/event-stream",
    "mcp-protocol-version": "2025-11-25",
}
SECONDS = 20.0


def request(method: str, identifier: int | str = 1, **params: Any) -> dict[str, Any]:
    """Return a JSON-RPC request."""
    return {"jsonrpc": "2.0", "id": identifier, "method": method, "params": params}


def call(tool: str, identifier: int | str = 1, **arguments: Any) -> dict[str, Any]:
    """Return a `tools/call`."""
    return request("tools/call", identifier, name=tool, arguments=arguments)


def modern(method: str, **params: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """Return a request of 2026-07-28 and its headers."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    message = request(method, **params, _meta=meta)
    return message, HEADERS | {"mcp-protocol-version": "2026-07-28", "mcp-method": method}


def modern_call(tool: str, **arguments: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """Return a `tools/call` of 2026-07-28 and its headers."""
    message, headers = modern("tools/call", name=tool, arguments=arguments)
    return message, headers | {"mcp-name": tool}


async def text_result(received: Received) -> AsyncIterator[bytes | Cut]:
    """Answer any request with a short text, and a notification with 202."""
    message = received.json() if received.body else {}
    if "id" not in message or "method" not in message:
        yield document(b"", None, status=202)
        return
    result = {"resultType": "complete", "content": [{"type": "text", "text": "done"}]}
    yield document({"jsonrpc": "2.0", "id": message["id"], "result": result})


@asynccontextmanager
async def upstream(stack: Stack, handler: Handler = text_result) -> AsyncIterator[RawServer]:
    """Run a raw server where the stack expects its upstream."""
    port = urlsplit(stack.options.upstream).port or 0
    async with RawServer(handler, port=port) as server:
        yield server


@asynccontextmanager
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    """Return an HTTP client with the headers of a well-behaved MCP client."""
    async with httpx2.AsyncClient(headers=HEADERS, timeout=httpx2.Timeout(SECONDS), trust_env=False) as http:
        yield http


async def post(
    stack: Stack, body: bytes | Mapping[str, Any] | list[Any], headers: Mapping[str, str] | None = None
) -> httpx2.Response:
    """Post a body and return the whole response."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with client() as http:
        return await http.post(stack.url, content=data, headers=headers or {})


async def raw_exchange(stack: Stack, data: bytes) -> bytes:
    """Send bytes on a new connection and return everything that comes back until it is closed."""
    parts = urlsplit(stack.url)
    async with asyncio.timeout(SECONDS):
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        try:
            writer.write(data)
            await writer.drain()
            return await reader.read()
        finally:
            writer.close()


def http_request(
    line: str, body: bytes = b"", headers: Mapping[str, str] | None = None, *, close: bool = True
) -> bytes:
    """Return the bytes of an HTTP/1.1 request."""
    fields = {"host": "localhost", **HEADERS, **(headers or {})}
    if close:
        fields["connection"] = "close"
    if body:
        fields["content-length"] = str(len(body))
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return f"{line} HTTP/1.1\r\n{head}\r\n".encode() + body
