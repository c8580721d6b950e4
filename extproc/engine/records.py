"""From a judgement to what is recorded of it: names, numbers and rule ids, and no content."""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from extproc.model.decision import Decision
from extproc.model.finding import Category, Finding
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
from extproc.model.principal import Principal
from extproc.model.value import value
from extproc.pipeline.context import Context
from extproc.pipeline.inspection import Inspection
from extproc.ports import Record

_NONE: Final[Mapping[tuple[Category, str], int]] = {}
# Names come from the body. What does not look like a name might be content, and is recorded by its digest only.
_NAME: Final = re.compile(r"[A-Za-z0-9_.\-/@]{1,128}")


@value
class Judged:
    """A decision with its id and the inspection that led to it; the names are fit for logs."""

    decision_id: str
    inspection: Inspection
    decision: Decision
    kind: str
    method: str | None
    tool: str | None


def record_of(judged: Judged, now: float, *, resolution: str | None = None) -> Record:
    """Project a judgement to what is recorded of it."""
    inspection, decision = judged.inspection, judged.decision
    context, classification, shadow = inspection.context, inspection.classification, inspection.shadow
    level = inspection.obligations.log
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
        intent=classification.intent if classification else None,
        evidence=tuple(dict.fromkeys(item.code for item in classification.evidence)) if classification else (),
        principal=context.principal.subject,
        principal_source=context.principal.source,
        agent=context.principal.agent,
        session=digest(context.session),
        protocol_version=context.protocol_version,
        edits=len(decision.edits),
        level=level.value if level else None,
        missing_scopes=tuple(sorted(inspection.missing_scopes)),
        shadow_outcome=shadow.outcome if shadow else None,
        shadow_determining=shadow.determining if shadow else (),
        resolution=resolution,
        findings=counted(inspection.found.findings),
        suppressed=len(inspection.found.suppressed),
        media=len(inspection.found.media),
        incomplete=inspection.found.incomplete,
        flags=_flags(context),
        chains=tuple((one.id, one.calls) for one in inspection.found.chains),
    )


def _flags(context: Context) -> tuple[str, ...]:
    """Return what is held against the definition that a message is about, or against those in a list."""
    listed = (standing.flags for standing in context.standings.values())
    return tuple(sorted(context.standing.flags.union(*listed)))


def counted(findings: tuple[Finding, ...]) -> Mapping[tuple[Category, str], int]:
    """Count findings by category and entity."""
    return Counter((one.category, one.entity) for one in findings) if findings else _NONE


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


@lru_cache(maxsize=1024)
def owner_of(principal: Principal) -> str:
    """Return whom a session or a history belongs to: a digest of who vouches for whom."""
    names = (principal.source, principal.issuer, principal.subject)
    written = "".join("-" if name is None else f"{len(name)}:{name}" for name in names)
    return hashlib.sha256(written.encode()).hexdigest()


def recording_of(judged: Judged, now: float, document: JsonValue) -> JsonObject:
    """Return the line that a recording keeps of a message, in the format that `extproc inspect` reads."""
    context = judged.inspection.context
    return {
        "id": judged.decision_id,
        "at": now,
        "direction": context.direction.value,
        "principal": principal_members(context.principal),
        "session": digest(context.session) or "",
        "server": context.server,
        "namespace": context.namespace,
        "protocol_version": context.protocol_version,
        "message": document,
    }


def principal_members(principal: Principal) -> JsonObject:
    """Write a principal as JSON; what is not known is left out."""
    words: JsonObject = {
        name: value
        for name in ("subject", "source", "issuer", "agent", "organisation", "team", "run")
        if (value := getattr(principal, name)) is not None
    }
    for name in ("groups", "roles", "scopes"):
        members = getattr(principal, name)
        if members is not None:
            words[name] = [*sorted(members)]
    return words
