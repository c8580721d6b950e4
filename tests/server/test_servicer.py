"""The gRPC edge: one stream is one exchange, and whatever goes wrong ends it closed."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest

from extproc._gen import ext_proc_pb2 as pb
from extproc.identity.sources import NO_IDENTITY
from extproc.ports import Record
from extproc.stores.memory import MemoryHolds
from extproc.telemetry.metrics import Metrics
from extproc.wire.machine import REMOVED_HEADERS
from tests.engine.harness import SETTINGS, Sidecar, notification, result, tool_call
from tests.policies import policy
from tests.server.talking import answer_body, answer_head, open_exchange, post_body, post_head, serving


def run(work: Coroutine[Any, Any, None]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(20):
            await work

    asyncio.run(limited())


async def reply(call: Any, message: pb.ProcessingRequest) -> pb.ProcessingResponse:
    await call.write(message)
    answer = await call.read()
    assert isinstance(answer, pb.ProcessingResponse)
    return answer


async def code(call: Any) -> tuple[grpc.StatusCode, str]:
    """Return how the server ended the stream."""
    return await call.code(), await call.details()


def test_an_exchange_is_answered_message_by_message(sockets: Path) -> None:
    metrics, sidecar = Metrics(), Sidecar()

    async def scenario() -> None:
        async with serving(sidecar.engine, sockets / "0.sock", metrics=metrics) as (_, channel):
            call = open_exchange(channel)
            head = await reply(call, post_head())
            assert list(head.request_headers.response.header_mutation.remove_headers) == [
                *REMOVED_HEADERS,
                *NO_IDENTITY.removed_headers,
            ]
            body = await reply(call, post_body(tool_call(number=1)))
            assert body.WhichOneof("response") == "request_body"
            assert body.dynamic_metadata.fields["mcp_extproc"].struct_value.fields["tool"].string_value == "get"
            assert (await reply(call, answer_head())).WhichOneof("response") == "response_headers"
            assert (await reply(call, answer_body(b'{"jsonrpc":"2.0","id":1,"result":{}}'))).HasField("response_body")
            await call.done_writing()
            assert await code(call) == (grpc.StatusCode.OK, "")

    run(scenario())
    assert [record.kind for record in sidecar.log.records] == ["request", "response"]
    observed = {
        phase: metrics.registry.get_sample_value("extproc_phase_seconds_count", {"phase": phase})
        for phase in ("request_headers", "request_body", "response_headers", "response_body", "response_trailers")
    }
    assert list(observed.values()) == [1, 1, 1, 1, 0]


def test_a_refused_request_is_answered_at_once(sockets: Path) -> None:
    sidecar = Sidecar(policy=policy({"effect": "deny"}))

    async def scenario() -> None:
        async with serving(sidecar.engine, sockets / "0.sock") as (_, channel):
            call = open_exchange(channel)
            await reply(call, post_head())
            refused = await reply(call, post_body(tool_call(number=1)))
            assert refused.immediate_response.status.code == 200
            assert refused.immediate_response.details == "mcp_extproc_denied"
            await call.done_writing()
            assert (await code(call))[0] is grpc.StatusCode.OK

    run(scenario())


def test_an_event_stream_is_answered_event_by_event(sockets: Path) -> None:
    async def scenario() -> None:
        async with serving(Sidecar().engine, sockets / "0.sock") as (_, channel):
            call = open_exchange(channel)
            await reply(call, post_head())
            await reply(call, post_body(tool_call(number=1)))
            head = await reply(call, answer_head(content_type="text/event-stream"))
            assert head.mode_override.response_body_mode == pb.ProcessingMode.FULL_DUPLEX_STREAMED
            await call.write(answer_body(b'data: {"jsonrpc":"2.0",', end_of_stream=False))
            sent = await reply(call, answer_body(b'"method":"notifications/x"}\n\n', end_of_stream=False))
            streamed = sent.response_body.response.body_mutation.streamed_response
            assert streamed.body == b'event: message\ndata: {"jsonrpc":"2.0","method":"notifications/x"}\n\n'
            last = await reply(call, answer_body(b'data: {"jsonrpc":"2.0","id":1,"result":{}}\n\n'))
            assert last.response_body.response.body_mutation.streamed_response.end_of_stream

    run(scenario())


def test_without_a_policy_nothing_is_served(sockets: Path) -> None:
    sidecar = Sidecar()
    sidecar.engine.policy = None

    async def scenario() -> None:
        async with serving(sidecar.engine, sockets / "0.sock") as (_, channel):
            assert await code(open_exchange(channel)) == (grpc.StatusCode.UNAVAILABLE, "no policy is loaded")

    run(scenario())


def test_one_exchange_too_many_is_refused_and_counted_until_another_ends(sockets: Path) -> None:
    metrics = Metrics()

    async def scenario() -> None:
        async with serving(Sidecar().engine, sockets / "0.sock", metrics=metrics, streams=1) as (_, channel):
            first = open_exchange(channel)
            await reply(first, post_head())
            assert (await code(open_exchange(channel)))[0] is grpc.StatusCode.RESOURCE_EXHAUSTED
            assert metrics.registry.get_sample_value("extproc_exchanges") == 1
            first.cancel()
            while metrics.registry.get_sample_value("extproc_exchanges"):
                await asyncio.sleep(0.001)
            await reply(open_exchange(channel), post_head())

    run(scenario())
    assert metrics.registry.get_sample_value("extproc_streams_refused_total") == 1


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(post_body(tool_call("secret content")), id="out-of-order"),
        pytest.param(pb.ProcessingRequest(), id="of-no-kind"),
    ],
)
def test_a_message_that_cannot_come_now_ends_the_exchange_without_a_word_of_content(
    sockets: Path, message: pb.ProcessingRequest
) -> None:
    metrics = Metrics()

    async def scenario() -> None:
        async with serving(Sidecar().engine, sockets / "0.sock", metrics=metrics) as (_, channel):
            call = open_exchange(channel)
            await call.write(message)
            assert await code(call) == (grpc.StatusCode.INTERNAL, "fault")

    run(scenario())
    faults = [
        sample.labels["type"]
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == "extproc_faults_total"
    ]
    assert len(faults) == 1


class _Full:
    """A `DecisionLog` that cannot write what is content."""

    def append(self, record: Record) -> None:
        raise OSError("secret content", record.kind)


def test_a_fault_ends_the_exchange_without_a_word_of_content(sockets: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        async with serving(Sidecar(broken_log=_Full()).engine, sockets / "0.sock") as (_, channel):
            call = open_exchange(channel)
            await reply(call, post_head())
            await call.write(post_body(notification()))
            assert await code(call) == (grpc.StatusCode.INTERNAL, "fault")

    run(scenario())
    assert "secret content" not in caplog.text
    assert "OSError" in caplog.text


def test_an_exchange_that_is_not_over_never_ends_well(sockets: Path) -> None:
    """A stream that the sidecar ends with OK tells Envoy to let the rest pass unseen."""

    async def scenario() -> None:
        async with serving(Sidecar().engine, sockets / "0.sock") as (_, channel):
            for messages in ((post_head(),), (post_head(), post_body(tool_call()))):
                call = open_exchange(channel)
                for message in messages:
                    await reply(call, message)
                await call.done_writing()
                assert (await code(call))[0] is not grpc.StatusCode.OK

    run(scenario())


def test_a_client_that_leaves_ends_its_hold(sockets: Path) -> None:
    desk = MemoryHolds()
    settings = replace(SETTINGS, hold_seconds=60.0)
    sidecar = Sidecar(policy=policy({"effect": "hold"}), holds=desk, settings=settings)
    metrics = Metrics()

    async def scenario() -> None:
        async with serving(sidecar.engine, sockets / "0.sock", metrics=metrics) as (_, channel):
            call = open_exchange(channel)
            await reply(call, post_head())
            waiting = await reply(call, post_body(tool_call()))
            assert waiting.HasField("override_message_timeout")
            assert len(desk.waiting()) == 1
            call.cancel()
            while desk.waiting():
                await asyncio.sleep(0.001)

    run(scenario())
    assert metrics.registry.get_sample_value("extproc_exchanges") == 0


def test_exchanges_do_not_wait_for_each_other(sockets: Path) -> None:
    desk = MemoryHolds()
    sidecar = Sidecar(policy=policy({"effect": "allow"}, {"effect": "hold", "tools": ["wire"]}), holds=desk)

    async def scenario() -> None:
        async with serving(sidecar.engine, sockets / "0.sock") as (_, channel):
            held, other = open_exchange(channel), open_exchange(channel)
            for call, tool in ((held, "wire"), (other, "get")):
                await reply(call, post_head())
                await call.write(post_body(tool_call(tool, number=1)))
            answered = await other.read()
            assert isinstance(answered, pb.ProcessingResponse)
            assert answered.HasField("request_body")
            assert len(desk.waiting()) == 1
            held.cancel()

    run(scenario())


def test_a_body_of_the_full_size_is_read(sockets: Path) -> None:
    text = "x" * (4 * 1024 * 1024 - 200)

    async def scenario() -> None:
        async with serving(Sidecar().engine, sockets / "0.sock") as (_, channel):
            call = open_exchange(channel)
            await reply(call, post_head())
            assert (await reply(call, post_body(tool_call("get", {"x": text})))).HasField("request_body")
            await reply(call, answer_head())
            answered = await reply(call, answer_body(str(result()).encode()))
            assert b"-32603" in answered.response_body.response.body_mutation.body

    run(scenario())
