"""Judge an event stream of a server, one event at a time; what is refused is replaced, never just cut."""

from dataclasses import replace
from typing import Final

from extproc.engine.explaining import explanation
from extproc.engine.held_back import written
from extproc.engine.records import Judged
from extproc.engine.response_side import OVER_CAP, S2C, failures, judge_response, over_cap, plan_response, record
from extproc.engine.single import call_of, settle
from extproc.engine.state import ExchangeState, Held, refusal_of, response_metadata
from extproc.mcp.jsonrpc import INVALID_REQUEST, parse_document
from extproc.mcp.named import read_named
from extproc.mcp.refusals import INTERNAL_ERROR, error, failed, refused_request
from extproc.mcp.sse import KEEP_ALIVE, SseComment, SseEvent, SseFault, encode
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
    RequestId,
    Response,
)
from extproc.model.rejection import Rejection
from extproc.ports import Resolution
from extproc.redact.apply import Plan, dump, rewrite, rewrite_batch
from extproc.wire.answers import Answer, Emit, Pending

_MESSAGE: Final = "message"


async def judge_item(state: ExchangeState, item: SseEvent | SseComment | SseFault) -> Answer:
    """Judge the next item of the stream. What was held back goes before it, or goes on waiting with it."""
    if isinstance(item, SseComment):
        return Emit(frames=KEEP_ALIVE, wait=state.held_back.wait(state.engine.ports.clock.steady()))
    state.held_back.begin()
    match item:
        case SseFault(reason=reason):
            answer: Answer = await _break_off(state, _malformed(reason, "an event of the server could not be read"))
        case SseEvent():
            answer = await _judge_event(state, item)
    return _after_earlier(state, answer)


async def judge_rest(state: ExchangeState) -> Answer:
    """Let go on what has waited long enough."""
    state.held_back.begin()
    return _after_earlier(state, Emit(frames=b""))


async def judge_end(state: ExchangeState, *, resumable: bool) -> Answer:
    """End the stream. An unanswered call gets an error, unless the client can resume: in a session, by event ids."""
    state.held_back.begin()
    if not state.calls or (resumable and state.key is not None):
        return _after_earlier(state, Emit(frames=b"", end=True))
    record(state, _malformed("no_answer", "the server ended its stream without an answer"))
    frames = await _failure_frames(state, "The server ended its stream without an answer")
    return _after_earlier(state, Emit(frames=frames, end=True))


def _after_earlier(state: ExchangeState, answer: Answer) -> Answer:
    """Put the events that waited before an answer, or before what a hold ends with."""
    frames = state.held_back.frames(state.engine.detection)
    match answer:
        case Emit():
            wait = state.held_back.wait(state.engine.ports.clock.steady())
            return replace(answer, frames=frames + answer.frames, wait=wait)
        case Pending() if frames and state.held is not None:
            state.held = _with_earlier(state.held, frames)
            return answer
        case _:
            return answer


def _with_earlier(held: Held, frames: bytes) -> Held:
    async def released() -> Answer:
        return _before(frames, await held.released())

    return replace(held, released=released, refused=lambda resolution: _before(frames, held.refused(resolution)))


def _before(frames: bytes, answer: Answer) -> Answer:
    return replace(answer, frames=frames + answer.frames) if isinstance(answer, Emit) else answer


async def _judge_event(state: ExchangeState, event: SseEvent) -> Answer:
    if event.name not in {None, "", _MESSAGE}:
        # No revision of Streamable HTTP has other events; clients ignore them, so nothing is lost.
        record(state, _malformed("event_type", "an event of the server was no message"))
        return _drop(event)
    data = event.data
    if not data:
        return Emit(frames=encode(event))
    document = parse_document(data, state.engine.settings.limits)
    if isinstance(document, Rejection):
        return await _break_off(state, document)
    if isinstance(document, list) and state.batch:
        return await _judge_array(state, event, data, document)
    message = read_named(document)
    match message:
        case Rejection():
            return await _break_off(state, message)
        case Request():
            return await _server_request(state, event, data, message)
        case Notification():
            judged = await state.judge(message, S2C)
            return await _settle(state, event, data, judged, None)
        case Response() | ErrorResponse():
            return await _response(state, event, data, message)


async def _server_request(state: ExchangeState, event: SseEvent, data: bytes, message: Request) -> Answer:
    if state.revision is not None and not state.revision.posted_responses:
        record(state, _malformed("server_request", f"revision {state.revision.name} has no requests from servers"))
        return _drop(event)
    judged = await state.judge(message, S2C)
    if state.key is not None:  # open also when refused: the client answers the stand-in, and that answer must pass
        await state.engine.ports.sessions.open_call(state.key, S2C, call_of(message, judged))
    return await _settle(state, event, data, judged, None)


async def _response(state: ExchangeState, event: SseEvent, data: bytes, message: Response | ErrorResponse) -> Answer:
    call = state.call(message.id) if message.id is not None else None
    if call is None and message.id is not None and not state.calls:
        call = await _resumed(state, message.id)
    if call is None:
        record(state, _malformed("unknown_id", "the server answered a request that was not made here"))
        if message.id is None or state.http_method != "GET":
            return _drop(event)
        answer = error(message.id, INTERNAL_ERROR, "The response was refused: its request is not known.")
        return Emit(frames=written(event, dump(answer)))
    if over_cap(call, data):
        return _refuse_response(state, event, call, OVER_CAP)
    return await _settle(state, event, data, await judge_response(state, message, call), call)


def _refuse_response(state: ExchangeState, event: SseEvent, call: Call, rejection: Rejection) -> Emit:
    record(state, rejection)
    state.close_call(call)
    return Emit(frames=written(event, dump(failed(call.id, f"The server's response was refused: {rejection.message}"))))


async def _resumed(state: ExchangeState, identifier: RequestId) -> Call | None:
    """Find the call of a response that comes on another stream of its session (resumption by Last-Event-ID)."""
    if state.key is None:
        return None
    return await state.engine.ports.sessions.close_call(state.key, Direction.CLIENT_TO_SERVER, identifier)


async def _settle(state: ExchangeState, event: SseEvent, data: bytes, judged: Judged, call: Call | None) -> Answer:
    """Turn the decision on one event into what the client gets."""
    metadata, engine = response_metadata(judged), state.engine
    state.held_back.saw(judged)

    async def release() -> Answer:
        seconds = engine.settings.stream_wait if engine.detection is not None else 0.0
        if state.held_back.holds(event, data, judged, engine.ports.clock.steady(), seconds):
            return Emit(frames=b"", metadata=metadata)
        edits = judged.decision.edits
        return Emit(frames=written(event, rewrite(data, edits) if edits else data), metadata=metadata)

    def refuse(resolution: Resolution | None) -> Answer:
        stand_in = _stand_in(judged, call, resolution)
        frames = written(event, dump(stand_in)) if stand_in is not None else _drop(event).frames
        return Emit(frames=frames, metadata=metadata)

    return await settle(state, judged, release, refuse)


def _stand_in(judged: Judged, call: Call | None, resolution: Resolution | None) -> JsonObject | None:
    """Return the message that takes the place of a refused one; None when nothing waits for it."""
    message: Message = judged.inspection.message
    match message:
        case Request(id=identifier):
            return refused_request(identifier, explanation(judged, resolution))
        case Notification():
            return None
        case Response() | ErrorResponse():
            return refusal_of(judged, call, resolution) if call is not None else None


async def _judge_array(state: ExchangeState, event: SseEvent, data: bytes, documents: list[JsonValue]) -> Answer:
    """Judge an array in one event, as a server may answer an array with; only responses and notifications in it."""
    plans: list[Plan] = []
    owed = dict(state.calls)

    async def spoiled(rejection: Rejection) -> Emit:
        state.calls = owed  # with the array go the answers already found in it
        return await _break_off(state, rejection)

    for document in documents:
        message = read_named(document)
        match message:
            case Rejection():
                return await spoiled(message)
            case Request():
                return await spoiled(_malformed("server_request", "a request of the server inside an array"))
            case Notification():
                judged = await state.judge(message, S2C)
                plans.append(judged.decision.edits if judged.decision.effect is Effect.ALLOW else None)
            case Response() | ErrorResponse():
                call = state.call(message.id) if message.id is not None else None
                if call is not None and over_cap(call, dump(document)):
                    return await spoiled(OVER_CAP)
                if call is None:
                    return await spoiled(_malformed("unknown_id", "an answer to no request of this exchange"))
                plans.append(plan_response(await judge_response(state, message, call), call))
    if all(plan is None for plan in plans):
        return _drop(event)
    return Emit(frames=written(event, data if all(plan == () for plan in plans) else rewrite_batch(data, plans)))


async def _break_off(state: ExchangeState, rejection: Rejection) -> Emit:
    """End a stream that cannot be read on, with an answer to what it still owed; the server's own stream just ends."""
    record(state, rejection)
    problem = f"The server's response was refused: {rejection.message}"
    return Emit(frames=await _failure_frames(state, problem) if state.calls else b"", end=True)


async def _failure_frames(state: ExchangeState, problem: str) -> bytes:
    if state.key is not None:
        for call in state.calls.values():
            await state.engine.ports.sessions.close_call(state.key, Direction.CLIENT_TO_SERVER, call.id)
    state.refusals.clear()  # they went out when the stream began
    answers = failures(state, problem)
    state.calls.clear()
    listed = answers if isinstance(answers, list) else [answers]
    return b"".join(encode(SseEvent(name=_MESSAGE, data=dump(answer))) for answer in listed)


def _drop(event: SseEvent) -> Emit:
    """Leave out the message and keep the id and the retry time, which a client resumes by."""
    return Emit(frames=encode(SseEvent(id=event.id, retry=event.retry)))


def _malformed(reason: str, message: str) -> Rejection:
    return Rejection(reason=reason, message=message, code=INVALID_REQUEST)
