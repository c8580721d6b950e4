"""Why a message was refused, in words for people and models, and in members for programs."""

from extproc.engine.records import Judged
from extproc.model.decision import Effect
from extproc.model.message import JsonObject, JsonValue
from extproc.ports import Resolution


def explanation(judged: Judged, resolution: Resolution | None = None) -> str:
    """Say in a sentence or two why a message was refused, for people and for models."""
    decision = judged.decision
    rules = ", ".join(decision.determining)
    by = f" (rule {rules})" if rules else " (no rule allows it)"
    reason = f" {decision.reason}" if decision.reason else ""
    return f"{_refusal(judged, resolution)}{by}.{reason}{_chains(judged)} Reference: {judged.decision_id}."


def _chains(judged: Judged) -> str:
    """Say which chain a call would complete, and which calls before it are part of that."""
    told = [
        f"{one.id}, after {', '.join(one.calls)}" if one.calls else one.id for one in judged.inspection.found.chains
    ]
    return f" It would complete: {'; '.join(told)}." if told else ""


def _refusal(judged: Judged, resolution: Resolution | None) -> str:
    match resolution:
        case Resolution.REFUSED:
            return "Refused: approval was denied"
        case Resolution.EXPIRED:
            return "Refused: this needs approval, and nobody gave it in time"
        case Resolution.RELEASED | None:
            pass
    match judged.decision.effect:
        case Effect.HOLD:
            groups = ", ".join(sorted(judged.inspection.obligations.approval))
            return f"Refused: this needs approval by {groups}" if groups else "Refused: this needs approval"
        case Effect.DENY if judged.inspection.missing_scopes:
            return f"Refused: the token lacks the scope {' '.join(sorted(judged.inspection.missing_scopes))}"
        case Effect.DENY | Effect.ALLOW:
            return "Refused by policy"


def refusal_data(judged: Judged) -> JsonObject:
    """Return the machine-readable side of an explanation."""
    rules: list[JsonValue] = [*judged.decision.determining]
    classification = judged.inspection.classification
    chains: list[JsonValue] = [{"id": one.id, "calls": [*one.calls]} for one in judged.inspection.found.chains]
    return {
        "decision_id": judged.decision_id,
        "policy_revision": judged.inspection.policy.revision,
        "outcome": judged.decision.outcome.value,
        "rules": rules,
        **({"intent": classification.intent.value} if classification is not None else {}),
        **({"chains": chains} if chains else {}),
    }
