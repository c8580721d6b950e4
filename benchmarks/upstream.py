"""The benchmark's MCP server: a bare HTTP/1.1 protocol on uvloop that answers every `tools/call` from a table."""

import argparse
import asyncio
import signal
from functools import cache
from typing import cast

import uvloop

from benchmarks.messages import reply, shape_of

_NOT_FOUND = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"
_ID_KEY = b'"id":'


class UpstreamProtocol(asyncio.Protocol):
    """One connection: requests one after the other, each answered with the reply that its id stands for."""

    def __init__(self) -> None:
        """Start with an empty buffer; the transport comes with `connection_made`."""
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport to answer on."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are no subclass

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete by now."""
        self._buffer += data
        while (end := _request_end(self._buffer)) is not None:
            pieces = _pieces(self._buffer[:end])
            self._buffer = self._buffer[end:]
            self._send(pieces, 0)

    def _send(self, pieces: tuple[bytes, ...], index: int) -> None:
        """Write one piece per turn of the loop, so that each SSE event leaves in a write of its own."""
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(pieces[index])
        if index + 1 < len(pieces):
            self._loop.call_soon(self._send, pieces, index + 1)


def _request_end(data: bytes) -> int | None:
    """Return where the first request in `data` ends, or nothing while it is incomplete."""
    head_end = data.find(b"\r\n\r\n")
    if head_end < 0:
        return None
    head = data[: head_end + 2].lower()
    start = head.find(b"\r\ncontent-length:")
    length = int(head[start + 17 : head.index(b"\r\n", start + 17)]) if start >= 0 else 0
    end = head_end + 4 + length
    return end if len(data) >= end else None


def _pieces(data: bytes) -> tuple[bytes, ...]:
    """Return the writes that answer this request, found by the digits of its id."""
    if not data.startswith(b"POST /mcp "):
        return (_NOT_FOUND,)
    start = data.index(_ID_KEY) + len(_ID_KEY)
    return _reply_writes(data[start : data.index(b",", start)])


@cache
def _reply_writes(digits: bytes) -> tuple[bytes, ...]:
    identifier = int(digits)
    shape = shape_of(identifier)
    pieces = reply(shape, identifier)
    match shape.kind:
        case "json":
            head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
            return (head % shape.body + pieces[0],)
        case "sse":
            head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
            chunks = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces]
            return (head + chunks[0], *chunks[1:-1], chunks[-1] + b"0\r\n\r\n")


async def serve(port: int) -> None:
    """Listen on a loopback port until SIGTERM; print `ready` once connections are accepted."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    server = await loop.create_server(UpstreamProtocol, "127.0.0.1", port, backlog=1024)
    print("ready", flush=True)
    await stopped.wait()
    server.close()


def main() -> None:
    """Parse the arguments and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    uvloop.run(serve(parser.parse_args().port))


if __name__ == "__main__":
    main()
