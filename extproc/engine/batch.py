"""Judge an array of messages (2025-03-26 only): each on its own, the answers to refused ones joining the response."""

from collections.abc import Iterable

from extproc.engine.explaining import explanation
from extproc.engine.records import Judged
from extproc.engine.single import (
    DENIED,
    UNKNOWN_RESPONSE,
    asked,
    call_of,
    expect,
    http,
    judge,
    negotiated,
    read,
    reject,
    respond,
)
from extproc.engine.state import ExchangeState, refusal_of, request_metadata
from extproc.mcp.headers import Headers
from extproc.mcp.refusals import POLICY_DENIED, error
from extproc.mcp.versions import REVISIONS
from extproc.model.decision import Effect
from extproc.model.message import Call, ErrorResponse, JsonValue, Message, Notification, Request, Response
from extproc.model.rejection import Rejection
from extproc.redact.apply import Plan, rewrite_batch
from extproc.wire.answers import Answer, Forward, Respond


async def judge_batch(state: ExchangeState, headers: Headers, body: bytes, documents: list[JsonValue]) -> Answer:
    """Judge each message of an array; one that cannot be read leaves the whole array unread."""
    named = headers.get("mcp-protocol-version") or await negotiated(state)
    rejection = _check(named, documents, state.engine.settings.limits.batch)
    if rejection is not None:
        return reject(state, rejection)
    messages: list[tuple[Message, Call | None]] = []
    for document in documents:
        message = await read(state, headers, document)
        call = await asked(state, message) if isinstance(message, Response | ErrorResponse) else None
        if isinstance(message, Response | ErrorResponse) and call is None:
            message = UNKNOWN_RESPONSE
        if isinstance(message, Rejection):
            return reject(state, message)
        messages.append((message, call))
    if _repeats_id(message for message, _ in messages):
        return reject(state, http(400, "duplicate_id", "two requests of an array have the same id"))
    state.batch = True
    judged = [await judge(state, message, call) for message, call in messages]
    plans = [_plan(state, message, call, one) for (message, call), one in zip(messages, judged, strict=True)]
    metadata = request_metadata(state, _gravest(judged))
    if all(plan is None for plan in plans):
        if state.refusals:
            return respond(state.refusals, DENIED, metadata)
        return Respond(status=403, body=b"", details=DENIED, metadata=metadata)
    unchanged = all(plan == () for plan in plans)
    return Forward(body=None if unchanged else rewrite_batch(body, plans), metadata=metadata)


def _plan(state: ExchangeState, message: Message, call: Call | None, judged: Judged) -> Plan:
    """Act on one decision. A hold would keep the other messages waiting too, so in an array it is a refusal."""
    if judged.decision.effect is Effect.ALLOW:
        if isinstance(message, Request):
            expect(state, call_of(message, judged))
        return judged.decision.edits
    match message:
        case Request():
            state.refusals.append(refusal_of(judged, call_of(message, judged)))
            return None
        case Notification():
            return None
        case Response() | ErrorResponse():
            return error(call.id if call else None, POLICY_DENIED, explanation(judged))


def _repeats_id(messages: Iterable[Message]) -> bool:
    """Tell whether two requests have one id: the response to one would be judged as that to the other."""
    ids = [(type(message.id), message.id) for message in messages if isinstance(message, Request)]
    return len(ids) != len(set(ids))


def _gravest(judged: Iterable[Judged]) -> Judged:
    """Choose the decision that stands for the array in metadata: a refusal before a change before an allowance."""
    return max(judged, key=lambda one: (one.decision.effect is not Effect.ALLOW, bool(one.decision.edits)))


def _check(named: str | None, documents: list[JsonValue], limit: int) -> Rejection | None:
    revision = REVISIONS.get(named or "")
    if revision is None or not revision.batches:
        return http(400, "batch", "an array of messages is not part of this protocol version")
    if not 0 < len(documents) <= limit:
        return http(400, "batch_size", f"an array must hold 1 to {limit} messages")
    if any(isinstance(document, dict) and document.get("method") == "initialize" for document in documents):
        return http(400, "batch", "initialize must not be part of an array")
    return None
