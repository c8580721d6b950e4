"""Between protobuf and the wire: every message read, every reply written."""

from typing import Any

import pytest

from extproc._gen import ext_proc_pb2 as pb
from extproc.mcp.headers import Headers
from extproc.model.attested import NOTHING_ATTESTED
from extproc.server.translate import NAMESPACE, UnknownMessageError, from_command, to_bytes, to_event
from extproc.wire.commands import Continue, Part, Reply, SendChunk, Wait
from extproc.wire.events import (
    BodyMode,
    Modes,
    RequestBody,
    RequestHeaders,
    RequestTrailers,
    ResponseBody,
    ResponseHeaders,
    ResponseTrailers,
)
from tests.server.talking import BUFFERED, header_map

_FIELDS = [(":method", "POST"), ("x-a", "1")]


def same(first: Headers, second: Headers) -> bool:
    return list(first) == list(second) and first.repeated == second.repeated


def test_a_request_head_is_read_with_its_modes() -> None:
    head = pb.HttpHeaders(headers=header_map(_FIELDS), end_of_stream=True)
    event = to_event(pb.ProcessingRequest(request_headers=head, protocol_config=BUFFERED))
    assert isinstance(event, RequestHeaders)
    assert same(event.headers, Headers(_FIELDS))
    assert event.end_of_stream
    assert event.modes == Modes(request_body=BodyMode.BUFFERED, response_body=BodyMode.BUFFERED)


def test_modes_that_are_not_stated_are_not_guessed() -> None:
    event = to_event(pb.ProcessingRequest(request_headers=pb.HttpHeaders()))
    assert isinstance(event, RequestHeaders)
    assert event.modes is None


@pytest.mark.parametrize("mode", BodyMode)
def test_every_body_mode_is_read(mode: BodyMode) -> None:
    stated = pb.ProtocolConfiguration(request_body_mode=mode.name)
    event = to_event(
        pb.ProcessingRequest(request_headers=pb.HttpHeaders(), protocol_config=stated, observability_mode=True)
    )
    assert isinstance(event, RequestHeaders)
    assert event.modes == Modes(request_body=mode, response_body=BodyMode.NONE, observe_only=True)


def test_a_body_mode_of_the_future_is_read_as_no_inspection() -> None:
    raw = pb.ProtocolConfiguration.FromString(b"\x08\x63\x10\x02")  # request_body_mode: 99
    event = to_event(pb.ProcessingRequest(request_headers=pb.HttpHeaders(), protocol_config=raw))
    assert isinstance(event, RequestHeaders)
    assert event.modes == Modes(request_body=BodyMode.NONE, response_body=BodyMode.BUFFERED)


@pytest.mark.parametrize("end", [True, False])
def test_bodies_and_trailers_are_read(*, end: bool) -> None:
    body = pb.HttpBody(body=b"x", end_of_stream=end)
    assert to_event(pb.ProcessingRequest(request_body=body)) == RequestBody(chunk=b"x", end_of_stream=end)
    assert to_event(pb.ProcessingRequest(response_body=body)) == ResponseBody(chunk=b"x", end_of_stream=end)
    trailers = pb.HttpTrailers(trailers=header_map([("a", "1"), ("b", "2")]))
    assert to_event(pb.ProcessingRequest(request_trailers=trailers)) == RequestTrailers(names=("a", "b"))
    assert to_event(pb.ProcessingRequest(response_trailers=trailers)) == ResponseTrailers(names=("a", "b"))


def test_a_response_head_is_read() -> None:
    event = to_event(pb.ProcessingRequest(response_headers=pb.HttpHeaders(headers=header_map([(":status", "204")]))))
    assert isinstance(event, ResponseHeaders)
    assert (event.headers.get(":status"), event.end_of_stream) == ("204", False)


def test_no_byte_of_a_header_is_lost() -> None:
    value = bytes(range(1, 256))
    head = pb.HttpHeaders(headers=pb.HeaderMap(headers=[pb.HeaderValue(key="x", raw_value=value)]))
    event = to_event(pb.ProcessingRequest(request_headers=head))
    assert isinstance(event, RequestHeaders)
    assert (event.headers.get("x") or "").encode("latin-1") == value


def test_a_header_in_the_older_field_is_read_too() -> None:
    head = pb.HttpHeaders(headers=pb.HeaderMap(headers=[pb.HeaderValue(key="x", value="ä")]))
    event = to_event(pb.ProcessingRequest(request_headers=head))
    assert isinstance(event, RequestHeaders)
    assert (event.headers.get("x") or "").encode("latin-1") == "ä".encode()


def test_a_message_of_a_kind_nobody_knows_is_an_error() -> None:
    with pytest.raises(UnknownMessageError):
        to_event(pb.ProcessingRequest())


_PARTS = {
    Part.REQUEST_HEADERS: "request_headers",
    Part.REQUEST_BODY: "request_body",
    Part.REQUEST_TRAILERS: "request_trailers",
    Part.RESPONSE_HEADERS: "response_headers",
    Part.RESPONSE_BODY: "response_body",
    Part.RESPONSE_TRAILERS: "response_trailers",
}


@pytest.mark.parametrize("part", Part)
def test_a_reply_is_about_its_part(part: Part) -> None:
    """A reply of another kind would end the exchange; one of no kind too."""
    response = from_command(Continue(part=part))
    assert response.WhichOneof("response") == _PARTS[part]
    removing = from_command(Continue(part=part, remove_headers=("x",)))
    inner = getattr(removing, _PARTS[part])
    mutation = inner.header_mutation if "TRAILERS" in part.name else inner.response.header_mutation
    assert list(mutation.remove_headers) == ["x"]


def test_a_new_body_comes_with_its_length() -> None:
    response = from_command(Continue(part=Part.REQUEST_BODY, body="ä".encode(), set_headers=(("a", "ö"),)))
    common = response.request_body.response
    assert common.body_mutation.body == "ä".encode()
    assert [(one.header.key, one.header.raw_value) for one in common.header_mutation.set_headers] == [
        ("content-length", b"2"),
        ("a", b"\xf6"),
    ]
    assert all(one.HasField("append") and not one.append.value for one in common.header_mutation.set_headers)


def test_an_empty_new_body_is_not_the_old_one() -> None:
    common = from_command(Continue(part=Part.REQUEST_BODY, body=b"")).request_body.response
    assert common.body_mutation.WhichOneof("mutation") == "body"
    assert not from_command(Continue(part=Part.REQUEST_BODY)).request_body.response.HasField("body_mutation")


def test_a_stream_states_every_mode() -> None:
    """A body mode that an override leaves out means that nothing is inspected."""
    override = from_command(Continue(part=Part.RESPONSE_HEADERS, stream=True)).mode_override
    mode = pb.ProcessingMode
    assert override == pb.ProcessingMode(
        request_header_mode=mode.SEND,
        response_header_mode=mode.SEND,
        request_body_mode=mode.BUFFERED,
        response_body_mode=mode.FULL_DUPLEX_STREAMED,
        request_trailer_mode=mode.SEND,
        response_trailer_mode=mode.SEND,
    )
    assert not from_command(Continue(part=Part.RESPONSE_HEADERS)).HasField("mode_override")


@pytest.mark.parametrize("end", [True, False])
def test_a_chunk_is_a_streamed_response(*, end: bool) -> None:
    streamed = from_command(SendChunk(chunk=b"x", end_of_stream=end)).response_body.response.body_mutation
    assert streamed.streamed_response == pb.StreamedBodyResponse(body=b"x", end_of_stream=end)


def test_a_reply_in_place_of_the_server_is_written_whole() -> None:
    reply = Reply(status=403, body=b"{}", details="mcp_extproc_denied", headers=(("allow", "POST"),))
    immediate = from_command(reply).immediate_response
    assert (immediate.status.code, immediate.body, immediate.details) == (403, b"{}", "mcp_extproc_denied")
    assert [(one.header.key, one.header.raw_value) for one in immediate.headers.set_headers] == [("allow", b"POST")]


def test_envoy_waits_longer_than_the_sidecar() -> None:
    response = from_command(Wait(part=Part.REQUEST_BODY, seconds=5))
    assert response.override_message_timeout.ToMilliseconds() > 5000
    assert response.WhichOneof("response") is None


@pytest.mark.parametrize(
    "command",
    [
        Continue(part=Part.REQUEST_BODY, metadata={"outcome": "allow"}),
        Reply(status=200, body=b"", details="mcp_extproc_x", metadata={"outcome": "allow"}),
        SendChunk(chunk=b"", metadata={"outcome": "allow"}),
    ],
)
def test_metadata_stands_in_our_namespace(command: Continue | Reply | SendChunk) -> None:
    metadata = from_command(command).dynamic_metadata
    assert list(metadata.fields) == [NAMESPACE]
    assert dict(metadata.fields[NAMESPACE].struct_value.fields["outcome"].struct_value.fields) == {}
    assert metadata.fields[NAMESPACE].struct_value.fields["outcome"].string_value == "allow"


@pytest.mark.parametrize(
    "command",
    [
        *(Continue(part=part) for part in Part),
        *(Continue(part=part, remove_headers=("accept-encoding",)) for part in Part),
        Continue(part=Part.REQUEST_BODY, body=b"x"),
        Continue(part=Part.RESPONSE_HEADERS, stream=True),
        Continue(part=Part.REQUEST_BODY, set_headers=(("a", "b"),)),
        Continue(part=Part.REQUEST_BODY, metadata={"a": "b"}),
        SendChunk(chunk=b"x"),
        Reply(status=200, body=b"x", details="mcp_extproc_x"),
        Wait(part=Part.REQUEST_BODY, seconds=1),
    ],
)
def test_what_is_kept_written_says_the_same_each_time(
    command: Continue | SendChunk | Reply | Wait,
) -> None:
    for _ in range(2):
        assert pb.ProcessingResponse.FromString(to_bytes(command)) == from_command(command)


def _told() -> pb.ProcessingRequest:
    """Return a request head with claims and attributes beside it."""
    message = pb.ProcessingRequest(request_headers=pb.HttpHeaders())
    claims: dict[str, Any] = {
        "jwt": {"sub": "ada", "exp": 1.5, "admin": False, "groups": ["a", {"b": None}], "realm": {"roles": []}}
    }
    message.metadata_context.filter_metadata["envoy.filters.http.jwt_authn"].update(claims)
    message.metadata_context.filter_metadata["envoy.lb"].update({"jwt": {"sub": "root"}})
    message.attributes["envoy.filters.http.ext_proc"].update({"connection.mtls": True})
    return message


def test_what_envoy_attests_is_read_as_plain_values() -> None:
    event = to_event(_told(), attested=True)
    assert isinstance(event, RequestHeaders)
    assert event.attested.claims == {
        "jwt": {"sub": "ada", "exp": 1.5, "admin": False, "groups": ["a", {"b": None}], "realm": {"roles": []}}
    }
    assert event.attested.connection == {"connection.mtls": True}


def test_what_envoy_attests_is_not_even_looked_at_where_nothing_needs_it() -> None:
    event = to_event(_told())
    assert isinstance(event, RequestHeaders)
    assert event.attested is NOTHING_ATTESTED


def test_nothing_attested_is_nothing_and_leaves_the_message_as_it_was() -> None:
    message = pb.ProcessingRequest(request_headers=pb.HttpHeaders())
    before = message.SerializeToString()
    event = to_event(message, attested=True)
    assert isinstance(event, RequestHeaders)
    assert (event.attested, message.SerializeToString()) == (NOTHING_ATTESTED, before)
