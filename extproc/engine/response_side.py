"""Judge what a server answers: the head of its response and a whole JSON body."""

from collections.abc import Mapping
from typing import Final

from extproc.classify.profile import ToolProfile
from extproc.engine.explaining import explanation
from extproc.engine.identify import bind_session
from extproc.engine.records import Judged
from extproc.engine.single import DENIED, JSON_HEADERS, respond, settle
from extproc.engine.state import ExchangeState, refusal_of, rejection_metadata, response_metadata, session_key
from extproc.engine.surroundings import NO_PROFILES, learn
from extproc.mcp.headers import SESSION, Headers
from extproc.mcp.http import EVENT_STREAM, JSON, identity_encoded, media_type, status_of
from extproc.mcp.jsonrpc import INVALID_REQUEST, parse_document, read_message
from extproc.mcp.refusals import INTERNAL_ERROR, POLICY_DENIED, error, failed
from extproc.mcp.sse import SseEvent, encode
from extproc.mcp.versions import REVISIONS
from extproc.model.decision import Edit, Effect
from extproc.model.message import (
    Call,
    Direction,
    ErrorResponse,
    JsonObject,
    JsonValue,
    Message,
    Response,
)
from extproc.model.rejection import Rejection
from extproc.ports import Resolution
from extproc.redact.apply import Plan, dump, rewrite, rewrite_batch
from extproc.wire.answers import Answer, Forward, Metadata, Respond, Stream

S2C: Final = Direction.SERVER_TO_CLIENT
OVER_CAP: Final = Rejection(
    reason="response_cap", message="it is larger than a rule allows for this call", code=INVALID_REQUEST
)
_OK: Final = 200
_ACCEPTED: Final = 202
_REDIRECT: Final = 300
_BAD: Final = 400
_BAD_GATEWAY: Final = 502
# What a client needs of a response whose body is replaced together with its head.
_KEPT_HEADERS: Final = ("www-authenticate", "retry-after", "allow", SESSION)


async def judge_response_head(state: ExchangeState, headers: Headers, *, bodyless: bool, local: bool) -> Answer:
    """Decide by the head how the body is read, and refuse what could not be read."""
    state.response_headers, state.status, state.local = headers, status_of(headers), local
    if local and state.status < _BAD:
        # Nothing was judged, so nothing may have reached a server; only an error that Envoy made itself passes.
        return refuse(state, "unjudged_response", "a response came though no request was seen", status=500)
    if state.status < _OK:
        # An interim or missing status cannot end an exchange; 101 would open a tunnel that nobody reads.
        return refuse(state, "status", "the server answered with no final status")
    if headers.ambiguous() is not None:
        return refuse(state, "repeated_header", "the server sent a header twice")
    if _REDIRECT <= state.status < _BAD:
        # Clients follow it with the whole request, to where nobody judges.
        return refuse(state, "redirect", "the server answered with a redirect")
    await _end_session(state)
    await bind_session(state)
    if bodyless:
        return _empty(state)
    if not identity_encoded(headers):
        return refuse(state, "content_encoding", "the server compressed its response")
    kind = media_type(headers)
    if kind == EVENT_STREAM and state.status == _OK and not local:
        return await _open_stream(state)
    if kind == JSON or _may_be_empty(state):
        return Forward()
    return _unknown_type(state)


def _may_be_empty(state: ExchangeState) -> bool:
    """Tell whether a body of no known type can still turn out empty: Node's servers send such a 202 in chunks."""
    return state.response_headers.get("content-type") is None or state.status == _ACCEPTED


def _unknown_type(state: ExchangeState) -> Respond:
    problem = f"the server's response (HTTP {state.status}) was neither JSON nor events"
    if state.http_method == "POST" and not state.calls and not state.refusals and _OK <= state.status < _REDIRECT:
        # "Accepted", say: nobody waits for the body of an answer to a notification, so it is left out.
        metadata = record(state, _malformed("content_type", problem))
        return Respond(status=state.status, body=b"", details="mcp_extproc_body_dropped", metadata=metadata)
    return refuse(state, "content_type", problem)


async def _open_stream(state: ExchangeState) -> Stream:
    """Begin a stream; should it break, its calls can be answered on another one of the session (Last-Event-ID)."""
    _remember_session(state)
    if state.key is not None:
        for call in state.calls.values():
            await state.engine.ports.sessions.open_call(state.key, Direction.CLIENT_TO_SERVER, call)
    return Stream(first=b"".join(encode(SseEvent(name="message", data=dump(refusal))) for refusal in state.refusals))


def _empty(state: ExchangeState) -> Answer:
    if state.refusals:
        return respond(state.refusals, DENIED, None)
    if state.calls and state.status < _BAD:
        return refuse(state, "no_answer", "the server gave no answer to the request")
    return Forward()


async def _end_session(state: ExchangeState) -> None:
    if state.http_method == "DELETE" and state.key is not None and state.status < _REDIRECT:
        await state.engine.ports.sessions.end(state.key)


def _remember_session(state: ExchangeState) -> None:
    """Take the session that an `initialize` response opens."""
    if state.initializing and state.session is None:
        state.session = state.response_headers.get(SESSION)


async def judge_response_document(state: ExchangeState, body: bytes) -> Answer:
    """Judge a JSON body: the response to the one call of this exchange, an error, or the responses to an array."""
    if not body:
        return _empty(state)
    if media_type(state.response_headers) != JSON:
        return _unknown_type(state)
    _remember_session(state)
    document = parse_document(body, state.engine.settings.limits)
    if isinstance(document, Rejection):
        return replace_body(state, document)
    if isinstance(document, list):
        return await _judge_array(state, body, document)
    message = read_message(document)
    if isinstance(message, Rejection):
        return replace_body(state, message)
    if state.status >= _BAD or state.local:
        return await _error_status(state, body, message)
    call = _answered(state, message)
    if call is None:
        return replace_body(state, _unasked(message))
    if over_cap(call, body):
        return replace_body(state, OVER_CAP)
    return await _judge_answer(state, body, message, call)


async def _judge_answer(state: ExchangeState, body: bytes, message: Message, call: Call) -> Answer:
    judged = await judge_response(state, message, call)
    metadata = response_metadata(judged)
    others = [*_unanswered(state), *state.refusals]

    async def release() -> Answer:
        edits = judged.decision.edits
        edited = rewrite(body, edits) if edits else None
        if others:
            edited = b"[" + b",".join([edited or body, *map(dump, others)]) + b"]"
        return Forward(body=edited, metadata=metadata)

    def deny(resolution: Resolution | None) -> Answer:
        refusal = refusal_of(judged, call, resolution)
        return Forward(body=dump([refusal, *others] if state.batch else refusal), metadata=metadata)

    return await settle(state, judged, release, deny)


def over_cap(call: Call, written: bytes) -> bool:
    """Tell whether a response is larger than a rule about its call allows."""
    return call.response_bytes is not None and len(written) > call.response_bytes


async def judge_response(state: ExchangeState, message: Message, call: Call) -> Judged:
    """Judge the response to a call, and learn from it what later requests are read by."""
    if state.key is not None:
        await state.engine.ports.sessions.close_call(state.key, Direction.CLIENT_TO_SERVER, call.id)
    profiles = await _learn(state, message, call) if isinstance(message, Response) else NO_PROFILES
    judged = await state.judge(message, S2C, call, profiles)
    state.close_call(call)  # last: until here a fault is answered in its name
    return judged


async def _learn(state: ExchangeState, message: Response, call: Call) -> Mapping[str, ToolProfile]:
    match call.method:
        case "initialize":
            version, issued = message.result.get("protocolVersion"), state.response_headers.get(SESSION)
            if isinstance(version, str) and version in REVISIONS and issued is not None:
                await state.engine.ports.sessions.negotiated(session_key(state.server, issued), version)
        case "tools/list":
            return await learn(state.engine, state.server, message.result.get("tools"))
        case _:
            pass
    return NO_PROFILES


async def _judge_array(state: ExchangeState, body: bytes, documents: list[JsonValue]) -> Answer:
    """Judge the responses to an array of requests; one that cannot be read replaces the whole body."""
    if not state.batch:
        return replace_body(state, _malformed("array", "the server answered one request with an array"))
    plans: list[Plan] = []
    judged: Judged | None = None
    owed = dict(state.calls)
    for document in documents:
        message = read_message(document)
        call = None if isinstance(message, Rejection) else _answered(state, message)
        if call is not None and over_cap(call, dump(document)):
            message = OVER_CAP
        if isinstance(message, Rejection) or call is None:
            state.calls = owed  # with the array go the answers already found in it
            return replace_body(state, message if isinstance(message, Rejection) else _unasked(message))
        judged = await judge_response(state, message, call)
        plans.append(plan_response(judged, call))
    others = [*_unanswered(state), *state.refusals]
    unchanged = not others and all(plan == () for plan in plans)
    edited = None if unchanged else rewrite_batch(body, [*plans, *others])
    return Forward(body=edited, metadata=response_metadata(judged) if judged else None)


def plan_response(judged: Judged, call: Call) -> Plan:
    """Return what becomes of one response of an array, where a hold is a refusal."""
    return judged.decision.edits if judged.decision.effect is Effect.ALLOW else refusal_of(judged, call)


def _answered(state: ExchangeState, message: Message) -> Call | None:
    if isinstance(message, Response | ErrorResponse) and message.id is not None:
        return state.call(message.id)
    return None


def _unanswered(state: ExchangeState) -> list[JsonObject]:
    """Return an error for each call of an array that the server left out."""
    return [failed(call.id, "The server gave no answer to the request") for call in state.calls.values()]


async def _error_status(state: ExchangeState, body: bytes, message: Message) -> Answer:
    """Judge the JSON-RPC error of an HTTP error; it gets the id of the call, which some servers do not put there."""
    if not isinstance(message, ErrorResponse):
        return replace_body(state, _malformed("not_an_error", "an HTTP error carried no JSON-RPC error"))
    call = None if state.batch else next(iter(state.calls.values()), None)
    judged = await state.judge(message, S2C, call)
    edits = judged.decision.edits
    if call is not None and (type(message.id), message.id) != (type(call.id), call.id):
        edits = (*edits, Edit(pointer=("id",), replacement=call.id))
    match judged.decision.effect:
        case Effect.ALLOW:
            edited = rewrite(body, edits) if edits else None
        case Effect.HOLD | Effect.DENY:  # an error is worth no wait
            text = explanation(judged)
            edited = dump(refusal_of(judged, call) if call is not None else error(None, POLICY_DENIED, text))
    return Forward(body=edited, metadata=response_metadata(judged))


def refuse(state: ExchangeState, reason: str, problem: str, *, status: int | None = None) -> Respond:
    """Answer in place of the server, whose response cannot be judged."""
    metadata = record(state, _malformed(reason, problem))
    if status is None:
        status = state.status if state.status >= _BAD else _OK if state.calls else _BAD_GATEWAY
    kept = tuple((name, value) for name in _KEPT_HEADERS if (value := state.response_headers.get(name)) is not None)
    return Respond(
        status=status,
        body=dump(failures(state, problem)),
        headers=(*JSON_HEADERS, *kept),
        details=f"mcp_extproc_{reason}",
        metadata=metadata,
    )


def replace_body(state: ExchangeState, rejection: Rejection) -> Forward:
    """Put an error in place of a body that cannot be judged; the head has not gone out yet and stays."""
    metadata = record(state, rejection)
    problem = f"The server's response was refused: {rejection.message}"
    return Forward(body=dump(failures(state, problem)), set_headers=JSON_HEADERS, metadata=metadata)


def failures(state: ExchangeState, problem: str) -> JsonObject | list[JsonObject]:
    """Return the error that each open call of the exchange is answered with."""
    text = problem[:1].upper() + problem[1:]
    answers = [failed(call.id, text) for call in state.calls.values()]
    if state.batch:
        return [*answers, *state.refusals]
    return answers[0] if answers else error(None, INTERNAL_ERROR, text)


def record(state: ExchangeState, rejection: Rejection) -> Metadata:
    """Put on record that a server's message was refused before any rule was asked."""
    decision_id = state.reject(rejection, S2C)
    return rejection_metadata(state, decision_id, response=True)


def _unasked(message: Message) -> Rejection:
    if isinstance(message, Response | ErrorResponse):
        return _malformed("unknown_id", "it answers a request that was not made here")
    return _malformed("not_a_response", "a JSON body must be a response")


def _malformed(reason: str, message: str) -> Rejection:
    return Rejection(reason=reason, message=message, code=INVALID_REQUEST)
