"""The load generator: a closed loop of keep-alive HTTP/1.1 connections on uvloop, in a process of its own.

It reads one `Order` per line of standard input as JSON and answers each with one `Sample` per line of standard output.
"""

import asyncio
import gc
import json
import math
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any, Literal, cast

import orjson
import uvloop

from benchmarks.messages import Shape, reply, request, request_id

_HEAD = (
    "POST /mcp HTTP/1.1\r\nhost: {host}:{port}\r\nuser-agent: mcp-extproc-benchmark\r\n"
    "accept: application/json, text/event-stream\r\naccept-encoding: gzip, deflate\r\n"
    "content-type: application/json\r\nmcp-protocol-version: 2025-11-25\r\ncontent-length: {length}\r\n\r\n"
)
_PATIENCE = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One run to do: where, what, how much, and the processes whose CPU time is read over the measured window."""

    host: str
    port: int
    kind: Literal["json", "sse"]
    body: int
    concurrency: int
    warmup: float
    seconds: float
    pids: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What one run measured; `error` is set, and nothing else counts, if any answer was not the expected one."""

    requests: int
    seconds: float
    rps: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    cpu_us: dict[str, float]
    error: str | None


class WrongAnswerError(Exception):
    """The answer is not the canned reply with status 200."""


class Run:
    """What the connections of one run share: the latencies of the window, the stop sign and the first failure."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin with no latencies and no failure."""
        self.latencies: list[float] = []
        self.stopping = False
        self.failure: asyncio.Future[str] = loop.create_future()

    def fail(self, reason: str) -> None:
        """Keep the first failure; it ends the run."""
        if not self.failure.done():
            self.failure.set_result(reason)


class ClientProtocol(asyncio.Protocol):
    """One connection of the closed loop: the next request leaves when the answer to the last is complete."""

    def __init__(self, run: Run, wire: bytes, expected: bytes) -> None:
        """Take the bytes to send and the body that must come back."""
        self._run = run
        self._wire = wire
        self._expected = expected
        self._buffer = b""
        self._sent = 0.0
        self._transport: asyncio.Transport | None = None
        self.idle: asyncio.Future[None] = run.failure.get_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are no subclass
        self._send()

    def data_received(self, data: bytes) -> None:
        """Check the answer once it is complete, note its latency, and go on."""
        self._buffer = self._buffer + data if self._buffer else data
        try:
            body = complete_body(self._buffer)
        except (WrongAnswerError, ValueError) as error:
            self._run.fail(str(error))
            return
        if body is None:
            return
        if body != self._expected:
            self._run.fail(_difference(body, self._expected))
            return
        self._run.latencies.append(time.perf_counter() - self._sent)
        if self._run.stopping:
            self._rest()
        else:
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count a connection that ends before its run does as a failure."""
        if not self.idle.done():
            self._run.fail(f"connection closed before the answer ({exc})")

    def close(self) -> None:
        """End the connection without counting that as a failure."""
        self._rest()
        if self._transport is not None:
            self._transport.abort()

    def _rest(self) -> None:
        if not self.idle.done():
            self.idle.set_result(None)

    def _send(self) -> None:
        self._buffer = b""
        self._sent = time.perf_counter()
        if self._transport is not None:
            self._transport.write(self._wire)


def complete_body(data: bytes) -> bytes | None:
    """Return the body of the one response in `data`, or nothing while it is incomplete."""
    head_end = data.find(b"\r\n\r\n")
    if head_end < 0:
        return None
    head = data[: head_end + 2]
    if not head.startswith(b"HTTP/1.1 200 "):
        raise WrongAnswerError(data[:600].decode("latin-1"))
    start = head.lower().find(b"\r\ncontent-length:")
    if start >= 0:
        length = int(head[start + 17 : head.index(b"\r\n", start + 17)])
        body = data[head_end + 4 :]
        return body if len(body) >= length else None
    if not data.endswith(b"\r\n0\r\n\r\n"):
        return None
    return _joined_chunks(data, head_end + 4)


def _joined_chunks(data: bytes, start: int) -> bytes:
    chunks: list[bytes] = []
    while True:
        line_end = data.index(b"\r\n", start)
        size = int(data[start:line_end], 16)
        if size == 0:
            return b"".join(chunks)
        chunks.append(data[line_end + 2 : line_end + 2 + size])
        start = line_end + 4 + size


def _difference(body: bytes, expected: bytes) -> str:
    pairs = enumerate(zip(body, expected, strict=False))
    at = next((index for index, (found, wanted) in pairs if found != wanted), min(len(body), len(expected)))
    return f"the body has {len(body)} bytes, not {len(expected)}, and differs at {at}: {body[at : at + 80]!r}"


def process_cpu_seconds(pid: int) -> float:
    """Return the user and system time of another process, ended threads included.

    The clock id is Linux' MAKE_PROCESS_CPUCLOCK(pid, CPUCLOCK_SCHED), the one clock_getcpuclockid(3) returns. It counts
    the same time as utime + stime of /proc/PID/stat, in nanoseconds where those have ticks of 10 ms.
    """
    return time.clock_gettime(~pid << 3 | 2)


def percentile(ordered: list[float], share: float) -> float:
    """Return the nearest-rank percentile of values in ascending order."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


async def measure(order: Order) -> Sample:
    """Connect, warm up, measure one window, and let the requests in flight end."""
    loop = asyncio.get_running_loop()
    run = Run(loop)
    connections: list[ClientProtocol] = []
    try:
        connections += [await _connect(loop, run, order, number) for number in range(order.concurrency)]
        await _failure_within(run, order.warmup)
        run.latencies.clear()
        before, start = _cpu(order.pids), time.perf_counter()
        await _failure_within(run, order.seconds)
        latencies, seconds, after = list(run.latencies), time.perf_counter() - start, _cpu(order.pids)
        run.stopping = True
        await _all_idle(connections, run)
    finally:
        for connection in connections:
            connection.close()
    cpu = {name: after[name] - before[name] for name in order.pids}
    return _sample(latencies, seconds, cpu, run)


async def _connect(loop: asyncio.AbstractEventLoop, run: Run, order: Order, number: int) -> ClientProtocol:
    shape = Shape(kind=order.kind, body=order.body)
    identifier = request_id(shape, number)
    body = request(shape, identifier)
    wire = _HEAD.format(host=order.host, port=order.port, length=len(body)).encode() + body
    expected = b"".join(reply(shape, identifier))
    _, protocol = await loop.create_connection(lambda: ClientProtocol(run, wire, expected), order.host, order.port)
    return protocol


async def _failure_within(run: Run, seconds: float) -> None:
    await asyncio.wait({run.failure}, timeout=seconds)


async def _all_idle(connections: list[ClientProtocol], run: Run) -> None:
    """Wait until the last answers are in; one that stays away is a failure like any other."""
    deadline = time.monotonic() + _PATIENCE
    for connection in connections:
        while not connection.idle.done() and not run.failure.done():
            if time.monotonic() > deadline:
                run.fail(f"an answer did not come within {_PATIENCE:.0f} s")
            either: set[asyncio.Future[Any]] = {connection.idle, run.failure}
            await asyncio.wait(either, timeout=1.0, return_when=asyncio.FIRST_COMPLETED)


def _cpu(pids: dict[str, int]) -> dict[str, float]:
    return {name: process_cpu_seconds(pid) for name, pid in pids.items()}


def _sample(latencies: list[float], seconds: float, cpu: dict[str, float], run: Run) -> Sample:
    if not latencies:
        run.fail("no answer came within the measured window")
    error = run.failure.result() if run.failure.done() else None
    count = len(latencies)
    ordered = sorted(latencies) or [0.0]
    return Sample(
        requests=count,
        seconds=round(seconds, 4),
        rps=round(count / seconds, 1),
        p50_ms=round(percentile(ordered, 0.50) * 1e3, 3),
        p99_ms=round(percentile(ordered, 0.99) * 1e3, 3),
        max_ms=round(ordered[-1] * 1e3, 3),
        cpu_us={name: round(spent * 1e6 / max(count, 1), 1) for name, spent in cpu.items()},
        error=error,
    )


def main() -> None:
    """Serve orders until standard input ends."""
    gc.disable()
    print("ready", flush=True)
    for line in sys.stdin:
        sample = uvloop.run(measure(Order(**orjson.loads(line))))
        print(json.dumps(asdict(sample)), flush=True)
        gc.collect()


if __name__ == "__main__":
    main()
