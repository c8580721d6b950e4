"""What one exchange costs inside the sidecar, without gRPC and Envoy: protobuf in, judgement, protobuf out.

Each figure is CPU time of this process for one exchange, the median over rounds that take all measures in turn.
"""

import argparse
import asyncio
import cProfile
import json
import os
import pstats
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from typing import BinaryIO

import orjson
import uvloop

from benchmarks.messages import SHAPES, Shape, reply, request, request_id
from extproc._gen import ext_proc_pb2 as pb
from extproc.clock import RandomIds, SystemClock
from extproc.config.policy_file import load_policies
from extproc.config.state_file import StateSettings
from extproc.detection import make_detection
from extproc.engine.exchange import Exchange
from extproc.engine.judging import Engine, Ports
from extproc.engine.runner import Outgoing, handle
from extproc.engine.settings import Route, Settings
from extproc.policy.globs import globs
from extproc.server.translate import to_bytes, to_event
from extproc.stores.memory import MemoryHolds, MemorySessions, MemoryTools
from extproc.stores.recording import NoRecorder
from extproc.stores.state import State, open_state
from extproc.stores.vault import MemoryVault
from extproc.telemetry.channels import Channels
from extproc.telemetry.decisions import DecisionLines
from extproc.telemetry.metrics import Metrics
from extproc.wire.machine import ExchangeMachine

_POLICY = Path(__file__).with_name("policy.yaml")
_RESULTS = Path(__file__).parent / "results" / "decision-path.json"
_ROUNDS = 9
_SECONDS = 0.12

Measure = Callable[[], Awaitable[None]]


def envoy_messages(shape: Shape) -> tuple[bytes, ...]:
    """Return what Envoy sends over one exchange, encoded: two heads and two bodies."""
    identifier = request_id(shape, 0)
    body, answer = request(shape, identifier), b"".join(reply(shape, identifier))
    modes = pb.ProtocolConfiguration(
        request_body_mode=pb.ProcessingMode.BUFFERED, response_body_mode=pb.ProcessingMode.BUFFERED
    )
    messages = (
        pb.ProcessingRequest(request_headers=_head(_request_headers(len(body))), protocol_config=modes),
        pb.ProcessingRequest(request_body=pb.HttpBody(body=body, end_of_stream=True)),
        pb.ProcessingRequest(response_headers=_head(_response_headers(shape))),
        pb.ProcessingRequest(response_body=pb.HttpBody(body=answer, end_of_stream=True)),
    )
    return tuple(message.SerializeToString() for message in messages)


def _head(headers: dict[str, str]) -> pb.HttpHeaders:
    pairs = [pb.HeaderValue(key=name, raw_value=value.encode()) for name, value in headers.items()]
    return pb.HttpHeaders(headers=pb.HeaderMap(headers=pairs))


def _request_headers(length: int) -> dict[str, str]:
    return {
        ":authority": "127.0.0.1:8080",
        ":path": "/mcp",
        ":method": "POST",
        ":scheme": "http",
        "user-agent": "mcp-extproc-benchmark",
        "accept": "application/json, text/event-stream",
        "content-type": "application/json",
        "mcp-protocol-version": "2025-11-25",
        "content-length": str(length),
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-proto": "http",
        "x-request-id": "b5b2e4c9-4b3a-4f29-9a67-2f7f3c1f4c11",
    }


def _response_headers(shape: Shape) -> dict[str, str]:
    match shape.kind:
        case "json":
            own = {"content-type": "application/json", "content-length": str(shape.body)}
        case "sse":
            own = {"content-type": "text/event-stream"}
    return {":status": "200", **own, "x-envoy-upstream-service-time": "0"}


class Sidecar:
    """The sidecar's own parts, put together as `extproc.app` does, around messages instead of a gRPC stream."""

    def __init__(self, lines: BinaryIO, state: State) -> None:
        """Load the benchmark's policy."""
        self._metrics = Metrics()
        clock = SystemClock()
        detection = make_detection()
        ports = Ports(
            sessions=MemorySessions(),
            tools=MemoryTools(),
            trails=state.trails,
            pins=state.pins,
            registry=state.registry,
            holds=MemoryHolds(),
            log=DecisionLines(lines, self._metrics),
            outbox=Channels({}, self._metrics),
            recorder=NoRecorder(),
            clock=clock,
            ids=RandomIds(),
            vault=MemoryVault(detection.key, clock.steady),
        )
        settings = Settings(routes=(Route(name="bench", hosts=globs(("*",)), paths=frozenset({"/mcp"})),))
        self._policy = load_policies([_POLICY])
        self._engine = Engine(settings=settings, ports=ports, policy=self._policy, detection=detection)

    async def exchange(self, messages: tuple[bytes, ...]) -> list[bytes]:
        """Run one exchange from Envoy's first message to the last reply, as the servicer does."""
        exchange = Exchange(self._engine, self._policy)
        machine = ExchangeMachine(event_bytes=self._engine.settings.limits.event_bytes)
        clock = self._engine.ports.clock
        replies: list[bytes] = []

        async def send(command: Outgoing) -> None:
            replies.append(to_bytes(command))

        for wire in messages:
            message = pb.ProcessingRequest.FromString(wire)
            started = clock.steady()
            await handle(to_event(message), machine, exchange, send)
            self._metrics.phase(message.WhichOneof("request"), clock.steady() - started)
        return replies


def check(replies: list[bytes], shape: Shape) -> None:
    """Make sure that the exchange measured is one that passed unchanged."""
    read = [pb.ProcessingResponse.FromString(each) for each in replies]
    if len(read) < 4 or any(each.HasField("immediate_response") for each in read):
        raise RuntimeError(f"{shape}: the exchange was refused")
    bodies = [each.response_body.response.body_mutation for each in read if each.HasField("response_body")]
    streamed = b"".join(body.streamed_response.body for body in bodies)
    if shape.kind == "sse" and streamed != b"".join(reply(shape, request_id(shape, 0))):
        raise RuntimeError(f"{shape}: the events were changed")


async def cpu_us(measure: Measure) -> float:
    """Return the CPU time of one call in microseconds, from as many as fit into the time of a round."""
    count, start = 0, time.process_time()
    while (spent := time.process_time() - start) < _SECONDS:
        for _ in range(10):
            await measure()
        count += 10
    return spent * 1e6 / count


async def compare(sidecar: Sidecar, shape: Shape) -> dict[str, object]:
    """Measure one shape: the sidecar, protobuf alone, and the two bodies read by orjson as a yardstick."""
    messages = envoy_messages(shape)
    identifier = request_id(shape, 0)
    bodies = [request(shape, identifier)]
    bodies += [piece.split(b"data: ", 1)[-1].strip() for piece in reply(shape, identifier)]
    replies = await sidecar.exchange(messages)
    check(replies, shape)
    parsed = [pb.ProcessingResponse.FromString(each) for each in replies]

    async def whole() -> None:
        await sidecar.exchange(messages)

    async def protobuf() -> None:
        for wire in messages:
            pb.ProcessingRequest.FromString(wire)
        for each in parsed:
            each.SerializeToString()

    async def yardstick() -> None:
        for body in bodies:
            orjson.loads(body)

    measures: dict[str, Measure] = {"sidecar": whole, "protobuf": protobuf, "orjson": yardstick}
    rounds = [{name: await cpu_us(measure) for name, measure in measures.items()} for _ in range(_ROUNDS)]
    medians = {f"{name}_us": round(median(each[name] for each in rounds), 2) for name in measures}
    times_orjson = median(each["sidecar"] / each["orjson"] for each in rounds)
    return {"kind": shape.kind, "body": shape.body, **medians, "times_orjson": round(times_orjson, 1)}


async def profile_all(sidecar: Sidecar, exchanges: int = 3000) -> None:
    """Print where the time of each shape goes. The profiler taxes calls: trust the order, not the sums."""
    for shape in SHAPES:
        messages = envoy_messages(shape)
        profiler = cProfile.Profile()
        with profiler:
            for _ in range(exchanges):
                await sidecar.exchange(messages)
        print(f"\n{shape.kind}, {shape.body} bytes, {exchanges} exchanges")
        pstats.Stats(profiler).sort_stats("tottime").print_stats(30)


async def compare_all(sidecar: Sidecar) -> None:
    """Measure every shape, print the table and write it."""
    found = [await compare(sidecar, shape) for shape in SHAPES]
    print(f"{'body':>6} {'kind':<4} {'sidecar us':>11} {'protobuf us':>12} {'orjson us':>10} {'sidecar/orjson':>15}")
    for row in found:
        print(
            f"{row['body']:>6} {row['kind']:<4} {row['sidecar_us']:>11} {row['protobuf_us']:>12} "
            f"{row['orjson_us']:>10} {row['times_orjson']:>15}"
        )
    _RESULTS.parent.mkdir(exist_ok=True)
    _RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Parse the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", action="store_true", help="show where the time goes instead")
    work = profile_all if parser.parse_args().profile else compare_all

    async def run(lines: BinaryIO) -> None:
        options = StateSettings(url="memory:").options(folder=Path())  # as `extproc serve` has it, not for a command
        async with open_state(options) as state, asyncio.TaskGroup() as tasks:
            writing = tasks.create_task(state.run())
            await asyncio.sleep(0)  # it begins
            await work(Sidecar(lines, state))
            writing.cancel()

    with Path(os.devnull).open("wb") as lines:
        uvloop.run(run(lines))


if __name__ == "__main__":
    main()
