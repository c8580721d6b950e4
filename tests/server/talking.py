"""A sidecar's servers in this process, on sockets of their own, and what Envoy would send them."""

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import grpc

from extproc._gen import ext_proc_pb2 as pb
from extproc.engine.judging import Engine
from extproc.server.servicer import SERVICE, Processor
from extproc.server.serving import ExtProcServer
from extproc.telemetry.metrics import Metrics

BUFFERED = pb.ProtocolConfiguration(
    request_body_mode=pb.ProcessingMode.BUFFERED, response_body_mode=pb.ProcessingMode.BUFFERED
)


def header_map(fields: Iterable[tuple[str, str]]) -> pb.HeaderMap:
    return pb.HeaderMap(headers=[pb.HeaderValue(key=name, raw_value=value.encode("latin-1")) for name, value in fields])


def post_head(**fields: str) -> pb.ProcessingRequest:
    named = {"content_type": "application/json", **fields}
    pseudo = [(":method", "POST"), (":authority", "mcp.test"), (":path", "/mcp")]
    pairs = [*pseudo, *((name.replace("_", "-"), value) for name, value in named.items())]
    return pb.ProcessingRequest(request_headers=pb.HttpHeaders(headers=header_map(pairs)), protocol_config=BUFFERED)


def post_body(document: object) -> pb.ProcessingRequest:
    return pb.ProcessingRequest(request_body=pb.HttpBody(body=json.dumps(document).encode(), end_of_stream=True))


def answer_head(*, end_of_stream: bool = False, content_type: str = "application/json") -> pb.ProcessingRequest:
    fields = header_map([(":status", "200"), ("content-type", content_type)])
    return pb.ProcessingRequest(response_headers=pb.HttpHeaders(headers=fields, end_of_stream=end_of_stream))


def answer_body(body: bytes, *, end_of_stream: bool = True) -> pb.ProcessingRequest:
    return pb.ProcessingRequest(response_body=pb.HttpBody(body=body, end_of_stream=end_of_stream))


def open_exchange(
    channel: grpc.aio.Channel,
) -> "grpc.aio.StreamStreamCall[pb.ProcessingRequest, pb.ProcessingResponse]":
    method: grpc.aio.StreamStreamMultiCallable[pb.ProcessingRequest, pb.ProcessingResponse] = channel.stream_stream(
        f"/{SERVICE}/Process", pb.ProcessingRequest.SerializeToString, pb.ProcessingResponse.FromString
    )
    return method()


@asynccontextmanager
async def serving(
    engine: Engine,
    socket: Path,
    *,
    metrics: Metrics | None = None,
    streams: int = 10,
    health_address: str | None = None,
) -> AsyncIterator[tuple[ExtProcServer, grpc.aio.Channel]]:
    """Serve an engine and connect to it."""
    server = ExtProcServer(Processor(engine, metrics or Metrics(), streams=streams), body_bytes=4 * 1024 * 1024)
    await server.start(f"unix:{socket}", health_address=health_address)
    async with grpc.aio.insecure_channel(f"unix:{socket}") as channel:
        try:
            yield server, channel
        finally:
            await server.drain(0)
