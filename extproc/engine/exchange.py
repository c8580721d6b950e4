"""Answer the questions of one exchange machine: send each to its side, wait for holds, and close on every fault."""

from collections.abc import Coroutine
from typing import Any

from extproc.engine.deadline import within
from extproc.engine.failmode import Cause, cause_of, passes
from extproc.engine.judging import Engine
from extproc.engine.request_side import judge_document, judge_head
from extproc.engine.response_side import S2C, judge_response_document, judge_response_head
from extproc.engine.state import ExchangeState, rejection_metadata
from extproc.engine.stream_side import judge_end, judge_item, judge_rest
from extproc.engine.unjudged import pass_on
from extproc.mcp.refusals import INTERNAL_ERROR, error, failed
from extproc.mcp.sse import SseEvent, encode
from extproc.model.message import Direction
from extproc.policy.rules import Policy
from extproc.ports import Hold, Resolution
from extproc.redact.apply import dump
from extproc.wire.answers import Answer, Emit, Respond
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

_JSON = (("content-type", "application/json"),)


class Exchange:
    """The engine's side of one exchange. It keeps the policy it began with."""

    def __init__(self, engine: Engine, policy: Policy) -> None:
        """Begin an exchange under a policy."""
        self._engine = engine
        self._state = ExchangeState(engine=engine, policy=policy)
        self._subject: Subject | None = None

    async def evaluate(self, subject: Subject) -> Answer:
        """Answer how this part goes on. Never raises for a fault of ours: it is answered as the fail modes say."""
        self._subject, self._state.decided = subject, False
        return await self._within_time(subject, self._judge(subject))

    async def _within_time(self, subject: Subject, answer: Coroutine[Any, Any, Answer]) -> Answer:
        try:
            return await within(self._engine.settings.decision_seconds, answer)
        except Exception as fault:  # noqa: BLE001 - the one place where a bug becomes a refusal
            return self._failed(subject, cause_of(fault))

    async def resolve(self) -> Answer:
        """Wait for the held message and answer how it goes on."""
        held, subject = self._state.held, self._subject
        if held is None or subject is None:
            raise RuntimeError("nothing is held")
        self._state.held = None
        ports = self._engine.ports
        hold = Hold(
            decision_id=held.judged.decision_id,
            server=self._state.server,
            method=held.judged.method,
            tool=held.judged.tool,
            rules=held.judged.decision.determining,
            approval=tuple(sorted(held.judged.inspection.obligations.approval)),
            opened=ports.clock.now(),
            seconds=self._engine.settings.hold_seconds,
        )
        try:
            resolution = await ports.holds.wait(hold)
        except Exception:  # noqa: BLE001 - a desk that fails has released nothing
            resolution = Resolution.REFUSED
        self._engine.resolve(held.judged, resolution)
        match resolution:
            case Resolution.RELEASED:
                return await self._within_time(subject, held.released())
            case Resolution.REFUSED | Resolution.EXPIRED:
                return held.refused(resolution)

    async def _judge(self, subject: Subject) -> Answer:
        match subject:
            case RequestHead(headers=headers, attested=attested):
                return await judge_head(self._state, headers, attested)
            case RequestDocument(headers=headers, body=body, attested=attested):
                return await judge_document(self._state, headers, body, attested)
            case ResponseHead(headers=headers, bodyless=bodyless, local=local):
                return await judge_response_head(self._state, headers, bodyless=bodyless, local=local)
            case ResponseDocument(body=body):
                return await judge_response_document(self._state, body)
            case StreamItem(item=item):
                return await judge_item(self._state, item)
            case StreamRest():
                return await judge_rest(self._state)
            case StreamEnd(resumable=resumable):
                return await judge_end(self._state, resumable=resumable)

    def _failed(self, subject: Subject, cause: Cause) -> Answer:
        request = isinstance(subject, RequestHead | RequestDocument)
        direction = Direction.CLIENT_TO_SERVER if request else S2C
        may_pass = not self._state.decided and passes(cause, direction, self._engine.settings.fail_open)
        unjudged = pass_on(self._state, subject) if may_pass else None
        context = self._state.context(direction)
        decision_id = self._engine.fail(cause.value, context, self._state.policy, passed=unjudged is not None)
        if unjudged is not None:
            return unjudged
        text = f"Refused: no decision was reached ({cause.value}). Reference: {decision_id}."
        metadata = rejection_metadata(self._state, decision_id, response=not request)
        calls = list(self._state.calls.values())
        bodies = [failed(call.id, text) for call in calls]
        asked = self._state.asked if request else None
        match subject:
            case StreamItem() | StreamRest() | StreamEnd():
                frames = b"".join(encode(SseEvent(name="message", data=dump(body))) for body in bodies)
                return Emit(frames=frames, end=True, metadata=metadata)
            case RequestHead() | RequestDocument() | ResponseHead() | ResponseDocument():
                details = f"mcp_extproc_failure_{cause.value}"
                body = bodies[0] if bodies else error(asked, INTERNAL_ERROR, text)
                return Respond(status=503, body=dump(body), headers=_JSON, details=details, metadata=metadata)
