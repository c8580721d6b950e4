"""The wire format against classes that others generated from Envoy's own files: both ways, every field we use."""

from datetime import timedelta
from typing import Any

import pytest

from extproc._gen import ext_proc_pb2 as pb
from extproc.server.translate import NAMESPACE, to_bytes, to_event
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
from tests.server.envoy_classes import (
    BodySendMode,
    HeaderMap,
    HeaderSendMode,
    HeaderValue,
    HttpBody,
    HttpHeaders,
    HttpTrailers,
    ProcessingRequest,
    ProcessingResponse,
    ProtocolConfiguration,
)

# Envoy 1.40 heeds only this deprecated way to say that a header is replaced.
pytestmark = pytest.mark.filterwarnings("ignore:HeaderValueOption.append is deprecated:DeprecationWarning")
_HEADERS = HeaderMap(headers=[HeaderValue(key=":path", raw_value=b"/mcp"), HeaderValue(key="x", raw_value=b"\xff")])
_TRAILERS = HttpTrailers(trailers=HeaderMap(headers=[HeaderValue(key="late", raw_value=b"1")]))


def read(request: ProcessingRequest) -> Event:
    return to_event(pb.ProcessingRequest.FromString(bytes(request)))


def written(command: Continue | SendChunk | Reply | Wait) -> ProcessingResponse:
    return ProcessingResponse.parse(to_bytes(command))


@pytest.mark.parametrize("end", [True, False])
@pytest.mark.parametrize("observe", [True, False])
def test_a_request_head_of_envoy_is_read(*, end: bool, observe: bool) -> None:
    event = read(
        ProcessingRequest(
            request_headers=HttpHeaders(headers=_HEADERS, end_of_stream=end),
            observability_mode=observe,
            protocol_config=ProtocolConfiguration(
                request_body_mode=BodySendMode.BUFFERED,
                response_body_mode=BodySendMode.FULL_DUPLEX_STREAMED,
                send_body_without_waiting_for_header_response=True,
            ),
        )
    )
    assert isinstance(event, RequestHeaders)
    assert list(event.headers) == [(":path", "/mcp"), ("x", "\xff")]
    assert event.end_of_stream is end
    assert event.modes == Modes(
        request_body=BodyMode.BUFFERED, response_body=BodyMode.FULL_DUPLEX_STREAMED, observe_only=observe
    )


@pytest.mark.parametrize("mode", BodySendMode)
def test_every_body_mode_of_envoy_is_known(mode: BodySendMode) -> None:
    config = ProtocolConfiguration(request_body_mode=mode, response_body_mode=mode)
    event = read(ProcessingRequest(request_headers=HttpHeaders(headers=_HEADERS), protocol_config=config))
    assert isinstance(event, RequestHeaders)
    assert event.modes == Modes(request_body=BodyMode[mode.name], response_body=BodyMode[mode.name])


@pytest.mark.parametrize("end", [True, False])
def test_the_other_messages_of_envoy_are_read(*, end: bool) -> None:
    event = read(ProcessingRequest(response_headers=HttpHeaders(headers=_HEADERS, end_of_stream=end)))
    assert isinstance(event, ResponseHeaders)
    assert (list(event.headers), event.end_of_stream) == ([(":path", "/mcp"), ("x", "\xff")], end)
    body = HttpBody(body=b"\x00x", end_of_stream=end)
    assert read(ProcessingRequest(request_body=body)) == RequestBody(chunk=b"\x00x", end_of_stream=end)
    assert read(ProcessingRequest(response_body=body)) == ResponseBody(chunk=b"\x00x", end_of_stream=end)
    assert read(ProcessingRequest(request_trailers=_TRAILERS)) == RequestTrailers(names=("late",))
    assert read(ProcessingRequest(response_trailers=_TRAILERS)) == ResponseTrailers(names=("late",))


@pytest.mark.parametrize("part", [Part.REQUEST_HEADERS, Part.REQUEST_BODY, Part.RESPONSE_HEADERS, Part.RESPONSE_BODY])
def test_envoy_reads_a_reply_with_all_its_changes(part: Part) -> None:
    command = Continue(
        part=part, body=b"new", set_headers=(("a", "1"),), remove_headers=("b",), metadata={"outcome": "mutate"}
    )
    response = written(command)
    inner = getattr(response, part.name.lower())
    common = inner.response
    assert common.body_mutation.body == b"new"
    options = common.header_mutation.set_headers
    assert [(one.header.key, one.header.raw_value, one.append) for one in options] == [
        ("content-length", b"3", False),
        ("a", b"1", False),
    ]
    assert common.header_mutation.remove_headers == ["b"]
    assert response.dynamic_metadata is not None
    told = response.dynamic_metadata.fields[NAMESPACE].struct_value
    assert told is not None
    assert told.fields["outcome"].string_value == "mutate"


@pytest.mark.parametrize("part", Part)
def test_envoy_reads_an_empty_reply_as_one_of_its_part(part: Part) -> None:
    response = written(Continue(part=part))
    assert getattr(response, part.name.lower()) is not None
    assert [other for other in Part if other is not part and getattr(response, other.name.lower()) is not None] == []


@pytest.mark.parametrize("part", [Part.REQUEST_TRAILERS, Part.RESPONSE_TRAILERS])
def test_envoy_reads_which_trailers_are_dropped(part: Part) -> None:
    trailers = getattr(written(Continue(part=part, remove_headers=("late",))), part.name.lower())
    assert trailers.header_mutation.remove_headers == ["late"]


def test_envoy_reads_the_change_to_a_stream() -> None:
    override = written(Continue(part=Part.RESPONSE_HEADERS, stream=True)).mode_override
    assert override is not None
    assert (override.request_body_mode, override.response_body_mode) == (
        BodySendMode.BUFFERED,
        BodySendMode.FULL_DUPLEX_STREAMED,
    )
    assert {
        override.request_header_mode,
        override.response_header_mode,
        override.request_trailer_mode,
        override.response_trailer_mode,
    } == {HeaderSendMode.SEND}


@pytest.mark.parametrize("end", [True, False])
def test_envoy_reads_a_chunk_of_a_stream(*, end: bool) -> None:
    response = written(SendChunk(chunk=b"data: x\n\n", end_of_stream=end))
    assert response.response_body is not None
    assert response.response_body.response is not None
    mutation = response.response_body.response.body_mutation
    assert mutation is not None
    assert mutation.streamed_response is not None
    assert (mutation.streamed_response.body, mutation.streamed_response.end_of_stream) == (b"data: x\n\n", end)


def test_envoy_reads_a_reply_in_place_of_the_server() -> None:
    reply = Reply(
        status=413, body=b"{}", details="mcp_extproc_too_large", headers=(("content-type", "application/json"),)
    )
    immediate = written(reply).immediate_response
    assert immediate is not None
    assert immediate.status is not None
    assert immediate.headers is not None
    assert (immediate.status.code, immediate.body, immediate.details) == (413, b"{}", "mcp_extproc_too_large")
    [option] = immediate.headers.set_headers
    assert option.header is not None
    assert (option.header.key, option.header.raw_value) == ("content-type", b"application/json")


def test_envoy_reads_how_long_to_wait() -> None:
    response = written(Wait(part=Part.REQUEST_BODY, seconds=2.5))
    assert response.override_message_timeout is not None
    assert response.override_message_timeout > timedelta(seconds=2.5)
    assert response.immediate_response is None


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(pb.ProcessingRequest, ProcessingRequest), (pb.ProcessingResponse, ProcessingResponse)],
    ids=["request", "response"],
)
def test_every_field_of_ours_has_the_name_and_number_it_has_in_envoy(ours: Any, theirs: Any) -> None:
    pending, seen, compared = [(ours.DESCRIPTOR, theirs)], set(), 0
    while pending:
        descriptor, other = pending.pop()
        names = other._betterproto.field_name_by_number
        for field in descriptor.fields:
            assert names.get(field.number) == field.name, f"{descriptor.name}.{field.name}"
            compared += 1
            message = field.message_type
            if message is None or message.full_name.startswith("google.") or message.GetOptions().map_entry:
                continue
            if message.full_name not in seen:
                seen.add(message.full_name)
                pending.append((message, other._betterproto.cls_by_field[field.name]))
    assert compared > 20
