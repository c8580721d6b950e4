"""What the linter finds: each with the rule, its place, and a message that shows it."""

from dataclasses import dataclass
from enum import StrEnum

from extproc.model.message import JsonObject
from extproc.pipeline.inspection import Inspection
from extproc.policy.rules import Policy
from extproc.rehearsal.messages import line_of
from extproc.rehearsal.situation import Situation, judge


class Severity(StrEnum):
    """How bad it is. A note is only worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding. `witness` is a line for `extproc policy explain`, and `decided` what the policy decides on it."""

    code: str
    severity: Severity
    place: str
    rule: str | None
    message: str
    witness: JsonObject | None = None
    decided: str | None = None


def witnessed(found: Finding, situation: Situation, policy: Policy) -> Finding:
    """Return a finding with a situation that shows it, and with what is decided on that."""
    return Finding(
        code=found.code,
        severity=found.severity,
        place=found.place,
        rule=found.rule,
        message=found.message,
        witness=line_of(situation),
        decided=decided(judge(situation, policy)),
    )


def decided(inspection: Inspection) -> str:
    """Say what was decided and by which rules."""
    decision = inspection.decision
    return f"{decision.outcome} by {', '.join(decision.determining) or 'the default'}"
