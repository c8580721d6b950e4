"""Judge one message and put the decision on record: the step that is the same for every phase and direction."""

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from extproc.engine.settings import Settings
from extproc.model.decision import Decision, Effect, Outcome
from extproc.model.message import (
    Call,
    ErrorResponse,
    JsonObject,
    JsonValue,
    Message,
    Notification,
    Request,
    Response,
)
from extproc.model.rejection import Rejection
from extproc.model.value import value
from extproc.pipeline.inspection import Context, Inspection
from extproc.pipeline.stages import inspect
from extproc.policy.rules import Policy
from extproc.ports import Clock, DecisionLog, HoldDesk, IdSource, Record, Resolution, SessionStore

# Names come from the body. What does not look like a name might be content, and is recorded by its digest only.
_NAME: Final = re.compile(r"[A-Za-z0-9_.\-/@]{1,128}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything the engine uses from outside."""

    sessions: SessionStore
    holds: HoldDesk
    log: DecisionLog
    clock: Clock
    ids: IdSource


@value
class Judged:
    """A decision with its id and the inspection that led to it; the names are fit for logs."""

    decision_id: str
    inspection: Inspection
    decision: Decision
    kind: str
    method: str | None
    tool: str | None


class Engine:
    """Settings, ports and the policy in force. `policy` is swapped as a whole; an exchange keeps the one it began with.

    `policy` is None until one is loaded, and then nothing is served.
    """

    def __init__(self, *, settings: Settings, ports: Ports, policy: Policy | None = None) -> None:
        """Take what the composition root has made."""
        self.settings = settings
        self.ports = ports
        self.policy = policy

    def judge(self, message: Message, context: Context, policy: Policy) -> Judged:
        """Judge a message and record the decision."""
        inspection = inspect(message, context, policy)
        kind, method, tool = describe(message, context.call)
        judged = Judged(
            decision_id=self.ports.ids.new(),
            inspection=inspection,
            decision=inspection.decision,
            kind=kind,
            method=method,
            tool=tool,
        )
        self.ports.log.append(record_of(judged, self.ports.clock.now()))
        return judged

    def reject(self, rejection: Rejection, context: Context, policy: Policy) -> str:
        """Record that input was refused before any rule was asked; return the decision id."""
        return self._denied(context, policy, determining=f"strict:{rejection.reason}", rejected=rejection.reason)

    def fail(self, cause: str, context: Context, policy: Policy, *, passed: bool) -> str:
        """Record that no decision was reached, and whether the message passed all the same."""
        return self._denied(context, policy, determining=f"failure:{cause}", failure=cause, passed=passed)

    def resolve(self, judged: Judged, resolution: Resolution) -> None:
        """Record how a hold ended."""
        self.ports.log.append(record_of(judged, self.ports.clock.now(), resolution=resolution.value))

    def _denied(
        self,
        context: Context,
        policy: Policy,
        *,
        determining: str,
        rejected: str | None = None,
        failure: str | None = None,
        passed: bool = False,
    ) -> str:
        decision_id = self.ports.ids.new()
        self.ports.log.append(
            Record(
                time=self.ports.clock.now(),
                decision_id=decision_id,
                policy_revision=policy.revision,
                direction=context.direction,
                server=context.server,
                outcome=Outcome.ALLOW if passed else Outcome.DENY,
                effect=Effect.ALLOW if passed else Effect.DENY,
                determining=(determining,),
                principal=context.principal.subject,
                session=digest(context.session),
                protocol_version=context.protocol_version,
                rejected=rejected,
                failure=failure,
            )
        )
        return decision_id


def record_of(judged: Judged, now: float, *, resolution: str | None = None) -> Record:
    """Project a judgement to what is recorded of it."""
    inspection, decision = judged.inspection, judged.decision
    context = inspection.context
    return Record(
        time=now,
        decision_id=judged.decision_id,
        policy_revision=inspection.policy.revision,
        direction=context.direction,
        server=context.server,
        outcome=decision.outcome,
        effect=decision.effect,
        determining=decision.determining,
        kind=judged.kind,
        method=judged.method,
        tool=judged.tool,
        principal=context.principal.subject,
        session=digest(context.session),
        protocol_version=context.protocol_version,
        edits=len(decision.edits),
        resolution=resolution,
    )


def describe(message: Message, call: Call | None) -> tuple[str, str | None, str | None]:
    """Return kind, method and tool of a message in a form fit for logs."""
    match message:
        case Request(method=method, params=params):
            tool = params.get("name") if method == "tools/call" else None
            return "request", safe_name(method), safe_name(tool)
        case Notification(method=method, params=params):
            tool = params.get("name") if method == "tools/call" else None
            return "notification", safe_name(method), safe_name(tool)
        case Response() | ErrorResponse():
            kind = "error" if isinstance(message, ErrorResponse) else "response"
            return kind, safe_name(call.method if call else None), safe_name(call.tool if call else None)


def safe_name(value: JsonValue) -> str | None:
    """Return a name as it is, or a digest of what does not look like one."""
    if not isinstance(value, str):
        return None
    return value if _NAME.fullmatch(value) else f"sha256:{digest(value)}"


def digest(value: str | None) -> str | None:
    """Return a short digest of an opaque value, to tell two apart without keeping either."""
    return None if value is None else hashlib.sha256(value.encode()).hexdigest()[:16]


def explanation(judged: Judged, resolution: Resolution | None = None) -> str:
    """Say in a sentence or two why a message was refused, for people and for models."""
    decision = judged.decision
    rules = ", ".join(decision.determining)
    by = f" (rule {rules})" if rules else " (no rule allows it)"
    reason = f" {decision.reason}" if decision.reason else ""
    return f"{_refusal(decision.effect, resolution)}{by}.{reason} Reference: {judged.decision_id}."


def _refusal(effect: Effect, resolution: Resolution | None) -> str:
    match resolution:
        case Resolution.REFUSED:
            return "Refused: approval was denied"
        case Resolution.EXPIRED:
            return "Refused: this needs approval, and nobody gave it in time"
        case Resolution.RELEASED | None:
            pass
    match effect:
        case Effect.HOLD:
            return "Refused: this needs approval"
        case Effect.DENY | Effect.ALLOW:
            return "Refused by policy"


def refusal_data(judged: Judged) -> JsonObject:
    """Return the machine-readable side of an explanation."""
    rules: list[JsonValue] = [*judged.decision.determining]
    return {
        "decision_id": judged.decision_id,
        "policy_revision": judged.inspection.policy.revision,
        "outcome": judged.decision.outcome.value,
        "rules": rules,
    }
