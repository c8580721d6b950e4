"""Judge messages given as JSON Lines, as `extproc inspect` does."""

import jiter

from extproc.mcp.jsonrpc import parse_document
from extproc.mcp.limits import FILE_LIMITS
from extproc.mcp.pointer import format_pointer
from extproc.model.decision import Effect
from extproc.model.finding import Finding
from extproc.model.message import JsonObject, JsonValue
from extproc.model.rejection import Rejection
from extproc.pipeline.inspection import Inspection
from extproc.pipeline.search import Detection
from extproc.policy.rules import Policy
from extproc.redact.apply import apply_edits, dump
from extproc.rehearsal.lines import LineError
from extproc.rehearsal.replay import Replay
from extproc.sessions.steps import Chain


class Inspector:
    """Judges lines in order, keeping state over them by (principal, session, server)."""

    def __init__(self, policy: Policy, detection: Detection | None = None) -> None:
        """Judge by one policy; without detectors nothing is found."""
        self._replay = Replay(policy, detection)

    def line(self, data: bytes) -> bytes:
        """Return the output line for an input line; a bad one gives `{"id", "error"}`."""
        document = parse_document(data.strip(), FILE_LIMITS)
        match document:
            case Rejection():
                return dump({"id": _loose_id(data), "error": f"the line was refused: {document.message}"})
            case dict():
                identifier = document.get("id")
            case _:
                return dump({"id": None, "error": "the line must be a JSON object"})
        try:
            inspection = self._replay.judge(document)
        except LineError as error:
            return dump({"id": identifier, "error": str(error)})
        return dump(_report(identifier, inspection, data))


def _report(identifier: JsonValue, inspection: Inspection | Rejection, data: bytes) -> JsonObject:
    if isinstance(inspection, Rejection):
        strict: list[JsonValue] = [f"strict:{inspection.reason}"]
        return _output(identifier, "deny", strict)
    decision, classification = inspection.decision, inspection.classification
    # Read again without loss: what is written must have the digits that would be forwarded.
    line = jiter.from_json(data.strip(), float_mode="lossless-float", cache_mode="keys")
    match decision.effect:
        case Effect.ALLOW:
            forwarded = apply_edits(line["message"], decision.edits)
        case Effect.HOLD | Effect.DENY:
            forwarded = None
    output = _output(identifier, decision.outcome.value, [*decision.determining], forwarded)
    found, context = inspection.found, inspection.context
    output["findings"] = [_finding(one) for one in found.findings]
    if found.suppressed:
        output["suppressed"] = [_finding(one) for one in found.suppressed]
    if found.chains:
        output["chains"] = [_chain(one) for one in found.chains]
    if context.history.labels:
        output["session"] = {"labels": [*sorted(context.history.labels)], "risk": round(context.history.risk, 3)}
    if found.incomplete:
        output["incomplete"] = True
    if classification is not None:
        evidence: list[JsonValue] = [
            {"code": one.code, "intent": one.intent.value, "where": one.where} for one in classification.evidence
        ]
        output |= {"intent": classification.intent.value, "score": classification.score, "evidence": evidence}
    if inspection.shadow is not None:
        rules: list[JsonValue] = [*inspection.shadow.determining]
        output["shadow"] = {"outcome": inspection.shadow.outcome.value, "determining": rules}
    return output


def _finding(found: Finding) -> JsonObject:
    written: JsonObject = {
        "category": found.category.value,
        "entity": found.entity,
        "detector": found.detector,
        "pointer": format_pointer(found.pointer),
        "start": found.start,
        "end": found.end,
        "score": found.score,
        "fingerprint": found.fingerprint,
    }
    return written | {"in_key": True} if found.in_key else written


def _chain(one: Chain) -> JsonObject:
    pointer = format_pointer(("params", "arguments", *one.pointer)) if one.pointer else None
    return {
        "id": one.id,
        "severity": one.severity,
        "score": one.score,
        "calls": [*one.calls],
        "reason": one.reason,
        "pointer": pointer,
    }


def _output(
    identifier: JsonValue, outcome: str, determining: list[JsonValue], forwarded: JsonValue = None
) -> JsonObject:
    return {
        "id": identifier,
        "outcome": outcome,
        "intent": None,
        "findings": [],
        "determining": determining,
        "message": forwarded,
    }


def _loose_id(data: bytes) -> JsonValue:
    """Return the id of a line that was refused for what else is in it, so that its error can be matched."""
    try:
        value = jiter.from_json(data, catch_duplicate_keys=False)
    except ValueError:
        return None
    identifier = value.get("id") if isinstance(value, dict) else None
    return identifier if isinstance(identifier, str) else None
