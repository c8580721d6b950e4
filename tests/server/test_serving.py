"""The servers: health, sockets and their permissions, the drain, and the control socket."""

import asyncio
import os
import socket
import stat
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from grpc_health.v1 import health_pb2, health_pb2_grpc

from extproc.ports import Hold, Resolution
from extproc.server.servicer import SERVICE, Processor
from extproc.server.serving import CONTROL, ControlServer, ExtProcServer
from extproc.stores.memory import MemoryHolds
from extproc.telemetry.metrics import Metrics
from tests.engine.harness import Sidecar, tool_call
from tests.server.talking import open_exchange, post_body, post_head, serving

_SERVING = health_pb2.HealthCheckResponse.SERVING
_NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


def run(work: Coroutine[Any, Any, None]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(20):
            await work

    asyncio.run(limited())


async def health(channel: grpc.aio.Channel, service: str) -> int:
    stub: Any = health_pb2_grpc.HealthStub(channel)
    answer = await stub.Check(health_pb2.HealthCheckRequest(service=service))
    return int(answer.status)


@pytest.mark.parametrize("service", ["", SERVICE])
def test_a_sidecar_is_healthy_only_once_it_is_ready(sockets: Path, service: str) -> None:
    async def scenario() -> None:
        async with serving(Sidecar().engine, sockets / "0.sock") as (server, channel):
            assert await health(channel, service) == _NOT_SERVING
            await server.serving(ready=True)
            assert await health(channel, service) == _SERVING
            await server.serving(ready=False)
            assert await health(channel, service) == _NOT_SERVING

    run(scenario())


def test_the_socket_is_open_to_its_owner_and_group_only(sockets: Path) -> None:
    path = sockets / "deeper" / "0.sock"
    before = os.umask(0)
    os.umask(before)

    async def scenario() -> None:
        async with serving(Sidecar().engine, path):
            assert stat.S_IMODE(path.stat().st_mode) == 0o660

    run(scenario())
    assert os.umask(before) == before


def test_a_socket_that_a_killed_process_left_behind_is_replaced(sockets: Path) -> None:
    path = sockets / "0.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    assert path.is_socket()

    async def scenario() -> None:
        async with serving(Sidecar().engine, path) as (_, channel):
            call = open_exchange(channel)
            await call.write(post_head())
            assert await call.read() is not grpc.aio.EOF

    run(scenario())


def test_a_file_that_is_no_socket_is_left_alone(sockets: Path) -> None:
    path = sockets / "0.sock"
    path.write_text("precious")

    async def scenario() -> None:
        server = ExtProcServer(Processor(Sidecar().engine, Metrics(), streams=1), body_bytes=1024)
        with pytest.raises(RuntimeError):
            await server.start(f"unix:{path}")
        await server.drain(0)

    run(scenario())
    assert path.read_text() == "precious"


def test_a_sidecar_serves_on_a_port_too() -> None:
    async def scenario() -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = ExtProcServer(Processor(Sidecar().engine, Metrics(), streams=1), body_bytes=1024)
        await server.start(f"127.0.0.1:{port}")
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            assert await health(channel, "") == _NOT_SERVING
        await server.drain(0)

    run(scenario())


def test_a_drain_lets_an_open_exchange_end_and_takes_no_new_one(sockets: Path) -> None:
    async def scenario() -> None:
        async with serving(Sidecar().engine, sockets / "0.sock") as (server, channel):
            await server.serving(ready=True)
            call = open_exchange(channel)
            await call.write(post_head())
            await call.read()
            stub: Any = health_pb2_grpc.HealthStub(channel)
            watched = stub.Watch(health_pb2.HealthCheckRequest(service=SERVICE))
            assert (await watched.read()).status == _SERVING
            drained = asyncio.ensure_future(server.drain(15))
            assert (await watched.read()).status == _NOT_SERVING
            watched.cancel()
            async with grpc.aio.insecure_channel(f"unix:{sockets / '0.sock'}") as late:
                assert await open_exchange(late).code() is grpc.StatusCode.UNAVAILABLE
            assert not drained.done()
            await call.write(post_body(tool_call()))
            answer = await call.read()
            assert answer is not grpc.aio.EOF
            call.cancel()
            await drained

    run(scenario())


def test_a_drain_cuts_what_does_not_end_in_time(sockets: Path) -> None:
    async def scenario() -> None:
        async with serving(Sidecar().engine, sockets / "0.sock") as (server, channel):
            call = open_exchange(channel)
            await call.write(post_head())
            await call.read()
            await server.drain(0.05)
            assert await call.code() is not grpc.StatusCode.OK

    run(scenario())


def hold(decision_id: str) -> Hold:
    return Hold(
        decision_id=decision_id,
        server="shop",
        method="tools/call",
        tool="wire",
        rules=("wait",),
        approval=("finance",),
        opened=5.5,
        seconds=30,
    )


async def ask(channel: grpc.aio.Channel, method: str, **members: str | bool) -> dict[str, Any]:
    request = Struct()
    request.update(members)
    call: Any = channel.unary_unary(f"/{CONTROL}/{method}", Struct.SerializeToString, Struct.FromString)
    return dict(MessageToDict(await call(request)))


def test_holds_are_listed_and_resolved_on_the_control_socket(sockets: Path) -> None:
    desk, path = MemoryHolds(), sockets / "control.sock"

    @asynccontextmanager
    async def controlling() -> AsyncIterator[None]:
        server = ControlServer(desk)
        await server.start(str(path))
        try:
            yield
        finally:
            await server.stop()

    async def scenario() -> None:
        async with controlling(), grpc.aio.insecure_channel(f"unix:{path}") as channel, asyncio.TaskGroup() as tasks:
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert await ask(channel, "ListHolds") == {"holds": []}
            waits = [tasks.create_task(desk.wait(hold(name))) for name in ("a", "b", "c")]
            await asyncio.sleep(0)
            listed = (await ask(channel, "ListHolds"))["holds"]
            assert [one["decision_id"] for one in listed] == ["a", "b", "c"]
            assert listed[0] == {
                "decision_id": "a",
                "server": "shop",
                "method": "tools/call",
                "tool": "wire",
                "rules": ["wait"],
                "approval": ["finance"],
                "opened": 5.5,
                "seconds": 30.0,
            }
            assert await ask(channel, "ResolveHold", decision_id="a", release=True) == {"found": True}
            assert await ask(channel, "ResolveHold", decision_id="b", release=False) == {"found": True}
            assert await ask(channel, "ResolveHold", decision_id="c", release="true") == {"found": True}
            assert await ask(channel, "ResolveHold", decision_id="d", release=True) == {"found": False}
            assert await ask(channel, "ResolveHold") == {"found": False}
        assert [wait.result() for wait in waits] == [Resolution.RELEASED, Resolution.REFUSED, Resolution.REFUSED]

    run(scenario())


def test_each_identity_source_is_healthy_by_itself(sockets: Path) -> None:
    async def scenario() -> None:
        async with serving(Sidecar().engine, sockets / "0.sock") as (server, channel):
            await server.serving(ready=False, parts={"idp": False, "cluster": True})
            assert await health(channel, "identity/idp") == _NOT_SERVING
            assert await health(channel, "identity/cluster") == _SERVING
            assert await health(channel, "") == _NOT_SERVING

    run(scenario())
