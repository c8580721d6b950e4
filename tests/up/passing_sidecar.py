"""An external processor that lets everything pass unchanged, event streams in full duplex; `SOCKET` is its argument."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator

import grpc

from extproc._gen import ext_proc_pb2 as pb

_SEND = pb.ProcessingMode.SEND


async def process(
    requests: AsyncIterator[pb.ProcessingRequest],
    _context: grpc.aio.ServicerContext[pb.ProcessingRequest, pb.ProcessingResponse],
) -> AsyncIterator[pb.ProcessingResponse]:
    """Answer each message in kind."""
    streaming = False
    async for message in requests:
        kind = message.WhichOneof("request")
        answer = pb.ProcessingResponse()
        getattr(answer, kind).SetInParent()
        if kind == "response_headers" and _is_event_stream(message.response_headers):
            streaming = True
            answer.mode_override.CopyFrom(
                pb.ProcessingMode(
                    request_header_mode=_SEND,
                    request_body_mode=pb.ProcessingMode.BUFFERED,
                    request_trailer_mode=_SEND,
                    response_header_mode=_SEND,
                    response_body_mode=pb.ProcessingMode.FULL_DUPLEX_STREAMED,
                    response_trailer_mode=_SEND,
                )
            )
        if kind == "response_body" and streaming:
            released = answer.response_body.response.body_mutation.streamed_response
            released.body = message.response_body.body
            released.end_of_stream = message.response_body.end_of_stream
        yield answer


async def serving(_request: bytes, _context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
    """Answer a health check: HealthCheckResponse {status: SERVING}."""
    return b"\x08\x01"


async def main() -> None:
    # Envoy's pings would otherwise be taken for an attack on a quiet event stream.
    server = grpc.aio.server(options=[("grpc.http2.max_ping_strikes", 0), ("grpc.max_receive_message_length", 2**24)])
    handler = grpc.stream_stream_rpc_method_handler(
        process, pb.ProcessingRequest.FromString, pb.ProcessingResponse.SerializeToString
    )
    service = "envoy.service.ext_proc.v3.ExternalProcessor"
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, {"Process": handler}),))
    check = grpc.unary_unary_rpc_method_handler(serving, request_deserializer=bytes, response_serializer=bytes)
    health = grpc.method_handlers_generic_handler("grpc.health.v1.Health", {"Check": check})
    server.add_generic_rpc_handlers((health,))
    server.add_insecure_port(f"unix:{sys.argv[1]}")
    await server.start()
    await server.wait_for_termination()


def _is_event_stream(headers: pb.HttpHeaders) -> bool:
    return any(
        header.key == "content-type" and header.raw_value.startswith(b"text/event-stream")
        for header in headers.headers.headers
    )


if __name__ == "__main__":
    asyncio.run(main())
