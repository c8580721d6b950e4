"""The no-op external processor: the sidecar's transport and processing modes around a handler that only says continue.

What it costs is what Envoy and grpc.aio cost. The difference to it is what reading and judging MCP costs.
"""

import argparse
import asyncio
import signal
from collections.abc import AsyncIterator
from typing import TypeAlias

import grpc
import grpc.aio
import uvloop

from extproc._gen.ext_proc_pb2 import (
    BodyMutation,
    BodyResponse,
    CommonResponse,
    HeadersResponse,
    HttpBody,
    HttpHeaders,
    ProcessingMode,
    ProcessingRequest,
    ProcessingResponse,
    StreamedBodyResponse,
    TrailersResponse,
)

_REQUEST_HEADERS = ProcessingResponse(request_headers=HeadersResponse())
_REQUEST_BODY = ProcessingResponse(request_body=BodyResponse())
_RESPONSE_HEADERS = ProcessingResponse(response_headers=HeadersResponse())
_RESPONSE_BODY = ProcessingResponse(response_body=BodyResponse())
_REQUEST_TRAILERS = ProcessingResponse(request_trailers=TrailersResponse())
_RESPONSE_TRAILERS = ProcessingResponse(response_trailers=TrailersResponse())
_EVENT_STREAM_HEADERS = ProcessingResponse(
    response_headers=HeadersResponse(),
    mode_override=ProcessingMode(
        request_header_mode=ProcessingMode.SEND,
        response_header_mode=ProcessingMode.SEND,
        request_body_mode=ProcessingMode.BUFFERED,
        response_body_mode=ProcessingMode.FULL_DUPLEX_STREAMED,
        request_trailer_mode=ProcessingMode.SEND,
        response_trailer_mode=ProcessingMode.SEND,
    ),
)
_Context: TypeAlias = "grpc.aio.ServicerContext[ProcessingRequest, ProcessingResponse]"
_MAX_MESSAGE_BYTES = 5 * 1024 * 1024


async def process(_requests: AsyncIterator[ProcessingRequest], context: _Context) -> None:
    """Answer one HTTP exchange."""
    streamed = False
    while True:
        message: object = await context.read()
        if not isinstance(message, ProcessingRequest):
            return  # Envoy closed its side
        match message.WhichOneof("request"):
            case "request_headers":
                reply = _REQUEST_HEADERS
            case "request_body":
                reply = _REQUEST_BODY
            case "response_headers":
                streamed = _is_event_stream(message.response_headers)
                reply = _EVENT_STREAM_HEADERS if streamed else _RESPONSE_HEADERS
            case "response_body":
                reply = _echo(message.response_body) if streamed else _RESPONSE_BODY
            case "request_trailers":
                reply = _REQUEST_TRAILERS
            case "response_trailers":
                reply = _RESPONSE_TRAILERS
            case _:
                raise ValueError("a message without a phase")
        await context.write(reply)


def _is_event_stream(headers: HttpHeaders) -> bool:
    pairs = headers.headers.headers
    return any(pair.key == "content-type" and pair.raw_value.startswith(b"text/event-stream") for pair in pairs)


def _echo(body: HttpBody) -> ProcessingResponse:
    streamed = StreamedBodyResponse(body=body.body, end_of_stream=body.end_of_stream)
    mutation = BodyMutation(streamed_response=streamed)
    return ProcessingResponse(response_body=BodyResponse(response=CommonResponse(body_mutation=mutation)))


async def _serving(_request: bytes, _context: object) -> bytes:
    """Answer a health check with HealthCheckResponse {status: SERVING}, already encoded."""
    return b"\x08\x01"


async def serve(socket: str) -> None:
    """Serve on a unix socket until SIGTERM."""
    server = grpc.aio.server(
        options=[
            ("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES),
            ("grpc.max_send_message_length", -1),
            ("grpc.so_reuseport", 0),
            ("grpc.http2.min_recv_ping_interval_without_data_ms", 500),
            ("grpc.http2.max_ping_strikes", 0),
            ("grpc.keepalive_permit_without_calls", 1),
        ]
    )
    handler = grpc.stream_stream_rpc_method_handler(
        process, ProcessingRequest.FromString, ProcessingResponse.SerializeToString
    )
    health: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(_serving)
    server.add_generic_rpc_handlers(
        (
            grpc.method_handlers_generic_handler("envoy.service.ext_proc.v3.ExternalProcessor", {"Process": handler}),
            grpc.method_handlers_generic_handler("grpc.health.v1.Health", {"Check": health}),
        )
    )
    server.add_insecure_port(f"unix:{socket}")
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    await server.start()
    print("ready", flush=True)
    await stopped.wait()
    await server.stop(1.0)


def main() -> None:
    """Parse the arguments and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--socket", required=True)
    uvloop.run(serve(parser.parse_args().socket))


if __name__ == "__main__":
    main()
