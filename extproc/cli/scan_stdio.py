"""A server as a program of this machine, reached over its standard input and output, bounded in what it may send."""

import contextlib
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

import anyio
from anyio.abc import ByteReceiveStream, ByteSendStream, Process
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.client.stdio import get_default_environment
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter

from extproc.cli.scan_limits import Allowance

_GRACE_SECONDS: Final = 2.0
_LAST_WORDS: Final = 4096

_Reading = MemoryObjectReceiveStream[SessionMessage | Exception]
_Writing = MemoryObjectSendStream[SessionMessage]


@asynccontextmanager
async def program(command: Sequence[str], allowance: Allowance) -> AsyncIterator[tuple[_Reading, _Writing]]:
    """Run a program, exchange messages with it line by line, and end it with all that it started.

    It gets the few variables of the environment that the SDK holds for safe. Raises: `OSError` when it cannot be run.
    """
    process = await anyio.open_process(command, env=get_default_environment(), start_new_session=True)
    inward, reading = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    writing, outward = anyio.create_memory_object_stream[SessionMessage](0)
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise RuntimeError("a process is always opened with pipes")
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(_read, process.stdout, inward, allowance)
            group.start_soon(_write, process.stdin, outward)
            group.start_soon(_listen, process.stderr, allowance)
            yield reading, writing
            group.cancel_scope.cancel()
    finally:
        for stream in (inward, reading, writing, outward):
            stream.close()
        with anyio.CancelScope(shield=True):
            await _end(process)


async def _read(
    stdout: ByteReceiveStream, inward: MemoryObjectSendStream[SessionMessage | Exception], allowance: Allowance
) -> None:
    waiting = bytearray()
    async with inward:
        with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
            async for data in stdout:
                if not allowance.takes(len(data)):
                    return
                *lines, rest = (waiting + data).split(b"\n") if b"\n" in data else (waiting + data,)
                waiting = bytearray(rest)
                for line in lines:
                    if line.strip():
                        await inward.send(_message(bytes(line), allowance))


def _message(line: bytes, allowance: Allowance) -> SessionMessage | Exception:
    try:
        return SessionMessage(jsonrpc_message_adapter.validate_json(line, by_name=False))
    except ValueError:
        allowance.odd = "it wrote a line that is no message of JSON-RPC"
        return ValueError("no message")


async def _write(stdin: ByteSendStream, outward: MemoryObjectReceiveStream[SessionMessage]) -> None:
    with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError, OSError):
        async with outward:
            async for one in outward:
                line = one.message.model_dump_json(by_alias=True, exclude_unset=True)
                await stdin.send(line.encode() + b"\n")


async def _listen(stderr: ByteReceiveStream, allowance: Allowance) -> None:
    """Keep the last that a program says of itself: it tells why it ended."""
    with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
        async for data in stderr:
            allowance.last_words = (allowance.last_words + data)[-_LAST_WORDS:]


async def _end(process: Process) -> None:
    """Close its input, wait a moment, and end it and the group that it leads."""
    if process.stdin is not None:
        with suppress(OSError, anyio.BrokenResourceError, anyio.ClosedResourceError):
            await process.stdin.aclose()
    for kind in (None, signal.SIGTERM, signal.SIGKILL):
        if kind is not None:
            _signal(process, kind)
        with anyio.move_on_after(_GRACE_SECONDS):
            await process.wait()
            break
    _signal(process, signal.SIGKILL)  # what it started may live on in its group
    with contextlib.suppress(OSError, anyio.BrokenResourceError, anyio.ClosedResourceError):
        await process.aclose()


def _signal(process: Process, kind: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, kind)
