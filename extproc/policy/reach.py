"""What a policy can come to while some facts are still open: for lists, for the linter, and for layers."""

from extproc.model.decision import SEVERITY, Effect
from extproc.policy.combine import default_of
from extproc.policy.matching import applies, truth_of
from extproc.policy.question import Question, Truth
from extproc.policy.rules import Layer, Mode, Policy, asks


def layer_effects(layer: Layer, question: Question) -> frozenset[Effect] | None:
    """Return every effect a layer can come to, whatever the open facts turn out to be; None when it has no say.

    A rule that may match counts both ways, and rules are taken to match independently of each other: an effect that is
    not in the answer is certain not to happen, one that is may happen. Rules in shadow are left out.
    """
    certain: Effect | None = None
    possible: set[Effect] = set()
    for rule in layer.about(question.aspect):
        effect = asks(rule, question.aspect) if rule.mode is Mode.ENFORCE else None
        if effect is None:
            continue
        match truth_of(rule, question):
            case Truth.TRUE:
                certain = effect if certain is None or SEVERITY[effect] > SEVERITY[certain] else certain
            case Truth.OPEN | Truth.MISSING:
                possible.add(effect)
            case Truth.FALSE:
                pass
    if certain is None:
        default = default_of(layer, question.aspect)
        if default is not None:
            return frozenset({default, *possible})
        return frozenset(possible) | {Effect.ALLOW} if possible else None
    return frozenset({certain, *(effect for effect in possible if SEVERITY[effect] > SEVERITY[certain])})


def effects(policy: Policy, question: Question) -> frozenset[Effect]:
    """Return every effect the enforced layers of a policy can come to together."""
    reachable: frozenset[Effect] | None = None
    for layer in policy.layers:
        if layer.mode is Mode.SHADOW:
            continue
        about = applies(layer, question)
        own = None if about is Truth.FALSE else layer_effects(layer, question)
        if own is None:
            continue
        if about is Truth.OPEN:
            own |= {Effect.ALLOW}
        reachable = own if reachable is None else _joined(reachable, own)
    if reachable is None:
        observed = any(layer.mode is Mode.SHADOW for layer in policy.layers)
        return frozenset({Effect.ALLOW if observed else Effect.DENY})
    return reachable


def may_pass(policy: Policy, question: Question) -> bool:
    """Tell whether this could ever be allowed or held, rather than being certain to be denied."""
    return effects(policy, question) != {Effect.DENY}


def _joined(one: frozenset[Effect], other: frozenset[Effect]) -> frozenset[Effect]:
    return frozenset(max(first, second, key=SEVERITY.__getitem__) for first in one for second in other)
