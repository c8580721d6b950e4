"""Whether the layers above the platform only tighten what is below them, told when they are loaded.

The decision itself cannot be loosened by another layer: all layers that apply must allow, so an `allow` above the
floor adds nothing. What remains are layers that claim to loosen, which is refused so that nobody relies on it, and
the few obligations that give something:

1. a layer must be there that decides everything: every layer of the platform has a default, and there is one;
2. a default less restrictive than the default of a layer below that applies to everything;
3. an enforced allow rule for something that the enforced layers below are certain to hold or deny. It is asked name
   by name: each literal name of the rule for itself, and a glob or an open place through `witnesses`. All facts are
   open, so that only what is certain whoever asks, when and with what counts (`reach`);
4. a token that is forwarded to the server, which only the platform can grant;
5. approval by other groups: each rule that holds must be approved by its own groups, so another adds a condition
   (`obligations.together`);
6. an id that stands in another layer, because records and exceptions name rules by their id.

Layers of the same kind are independent of each other. A layer or rule in shadow changes nothing and is not refused
for 2 and 3.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from extproc.model.decision import SEVERITY, Effect
from extproc.policy.question import Question
from extproc.policy.reach import effects, layer_effects
from extproc.policy.rules import Layer, LayerKind, Mode, Policy, Rule
from extproc.policy.witnesses import Claim, claims, vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Loosening:
    """One reason to refuse the layers: where it stands, the rule if it is one, and what is wrong, in words."""

    place: str
    rule_id: str | None
    message: str


_HEIGHT: Final = {kind: height for height, kind in enumerate(LayerKind)}


def loosenings(layers: Sequence[Layer]) -> list[Loosening]:
    """Return every attempt to loosen, in the order of the layers; none when they may be loaded together."""
    ordered = sorted(layers, key=lambda layer: _HEIGHT[layer.kind])
    found = [*_floor(ordered), *_ids(ordered)]
    for layer in ordered:
        below = tuple(other for other in ordered if _HEIGHT[other.kind] < _HEIGHT[layer.kind])
        found += [*_default(layer, below), *_tokens(layer)]
        if layer.mode is Mode.ENFORCE and below:
            found += _allows(layer, below)
    return found


def _floor(layers: Sequence[Layer]) -> Iterator[Loosening]:
    floor = [layer for layer in layers if layer.kind is LayerKind.PLATFORM]
    if not floor:
        place = layers[0].place if layers else ""
        yield Loosening(place=place, rule_id=None, message="no file is of the layer platform, so nothing is the floor")
    for layer in floor:
        if layer.default is None:
            yield Loosening(place=layer.place, rule_id=None, message="a layer of the platform needs a default")


def _ids(layers: Sequence[Layer]) -> Iterator[Loosening]:
    seen: dict[str, Layer] = {}
    for layer in layers:
        for rule in layer.rules:
            first = seen.setdefault(rule.id, layer)
            if first is not layer:
                message = f"the id {rule.id} is already that of a rule in {first.name}"
                yield Loosening(place=rule.place or layer.place, rule_id=rule.id, message=message)


def _default(layer: Layer, below: Sequence[Layer]) -> Iterator[Loosening]:
    if layer.default is None or layer.mode is Mode.SHADOW:
        return
    for other in below:
        if other.default is None or other.mode is Mode.SHADOW or other.scope is not None:
            continue
        if SEVERITY[layer.default] < SEVERITY[other.default]:
            message = (
                f"its default {layer.default} is less restrictive than the default {other.default} of {other.name}"
            )
            yield Loosening(place=layer.place, rule_id=None, message=message)
            return


def _tokens(layer: Layer) -> Iterator[Loosening]:
    if layer.kind is LayerKind.PLATFORM:
        return
    for rule in layer.rules:
        if rule.obligations.forward_token:
            message = "only a layer of the platform can let a token be forwarded"
            yield Loosening(place=rule.place or layer.place, rule_id=rule.id, message=message)


def _allows(layer: Layer, below: Sequence[Layer]) -> Iterator[Loosening]:
    policy = Policy(revision="", layers=tuple(below))
    words = vocabulary((*below, layer))
    for rule in layer.rules:
        if rule.effect is not Effect.ALLOW or rule.mode is Mode.SHADOW:
            continue
        for claim in claims(rule, layer, words):
            if all(Effect.ALLOW not in effects(policy, question) for question in claim.questions):
                yield _refused(rule, layer, claim, below)
                break


def _refused(rule: Rule, layer: Layer, claim: Claim, below: Sequence[Layer]) -> Loosening:
    message = f"it allows {claim.words}, which {_refuser(claim.questions[0], below)}"
    return Loosening(place=rule.place or layer.place, rule_id=rule.id, message=message)


def _refuser(question: Question, below: Sequence[Layer]) -> str:
    """Name the rule or default below that refuses for certain, by leaving rules out until it does not."""
    for other in below:
        if other.mode is Mode.SHADOW:
            continue
        for rule in other.rules:
            alone = Layer(name=other.name, kind=other.kind, scope=other.scope, default=Effect.ALLOW, rules=(rule,))
            reachable = layer_effects(alone, question)
            if reachable is not None and Effect.ALLOW not in reachable:
                return f"rule {rule.id} of {other.name} is certain to {_verb(reachable)}"
    for other in below:
        reachable = layer_effects(other, question)
        if reachable is not None and Effect.ALLOW not in reachable and other.mode is Mode.ENFORCE:
            return f"the default of {other.name} is certain to {_verb(reachable)}"
    return "the layers below are certain to refuse together"


def _verb(reachable: frozenset[Effect]) -> str:
    return str(min(reachable, key=SEVERITY.__getitem__))
