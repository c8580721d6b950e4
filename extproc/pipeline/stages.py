"""THE ORDER in which a message is judged."""

from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from typing import Final

from extproc.model.decision import Effect
from extproc.model.message import Message
from extproc.pipeline.aspects import aspects_of
from extproc.pipeline.inspection import Context, Inspection
from extproc.policy.combine import combine, most_restrictive
from extproc.policy.rules import Aspect, Kind, Policy, Rule, asks, matching
from extproc.redact.plan import plan_edits


def inspect(message: Message, context: Context, policy: Policy) -> Inspection:
    """Judge one message: fold it through the stages."""
    start = Inspection(message=message, context=context, policy=policy)
    return reduce(lambda inspection, stage: stage(inspection), STAGES, start)


def _find_aspects(inspection: Inspection) -> Inspection:
    return replace(inspection, aspects=aspects_of(inspection.message, inspection.context))


def _match_rules(inspection: Inspection) -> Inspection:
    matches = tuple((aspect, tuple(matching(inspection.policy, aspect))) for aspect in inspection.aspects)
    return replace(inspection, matches=matches)


def _combine_effects(inspection: Inspection) -> Inspection:
    parts = (
        combine(_asked(aspect, rules), default=_default(aspect, inspection.policy))
        for aspect, rules in inspection.matches
    )
    return replace(inspection, combined=most_restrictive(parts))


def _asked(aspect: Aspect, rules: tuple[Rule, ...]) -> list[tuple[Rule, Effect]]:
    return [(rule, effect) for rule in rules if (effect := asks(rule, aspect)) is not None]


def _default(aspect: Aspect, policy: Policy) -> Effect:
    """Return what holds with no rule: a response was allowed with its request, all else is as the policy says."""
    match aspect.kind:
        case Kind.RESPONSE:
            return Effect.ALLOW
        case Kind.REQUEST | Kind.NOTIFICATION:
            return policy.default


def _plan_edits(inspection: Inspection) -> Inspection:
    rules = {rule.id: rule for _, matched in inspection.matches for rule in matched if rule.redactions}
    if not rules:
        return inspection
    redactions = [redaction for rule in rules.values() for redaction in rule.redactions]
    return replace(inspection, edits=plan_edits(inspection.message.document, redactions))


STAGES: Final[tuple[Callable[[Inspection], Inspection], ...]] = (
    _find_aspects,
    _match_rules,
    _combine_effects,
    _plan_edits,
)
