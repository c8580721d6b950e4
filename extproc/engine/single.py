"""Judge one message of a client: read it strictly, have it judged, and put the decision into an answer for Envoy."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from extproc.engine.explaining import explanation, refusal_data
from extproc.engine.records import Judged
from extproc.engine.state import ExchangeState, Held, refusal_of, rejection_metadata, request_metadata
from extproc.mcp import headers as h
from extproc.mcp.authorization import CHALLENGE_HEADER, insufficient_scope
from extproc.mcp.headers import Headers, check_agreement, mirrored
from extproc.mcp.http import JSON, METHODS
from extproc.mcp.jsonrpc import INVALID_REQUEST, parse_document
from extproc.mcp.named import read_named
from extproc.mcp.refusals import INTERNAL_ERROR, POLICY_DENIED, error, rejected
from extproc.mcp.versions import of_message
from extproc.model.decision import Effect
from extproc.model.message import (
    Call,
    Direction,
    ErrorResponse,
    JsonObject,
    JsonValue,
    Message,
    Notification,
    Request,
    Response,
    named_target,
)
from extproc.model.rejection import Rejection
from extproc.ports import Resolution
from extproc.redact.apply import dump, rewrite
from extproc.wire.answers import Answer, Forward, Metadata, Pending, Respond

_C2S: Final = Direction.CLIENT_TO_SERVER
_METHOD_NOT_ALLOWED: Final = 405
JSON_HEADERS: Final = (("content-type", JSON),)
DENIED: Final = "mcp_extproc_denied"
INSUFFICIENT_SCOPE: Final = "mcp_extproc_insufficient_scope"
UNKNOWN_RESPONSE: Final = Rejection(
    reason="unknown_response", message="no request of the server has this id in this session", code=INVALID_REQUEST
)


async def negotiated(state: ExchangeState) -> str | None:
    """Return the version that the session of this exchange settled on, if it is known."""
    return await state.engine.ports.sessions.version(state.key) if state.key else None


async def read(state: ExchangeState, headers: Headers, document: JsonValue) -> Message | Rejection:
    """Read one message and refuse what contradicts its revision or its headers."""
    message = read_named(document)
    if isinstance(message, Rejection):
        return message
    state.asked = message.id if isinstance(message, Request) else None
    revision = of_message(message, headers, await negotiated(state), state.engine.settings.versions)
    if isinstance(revision, Rejection):
        return revision
    state.revision = revision
    mismatch = check_agreement(
        message, headers, required=revision.standard_headers, params=await _annotations(state, message)
    )
    return mismatch or message


async def _annotations(state: ExchangeState, message: Message) -> tuple[h.ParamHeader, ...] | None:
    match message:
        case Request(method="tools/call", params={"name": str(tool)}):
            known = await state.engine.ports.tools.known(state.server, tool)
            return known.headers if known is not None else None
        case _:
            return None


async def judge(state: ExchangeState, message: Message, call: Call | None = None) -> Judged:
    """Judge one message of the client."""
    return await state.judge(message, _C2S, call)


async def judge_single(state: ExchangeState, headers: Headers, body: bytes, message: Message) -> Answer:
    match message:
        case Request():
            return await _request(state, headers, body, message)
        case Notification():
            return await _notification(state, headers, body, message)
        case Response() | ErrorResponse():
            return await _posted_response(state, headers, body, message)


async def _request(state: ExchangeState, headers: Headers, body: bytes, message: Request) -> Answer:
    judged = await judge(state, message)
    call = call_of(message, judged)

    async def release() -> Answer:
        expect(state, call)
        return await _forward(state, headers, body, judged)

    def refuse(resolution: Resolution | None) -> Answer:
        if judged.inspection.missing_scopes:
            return step_up(state, judged, call)
        return respond(refusal_of(judged, call, resolution), DENIED, request_metadata(state, judged))

    return await settle(state, judged, release, refuse)


def step_up(state: ExchangeState, judged: Judged, call: Call) -> Respond:
    """Tell the client which scopes the call needs (authorization, "Scope Challenge Handling": 403, all at once)."""
    authorization = state.route.authorization if state.route is not None else None
    asked_for = insufficient_scope(
        judged.inspection.obligations.scopes, authorization.metadata_url if authorization is not None else None
    )
    return Respond(
        status=403,
        body=dump(error(call.id, POLICY_DENIED, explanation(judged), refusal_data(judged))),
        headers=(*JSON_HEADERS, (CHALLENGE_HEADER, asked_for)),
        details=INSUFFICIENT_SCOPE,
        metadata=request_metadata(state, judged),
    )


async def _notification(state: ExchangeState, headers: Headers, body: bytes, message: Notification) -> Answer:
    judged = await judge(state, message)

    async def release() -> Answer:
        return await _forward(state, headers, body, judged)

    def refuse(resolution: Resolution | None) -> Answer:
        # Streamable HTTP: a notification that is not accepted is answered with an error status; clients go on.
        refusal = error(None, POLICY_DENIED, explanation(judged, resolution))
        metadata = request_metadata(state, judged)
        return Respond(status=403, body=dump(refusal), headers=JSON_HEADERS, details=DENIED, metadata=metadata)

    return await settle(state, judged, release, refuse)


async def _posted_response(
    state: ExchangeState, headers: Headers, body: bytes, message: Response | ErrorResponse
) -> Answer:
    """Judge the client's answer to a request of the server; a refused one still answers the server."""
    call = await asked(state, message)
    if call is None:
        return _unknown_response(state, message)
    judged = await judge(state, message, call)

    async def release() -> Answer:
        return await _forward(state, headers, body, judged)

    def refuse(resolution: Resolution | None) -> Answer:
        answer = error(call.id, POLICY_DENIED, explanation(judged, resolution))
        return Forward(body=dump(answer), metadata=request_metadata(state, judged))

    return await settle(state, judged, release, refuse)


def _unknown_response(state: ExchangeState, message: Response | ErrorResponse) -> Answer:
    """Refuse what answers nothing we saw asked; were it asked all the same, the server learns that it got no answer."""
    if message.id is None:
        return reject(state, UNKNOWN_RESPONSE)
    decision_id = state.reject(UNKNOWN_RESPONSE, _C2S)
    answer = error(message.id, INTERNAL_ERROR, "The response was refused: its request is not known.")
    return Forward(body=dump(answer), metadata=rejection_metadata(state, decision_id))


async def asked(state: ExchangeState, message: Response | ErrorResponse) -> Call | None:
    """Return the request of the server that a posted response answers."""
    if state.key is None or message.id is None:
        return None
    return await state.engine.ports.sessions.close_call(state.key, Direction.SERVER_TO_CLIENT, message.id)


def respond(body: JsonObject | list[JsonObject], details: str, metadata: Metadata | None) -> Respond:
    """Answer with HTTP 200, which every client reads as the answer to its call."""
    return Respond(status=200, body=dump(body), headers=JSON_HEADERS, details=details, metadata=metadata)


def reject(state: ExchangeState, rejection: Rejection) -> Respond:
    """Answer malformed input with the status and code of the protocol."""
    decision_id = state.reject(rejection, _C2S)
    allow = (("allow", ", ".join(METHODS)),) if rejection.http_status == _METHOD_NOT_ALLOWED else ()
    return Respond(
        status=rejection.http_status,
        body=dump(rejected(rejection)),
        headers=(*JSON_HEADERS, *allow),
        details=f"mcp_extproc_{rejection.reason}",
        metadata=rejection_metadata(state, decision_id),
    )


async def settle(
    state: ExchangeState,
    judged: Judged,
    release: Callable[[], Coroutine[Any, Any, Answer]],
    refuse: Callable[[Resolution | None], Answer],
) -> Answer:
    """Act on a decision: let the message go on, refuse it, or keep it until it is resolved or its time is over."""
    match judged.decision.effect:
        case Effect.ALLOW:
            return await release()
        case Effect.HOLD if state.engine.settings.hold_seconds <= 0:
            return refuse(None)  # nobody could release it: the sender learns at once that it needs approval
        case Effect.HOLD:
            state.held = Held(judged=judged, released=release, refused=refuse)
            return Pending(seconds=state.engine.settings.hold_seconds)
        case Effect.DENY:
            return refuse(None)


def call_of(message: Request, judged: Judged) -> Call:
    """Return what is remembered of a request that was judged."""
    classification = judged.inspection.classification
    return Call(
        id=message.id,
        method=message.method,
        target=named_target(message.method, message.params),
        decision_id=judged.decision_id,
        intent=classification.intent if classification else None,
        response_bytes=judged.inspection.obligations.response_bytes,
        paged="cursor" in message.params,
    )


def expect(state: ExchangeState, call: Call) -> None:
    """Expect the response to a request that goes on."""
    state.open_call(call)
    state.initializing = state.initializing or call.method == "initialize"


async def _forward(state: ExchangeState, headers: Headers, body: bytes, judged: Judged) -> Forward:
    """Let a message go on as it came, or with its edits made and the headers that repeat its arguments corrected."""
    metadata = request_metadata(state, judged)
    edits = judged.decision.edits
    tokens = tokens_of(state, judged)
    if not edits:
        return Forward(set_headers=tokens, metadata=metadata)
    edited = rewrite(body, edits)
    changed = await _mirrored(state, headers, judged, edited)
    return Forward(
        body=edited,
        set_headers=(*tokens, *((name, value) for name, value in changed if value is not None)),
        remove_headers=tuple(name for name, value in changed if value is None),
        metadata=metadata,
    )


def tokens_of(state: ExchangeState, judged: Judged) -> tuple[tuple[str, str], ...]:
    """Return the client's tokens where a rule says that the server gets them."""
    return state.token_headers if judged.inspection.obligations.forward_token else ()


async def _mirrored(
    state: ExchangeState, headers: Headers, judged: Judged, edited: bytes
) -> list[tuple[str, str | None]]:
    message = judged.inspection.message
    if not isinstance(message, Request):
        return []
    after = parse_document(edited, state.engine.settings.limits)
    params = after.get("params") if isinstance(after, dict) else None
    arguments = params.get("arguments") if isinstance(params, dict) else None
    annotations = await _annotations(state, message)
    return mirrored(message.params.get("arguments"), headers, annotations, arguments)


def http(status: int, reason: str, message: str) -> Rejection:
    """Return a refusal on the level of HTTP."""
    return Rejection(reason=reason, message=message, code=INVALID_REQUEST, http_status=status)
