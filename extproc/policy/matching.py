"""Whether a rule matches, and which rules of a policy do."""

from collections.abc import Iterator
from typing import Final

from extproc.policy.facts import Topic
from extproc.policy.question import Question, Truth
from extproc.policy.rules import Layer, LayerKind, Policy, Rule


def truth_of(rule: Rule, question: Question) -> Truth:
    """Answer whether the conditions of a rule hold: TRUE, FALSE or, with open facts, OPEN.

    What is missing or cannot be worked out takes the restrictive side: it counts as a match for a rule that restricts
    and as none for a rule that allows, so that nothing is let through for want of a fact.
    """
    answer = Truth.TRUE
    for condition in rule.conditions:
        truth = condition.test(question)
        if truth is Truth.TRUE:
            continue
        if truth is Truth.OPEN:
            answer = Truth.OPEN
        elif truth is Truth.FALSE or not rule.restrictive:
            return Truth.FALSE
    return answer


def matching(layer: Layer, question: Question) -> tuple[Rule, ...]:
    """Return the rules of a layer that match, in document order; what is open counts as if it were missing."""
    about = layer.about(question.aspect)
    return tuple([rule for rule in about if not rule.conditions or _matches(rule, question)])


def _matches(rule: Rule, question: Question) -> bool:
    for condition in rule.conditions:
        truth = condition.test(question)
        if truth is _FALSE or (truth is not _TRUE and not rule.restrictive):
            return False
    return True


# An attribute of an enum class costs a look-up through its metaclass, and these are asked for every condition.
_TRUE: Final = Truth.TRUE
_FALSE: Final = Truth.FALSE


def applying(policy: Policy, question: Question) -> Iterator[Layer]:
    """Go through the layers that are about this question, the floor first."""
    for layer in policy.layers:
        if applies(layer, question) is not Truth.FALSE:
            yield layer


def applies(layer: Layer, question: Question) -> Truth:
    """Answer whether a layer is about this question; one about agents is not about callers who are none."""
    if layer.scope is None:
        return Truth.TRUE
    facts = question.facts
    match layer.kind:
        case LayerKind.PLATFORM:
            return Truth.TRUE
        case LayerKind.NAMESPACE:
            if Topic.NAMESPACE in facts.open:
                return Truth.OPEN
            name = facts.namespace
        case LayerKind.SERVER:
            name = question.aspect.server
        case LayerKind.AGENT:
            if Topic.PRINCIPAL in facts.open:
                return Truth.OPEN
            name = facts.principal.agent
    return Truth.TRUE if name is not None and layer.scope.fit(name) else Truth.FALSE
