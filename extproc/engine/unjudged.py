"""Let a part go on that was not judged: only ever reached by `unsafe_fail_open`, and never for malformed input."""

from extproc.engine.single import expect
from extproc.engine.state import ExchangeState
from extproc.mcp.headers import Headers, check_agreement
from extproc.mcp.http import EVENT_STREAM, media_type
from extproc.mcp.jsonrpc import parse_document
from extproc.mcp.named import read_named
from extproc.mcp.sse import SseEvent, encode
from extproc.mcp.versions import from_header, of_message
from extproc.model.message import Call, ErrorResponse, Request, Response, named_target
from extproc.model.rejection import Rejection
from extproc.wire.answers import Answer, Emit, Forward, Stream
from extproc.wire.commands import (
    RequestDocument,
    RequestHead,
    ResponseDocument,
    ResponseHead,
    StreamEnd,
    StreamItem,
    StreamRest,
    Subject,
)


def pass_on(state: ExchangeState, subject: Subject) -> Answer | None:
    """Return how a part goes on unjudged, or None when it must not.

    What a server answers was checked for form before anything could fail; what a client sends is checked here again,
    because its revision and its headers are read with the help of what failed.
    """
    match subject:
        case RequestHead(headers=headers):
            return Forward() if _readable_head(state, headers) else None
        case RequestDocument(headers=headers, body=body):
            return Forward() if _readable(state, headers, body) else None
        case ResponseHead(headers=headers, bodyless=False) if media_type(headers) == EVENT_STREAM:
            return Stream()
        case ResponseHead() | ResponseDocument():
            return Forward()
        case StreamItem(item=SseEvent() as event):
            _answer(state, event.data or b"")
            return Emit(frames=_waited(state) + encode(event))
        case StreamItem() | StreamRest():
            return Emit(frames=_waited(state))
        case StreamEnd():
            return Emit(frames=_waited(state), end=True)


def _waited(state: ExchangeState) -> bytes:
    """Return the events that were held back: they were judged for themselves."""
    state.held_back.earlier += state.held_back.waiting
    state.held_back.waiting = []
    return state.held_back.frames(state.engine.detection)


def _answer(state: ExchangeState, data: bytes) -> None:
    """Expect no other response to the call that this one answers."""
    document = parse_document(data, state.engine.settings.limits)
    match None if isinstance(document, Rejection) else read_named(document):
        case Response(id=identifier) | ErrorResponse(id=identifier) if identifier is not None:
            call = state.call(identifier)
            if call is not None:
                state.close_call(call)
        case _:
            pass


def _readable_head(state: ExchangeState, headers: Headers) -> bool:
    revision = from_header(headers, None, state.engine.settings.versions)
    return not isinstance(revision, Rejection) and revision.streams


def _readable(state: ExchangeState, headers: Headers, body: bytes) -> bool:
    """Tell whether this is one well-formed message that agrees with its headers, and expect its response."""
    settings = state.engine.settings
    document = parse_document(body, settings.limits)
    message = document if isinstance(document, Rejection) else read_named(document)
    if isinstance(message, Rejection):
        return False
    revision = of_message(message, headers, None, settings.versions)
    if isinstance(revision, Rejection):
        return False
    if check_agreement(message, headers, required=revision.standard_headers, params=None) is not None:
        return False
    state.revision = revision
    if isinstance(message, Request):
        target = named_target(message.method, message.params)
        expect(state, Call(id=message.id, method=message.method, target=target, decision_id=""))
    return True
