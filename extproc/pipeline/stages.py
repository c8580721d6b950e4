"""THE ORDER in which a message is judged."""

from extproc.model.decision import Decision, Edit, Effect
from extproc.model.message import Message
from extproc.pipeline.aspects import aspects_of
from extproc.pipeline.inspection import Context, Inspection
from extproc.policy.combine import Combined, combine, most_restrictive
from extproc.policy.rules import Aspect, Kind, Policy, Rule, asks
from extproc.redact.plan import plan_edits


def inspect(message: Message, context: Context, policy: Policy) -> Inspection:
    """Judge one message: find what it does, match rules, combine their effects, plan edits."""
    aspects = aspects_of(message, context)
    matches = tuple((aspect, policy.matching(aspect)) for aspect in aspects)
    combined = _combine_effects(matches, policy)
    edits = _plan_edits(message, matches)
    return Inspection(
        message=message,
        context=context,
        policy=policy,
        aspects=aspects,
        matches=matches,
        decision=Decision(
            effect=combined.effect, determining=combined.determining, reason=combined.reason, edits=edits
        ),
    )


def _combine_effects(matches: tuple[tuple[Aspect, tuple[Rule, ...]], ...], policy: Policy) -> Combined:
    parts = [combine(_asked(aspect, rules), default=_default(aspect, policy)) for aspect, rules in matches]
    return parts[0] if len(parts) == 1 else most_restrictive(parts)


def _asked(aspect: Aspect, rules: tuple[Rule, ...]) -> list[tuple[Rule, Effect]]:
    return [(rule, effect) for rule in rules if (effect := asks(rule, aspect)) is not None]


def _default(aspect: Aspect, policy: Policy) -> Effect:
    """Return what holds with no rule: a response was allowed with its request, all else is as the policy says."""
    match aspect.kind:
        case Kind.RESPONSE:
            return Effect.ALLOW
        case Kind.REQUEST | Kind.NOTIFICATION:
            return policy.default


def _plan_edits(message: Message, matches: tuple[tuple[Aspect, tuple[Rule, ...]], ...]) -> tuple[Edit, ...]:
    rules = {rule.id: rule for _, matched in matches for rule in matched if rule.redactions}
    if not rules:
        return ()
    return plan_edits(message.document, [redaction for rule in rules.values() for redaction in rule.redactions])
