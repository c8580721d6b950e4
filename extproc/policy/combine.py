"""How the effects of several rules become one: the most restrictive wins, and nothing allows by omission."""

from collections.abc import Iterable

from extproc.model.decision import SEVERITY, Effect
from extproc.model.value import value
from extproc.policy.question import Aspect, Kind
from extproc.policy.rules import Layer, Rule


@value
class Combined:
    """The winning effect, the rules that asked for it in document order, and the first reason among them."""

    effect: Effect
    determining: tuple[str, ...] = ()
    reason: str | None = None


def combine(asked: Iterable[tuple[Rule, Effect]], *, default: Effect) -> Combined:
    """Combine what the matching rules of a layer ask for: deny beats hold beats allow.

    With no rule at all the `default` decides, and no rule is determining.
    """
    best: Effect | None = None
    rules: list[Rule] = []
    for rule, effect in asked:
        if best is None or SEVERITY[effect] > SEVERITY[best]:
            best, rules = effect, [rule]
        elif effect is best:
            rules.append(rule)
    if best is None:
        return Combined(effect=default)
    reason = next((rule.reason for rule in rules if rule.reason), None)
    return Combined(effect=best, determining=tuple(rule.id for rule in rules), reason=reason)


def most_restrictive(parts: Iterable[Combined]) -> Combined:
    """Combine the answers of several layers, or for the aspects of one message; there must be at least one.

    Every part must allow for the message to be allowed. Rules of equally restrictive parts are joined, each once.
    """
    ordered = list(parts)
    if len(ordered) == 1:
        return ordered[0]
    effect = max((part.effect for part in ordered), key=SEVERITY.__getitem__)
    winners = [part for part in ordered if part.effect is effect]
    determining = tuple(dict.fromkeys(rule for part in winners for rule in part.determining))
    reason = next((part.reason for part in winners if part.reason), None)
    return Combined(effect=effect, determining=determining, reason=reason)


def default_of(layer: Layer, aspect: Aspect) -> Effect | None:
    """Return what a layer says with no rule: a response was allowed with its request, all else is as the layer says."""
    match aspect.kind:
        case Kind.RESPONSE:
            return Effect.ALLOW
        case Kind.REQUEST | Kind.NOTIFICATION:
            return layer.default
