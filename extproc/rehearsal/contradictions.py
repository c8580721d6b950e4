"""Why a rule can never match, in words, where that is certain from what it says."""

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from extproc.classify.intent import classify
from extproc.model.decision import Effect
from extproc.model.intent import Intent
from extproc.model.message import Direction, Request
from extproc.policy.conditions import AnyOf, Like, Verified
from extproc.policy.expression import When
from extproc.policy.facts import Field
from extproc.policy.globs import Globs
from extproc.policy.rules import Layer, LayerKind, Rule
from extproc.rehearsal.covering import disjoint, fits_some

_NAMED: Final = {
    "tools": ("tools/call",),
    "prompts": ("prompts/get",),
    "resources": ("resources/read", "resources/subscribe", "resources/unsubscribe"),
}
# What these do is classed by their arguments.
_ARGUED: Final = frozenset(
    {"tools/call", "prompts/get", "completion/complete", "sampling/createMessage", *_NAMED["resources"]}
)


def contradiction(rule: Rule, layer: Layer) -> str | None:
    """Return why a rule can never match, or None."""
    return next(_contradictions(rule, layer), None)


def _contradictions(rule: Rule, layer: Layer) -> Iterator[str]:
    yield from _names(rule)
    yield from _intents(rule)
    yield from _principal(rule)
    for one, other in combinations(rule.conditions, 2):
        # What is not known satisfies both in a rule that restricts.
        if not rule.restrictive and (disjoint(one, other) or disjoint(other, one)):
            yield f"it asks that {one}, and that {other}"
    for condition in rule.conditions:
        if isinstance(condition, When) and condition.constant is False:
            yield "its expression is never true"
    if layer.kind is LayerKind.SERVER and not _overlap(rule.servers, layer.scope):
        yield f"its servers are not those of the layer, {layer.scope}"
    if layer.kind is LayerKind.NAMESPACE:
        for condition in rule.conditions:
            globs = condition.globs if isinstance(condition, Like) and condition.field is Field.NAMESPACE else None
            if not _overlap(globs, layer.scope):
                yield f"its namespaces are not those of the layer, {layer.scope}"


def _names(rule: Rule) -> Iterator[str]:
    given = {"tools": rule.tools, "prompts": rule.prompts, "resources": rule.resources}
    named = [name for name, globs in given.items() if globs is not None]
    if len(named) > 1:
        yield f"no message names {' and '.join(named)} at once"
        return
    for name in named:
        if rule.methods is not None and not any(map(rule.methods.fit, _NAMED[name])):
            yield f"none of its methods names {name}"
    starts = rule.effect is not None and rule.kinds is None
    if named and starts and rule.direction is Direction.SERVER_TO_CLIENT:
        yield f"its effect is about requests, and a server asks a client for no {named[0]}"


def _intents(rule: Rule) -> Iterator[str]:
    wanted = [one.allowed for one in rule.conditions if isinstance(one, AnyOf) and one.field is Field.INTENT]
    methods = rule.methods.literals if rule.methods is not None else None
    if not wanted or not methods or methods & _ARGUED:
        return
    classes = {_fixed(method) for method in methods}
    if not any(classes & allowed for allowed in wanted):
        yield f"its methods are always classed {' or '.join(sorted(classes))}"


def _fixed(method: str) -> Intent:
    return classify(Request(id=1, method=method, params={}, document={}), None).intent


def _principal(rule: Rule) -> Iterator[str]:
    """Find what asks for groups and the like of anonymous callers, who have none: that can only restrict."""
    if rule.effect is not Effect.ALLOW or Verified(expected=False) not in rule.conditions:
        return
    for condition in rule.conditions:
        match condition:
            case AnyOf(field=field) | Like(field=field) if (
                field.startswith("principal.") and field is not Field.SUBJECT
            ):
                yield f"it is for anonymous callers, of whom no {field.removeprefix('principal.')} is known"
            case _:
                pass


def _overlap(one: Globs | None, other: Globs | None) -> bool:
    return one is None or other is None or any(fits_some(pattern, other) for pattern in one.patterns)
