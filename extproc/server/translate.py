"""Between the protobuf messages of ext_proc and the wire's events and commands; the only place that knows both."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, TypeAlias

from google.protobuf.struct_pb2 import Struct, Value
from google.protobuf.wrappers_pb2 import BoolValue

from extproc._gen import ext_proc_pb2 as pb
from extproc.mcp.headers import Headers
from extproc.model.attested import NOTHING_ATTESTED, Attested
from extproc.model.message import JsonObject, JsonValue
from extproc.wire.answers import Metadata
from extproc.wire.commands import Continue, Part, Reply, SendChunk, Wait
from extproc.wire.events import (
    BodyMode,
    Event,
    Modes,
    RequestBody,
    RequestHeaders,
    RequestTrailers,
    ResponseBody,
    ResponseHeaders,
    ResponseTrailers,
)

Outgoing: TypeAlias = Continue | SendChunk | Reply | Wait

# The metadata namespace that filters and access logs of Envoy read; it must be listed in `receiving_namespaces`.
NAMESPACE: Final = "mcp_extproc"
_JWT_NAMESPACE: Final = "envoy.filters.http.jwt_authn"
_ATTRIBUTES: Final = "envoy.filters.http.ext_proc"

_MODES: Final = {
    pb.ProcessingMode.NONE: BodyMode.NONE,
    pb.ProcessingMode.STREAMED: BodyMode.STREAMED,
    pb.ProcessingMode.BUFFERED: BodyMode.BUFFERED,
    pb.ProcessingMode.BUFFERED_PARTIAL: BodyMode.BUFFERED_PARTIAL,
    pb.ProcessingMode.FULL_DUPLEX_STREAMED: BodyMode.FULL_DUPLEX_STREAMED,
    pb.ProcessingMode.GRPC: BodyMode.GRPC,
}
# Everything is stated: a body mode that an override leaves out means NONE, that is, no inspection.
_STREAMED_RESPONSE: Final = pb.ProcessingMode(
    request_header_mode=pb.ProcessingMode.SEND,
    response_header_mode=pb.ProcessingMode.SEND,
    request_body_mode=pb.ProcessingMode.BUFFERED,
    response_body_mode=pb.ProcessingMode.FULL_DUPLEX_STREAMED,
    request_trailer_mode=pb.ProcessingMode.SEND,
    response_trailer_mode=pb.ProcessingMode.SEND,
)
_REPLACE: Final = BoolValue(value=False)
# Envoy must wait longer than we do, or its timeout answers in place of our refusal.
_MARGIN_SECONDS: Final = 2.0


class UnknownMessageError(Exception):
    """A message of a kind this version of the protocol file does not have."""


def to_event(message: pb.ProcessingRequest, *, attested: bool = False) -> Event:
    """Read one message of Envoy; with `attested` also what comes beside the head of a request.

    Raises: `UnknownMessageError`.
    """
    match message.WhichOneof("request"):
        case "request_headers":
            part = message.request_headers
            return RequestHeaders(
                headers=_headers(part.headers),
                end_of_stream=part.end_of_stream,
                modes=_modes(message),
                attested=_attested(message) if attested else NOTHING_ATTESTED,
            )
        case "request_body":
            return RequestBody(chunk=message.request_body.body, end_of_stream=message.request_body.end_of_stream)
        case "request_trailers":
            return RequestTrailers(names=_names(message.request_trailers.trailers))
        case "response_headers":
            part = message.response_headers
            return ResponseHeaders(headers=_headers(part.headers), end_of_stream=part.end_of_stream)
        case "response_body":
            return ResponseBody(chunk=message.response_body.body, end_of_stream=message.response_body.end_of_stream)
        case "response_trailers":
            return ResponseTrailers(names=_names(message.response_trailers.trailers))
        case _:
            raise UnknownMessageError("no known member of ProcessingRequest is set")


def to_bytes(command: Outgoing) -> bytes:
    """Write one reply as it goes on the wire; those that say the same every time are written once."""
    match command:
        case Continue(body=None, set_headers=(), stream=False, metadata=None):
            return _plain(command.part, command.remove_headers)
        case _:
            return from_command(command).SerializeToString()


@lru_cache(maxsize=64)
def _plain(part: Part, remove_headers: tuple[str, ...]) -> bytes:
    return _continue(Continue(part=part, remove_headers=remove_headers)).SerializeToString()


def from_command(command: Outgoing) -> pb.ProcessingResponse:
    """Write one reply."""
    match command:
        case Continue():
            return _continue(command)
        case SendChunk(chunk=chunk, end_of_stream=end, metadata=metadata):
            response = pb.ProcessingResponse()
            streamed = response.response_body.response.body_mutation.streamed_response
            streamed.body, streamed.end_of_stream = chunk, end
            _attach(response, metadata)
            return response
        case Reply():
            response = pb.ProcessingResponse()
            immediate = response.immediate_response
            immediate.status.code, immediate.body, immediate.details = command.status, command.body, command.details
            _set_headers(immediate.headers, command.headers)
            _attach(response, command.metadata)
            return response
        case Wait(seconds=seconds):
            response = pb.ProcessingResponse()
            response.override_message_timeout.FromMilliseconds(int((seconds + _MARGIN_SECONDS) * 1000))
            return response


def _continue(command: Continue) -> pb.ProcessingResponse:
    response = pb.ProcessingResponse()
    match command.part:
        case Part.REQUEST_HEADERS:
            common = response.request_headers.response
        case Part.REQUEST_BODY:
            common = response.request_body.response
        case Part.RESPONSE_HEADERS:
            common = response.response_headers.response
        case Part.RESPONSE_BODY:
            common = response.response_body.response
        case Part.REQUEST_TRAILERS:
            response.request_trailers.header_mutation.remove_headers.extend(command.remove_headers)
            return response
        case Part.RESPONSE_TRAILERS:
            response.response_trailers.header_mutation.remove_headers.extend(command.remove_headers)
            return response
    common.SetInParent()
    if command.body is not None:
        common.body_mutation.body = command.body
        # Envoy refuses a body whose length is not the announced one.
        _set_headers(common.header_mutation, (("content-length", str(len(command.body))),))
    _set_headers(common.header_mutation, command.set_headers)
    if command.remove_headers:
        common.header_mutation.remove_headers.extend(command.remove_headers)
    if command.stream:
        response.mode_override.CopyFrom(_STREAMED_RESPONSE)
    _attach(response, command.metadata)
    return response


def _set_headers(mutation: pb.HeaderMutation, headers: Iterable[tuple[str, str]]) -> None:
    for name, value in headers:
        # Envoy reads `raw_value` only, and of the two ways to say "replace" only the older one.
        header = pb.HeaderValue(key=name, raw_value=value.encode("latin-1", "replace"))
        mutation.set_headers.append(pb.HeaderValueOption(header=header, append=_REPLACE))


def _attach(response: pb.ProcessingResponse, metadata: Metadata | None) -> None:
    if metadata:
        fields = response.dynamic_metadata.fields[NAMESPACE].struct_value.fields
        for name, value in metadata.items():
            fields[name].string_value = value


def _headers(fields: pb.HeaderMap) -> Headers:
    # Envoy fills `raw_value` only. Latin-1 keeps every byte, so that nothing is lost before it is judged.
    return Headers(
        [(field.key, (field.raw_value or field.value.encode()).decode("latin-1")) for field in fields.headers]
    )


def _names(trailers: pb.HeaderMap) -> tuple[str, ...]:
    return tuple(header.key for header in trailers.headers)


def _attested(message: pb.ProcessingRequest) -> Attested:
    """Read the claims that `jwt_authn` verified and the attributes that ext_proc was told to send."""
    # Looking for a key in a map of messages by [] would put it there.
    claims, attributes = message.metadata_context.filter_metadata, message.attributes
    return Attested(
        claims=_object(claims[_JWT_NAMESPACE]) if _JWT_NAMESPACE in claims else {},
        connection=_object(attributes[_ATTRIBUTES]) if _ATTRIBUTES in attributes else {},
    )


def _object(struct: Struct) -> JsonObject:
    return {name: _plain_value(value) for name, value in struct.fields.items()}


def _plain_value(value: Value) -> JsonValue:
    match value.WhichOneof("kind"):
        case "string_value":
            return value.string_value
        case "number_value":
            return value.number_value
        case "bool_value":
            return value.bool_value
        case "struct_value":
            return _object(value.struct_value)
        case "list_value":
            return [_plain_value(one) for one in value.list_value.values]
        case _:
            return None


def _modes(message: pb.ProcessingRequest) -> Modes | None:
    if not message.HasField("protocol_config"):
        return None
    stated = message.protocol_config
    return Modes(
        request_body=_MODES.get(stated.request_body_mode, BodyMode.NONE),
        response_body=_MODES.get(stated.response_body_mode, BodyMode.NONE),
        observe_only=message.observability_mode,
    )
