"""Why a message was decided as it was: every rule of every layer, whether it matched, and what it found, in words.

Of the message itself only names and types are told, never the values of its arguments.
"""

from collections.abc import Collection, Iterator
from typing import Final

from extproc.mcp.pointer import format_pointer
from extproc.model.message import JsonValue, Response
from extproc.pipeline.inspection import Inspection
from extproc.pipeline.stages import question_of
from extproc.policy.combine import most_restrictive
from extproc.policy.conditions import AnyOf, CallsOver, Condition, Like, Not, RefusedOver, RiskOver
from extproc.policy.deciding import decide
from extproc.policy.facts import Facts, Field, words
from extproc.policy.globs import Globs
from extproc.policy.matching import applies
from extproc.policy.naming import Part, named
from extproc.policy.question import Aspect, Question, Truth
from extproc.policy.rules import Layer, Mode, Policy, Rule, asks

_MANY: Final = 12
_LONGEST: Final = 64
_WHO: Final = tuple(field for field in Field if field.value.startswith("principal."))
_TYPES: Final = {bool: "boolean", int: "number", float: "number", str: "text", list: "list", dict: "object"}


def explain(inspection: Inspection) -> Iterator[str]:
    """Yield the lines of an explanation."""
    yield from _around(inspection)
    classed, policy = inspection.classification, inspection.policy
    for number, act in enumerate(inspection.acts):
        question = question_of(act, inspection.context, classed, frozenset())
        yield ""
        yield f"{'it also does' if number else 'this is'} {_spoken(question.aspect)}"
        for layer in policy.layers:
            yield from _layer(layer, question)
        if len(policy.layers) > 1:
            combined = decide(policy, question).combined
            yield f"  all layers together: {combined.effect} by {_list(combined.determining, 'a default')}"
    yield ""
    yield from _outcome(inspection)


def why(rule: Rule, question: Question) -> tuple[Truth, tuple[str, ...]]:
    """Return whether a rule matches, and the reasons: what did not fit, or all that did.

    The first part is TRUE or FALSE as the policy takes it; MISSING became one of them.
    """
    misfits = [*_misnamed(rule, question.aspect)]
    answers = [(condition, condition.test(question)) for condition in rule.conditions]
    for condition, answer in answers:
        if answer is Truth.FALSE:
            misfits.append(f"does not hold: {condition}{_found(condition, question)}")
        elif answer is not Truth.TRUE and not rule.restrictive:
            misfits.append(f"cannot tell whether {condition}{_found(condition, question)}, so it does not allow")
    if misfits:
        return Truth.FALSE, tuple(misfits)
    fits = [
        f"{condition}{_found(condition, question)}"
        if answer is Truth.TRUE
        else f"cannot tell whether {condition}{_found(condition, question)}, so it restricts"
        for condition, answer in answers
    ]
    return Truth.TRUE, tuple(fits or ["nothing else is asked"])


def _around(inspection: Inspection) -> Iterator[str]:
    who, context = inspection.context.principal, inspection.context
    if who.verified:
        known = ((field.value.removeprefix("principal."), words(field, Facts(principal=who))) for field in _WHO)
        yield "principal: " + "; ".join(f"{name} {_list(found, 'none')}" for name, found in known if found is not None)
    else:
        yield "principal: anonymous, nothing was verified"
    classed = inspection.classification
    if classed is not None:
        evidence = ", ".join(f"{one.code} at {one.where}" if one.where else one.code for one in classed.evidence)
        yield f"intent: {classed.intent}, score {classed.score:g}" + (f" ({evidence})" if evidence else "")
    if context.session is not None:
        past = context.history
        yield f"session before: calls {past.calls}, refused {past.refused}, tools {_list(past.tools, 'none')}"
        if past.labels or past.risk:
            yield f"  labels {_list(past.labels, 'none')}, risk {past.risk:.2f}"
    if context.standing.flags:
        yield f"definition: {_list(context.standing.flags, '')}"
    content = inspection.acts[0].content or {}
    arguments = content.get("arguments")
    if isinstance(arguments, dict) and not isinstance(inspection.message, Response):
        yield f"arguments: {_members(arguments)}"


def _spoken(aspect: Aspect) -> str:
    methods = " / ".join(sorted(aspect.methods)) or "an unknown method"
    names = (("tool", aspect.tool), ("prompt", aspect.prompt), ("resource", aspect.resource))
    target = "".join(f", {part} {name}" for part, name in names if name is not None)
    return f"a {aspect.kind} of {methods}{target}, server {aspect.server}, {aspect.direction}"


def _layer(layer: Layer, question: Question) -> Iterator[str]:
    mode = ", in shadow" if layer.mode is Mode.SHADOW else ""
    yield f"  layer {layer.name} ({layer.kind}{mode})"
    if applies(layer, question) is Truth.FALSE:
        yield f"    is not about this: it is for {layer.scope}"
        return
    for rule in layer.rules:
        yield from _rule(rule, question)
    answer = decide(Policy(revision="", layers=(layer,)), question)
    combined = answer.shadow or answer.combined
    silent = layer.default is None and not combined.determining
    yield (
        "    says nothing" if silent else f"    says {combined.effect} by {_list(combined.determining, 'its default')}"
    )


def _rule(rule: Rule, question: Question) -> Iterator[str]:
    truth, reasons = why(rule, question)
    effect = asks(rule, question.aspect)
    wants = str(rule.effect or "no effect") + (", in shadow" if rule.mode is Mode.SHADOW else "")
    matched = truth is Truth.TRUE
    sign, told = ("+", "matches") if matched else ("-", "does not match")
    yield f"    {sign} {rule.id} ({wants}) {told}  {rule.place}"
    for reason in reasons:
        yield f"        {reason}"
    if matched and rule.effect is not None and effect is None:
        yield "        its effect is about requests and notifications; `on` would make it about this"


def _misnamed(rule: Rule, aspect: Aspect) -> Iterator[str]:
    if rule.direction is not None and rule.direction is not aspect.direction:
        yield f"direction is {aspect.direction}, not {rule.direction}"
    if rule.kinds is not None and aspect.kind not in rule.kinds:
        yield f"it is a {aspect.kind}, not a {_list(rule.kinds, '')}"
    parts: tuple[tuple[Part, Globs | None], ...] = (
        (Part.SERVER, rule.servers),
        (Part.METHOD, rule.methods),
        (Part.TOOL, rule.tools),
        (Part.PROMPT, rule.prompts),
        (Part.RESOURCE, rule.resources),
    )
    for part, globs in parts:
        names = named(aspect, part)
        if globs is not None and not any(map(globs.fit, names)):
            fitting = globs.patterns if len(globs.patterns) <= _MANY else (*globs.patterns[:_MANY], "...")
            yield f"{part} is {_list(names, 'not named')}, not {', '.join(fitting)}"


def _found(condition: Condition, question: Question) -> str:
    """Say what a condition found."""
    match condition:
        case AnyOf(field=field) | Like(field=field):
            found = words(field, question.facts)
            return f" (it is {'not known' if found is None else _list(found, 'empty')})"
        case Not(condition=inner):
            return _found(inner, question)
        case CallsOver():
            return f" (there were {question.facts.history.calls})"
        case RefusedOver():
            return f" (there were {question.facts.history.refused})"
        case RiskOver():
            return f" (it is {question.facts.history.risk:.2f})"
        case _:
            return ""


def _outcome(inspection: Inspection) -> Iterator[str]:
    decision = inspection.decision
    yield f"outcome: {decision.outcome} by {_list(decision.determining, 'the default')}"
    if len(inspection.answers) > 1 and not inspection.missing_scopes:
        strictest = most_restrictive(answer.combined for answer in inspection.answers)
        yield f"  it is the strictest of what it does: {strictest.effect}"
    if inspection.missing_scopes:
        yield f"  the token lacks {_list(inspection.missing_scopes, '')}"
    for edit in decision.edits:
        yield f"  {'removed' if edit.remove else 'rewritten'}: {format_pointer(edit.pointer)}"
    met = inspection.obligations
    for name, value in (
        ("log", met.log),
        ("notify", _list(met.notify, "")),
        ("record", "the message itself" if met.record else ""),
        ("rate limits", _list(met.rate_limits, "")),
        ("approval by", _list(met.approval, "")),
        ("response cap", f"{met.response_bytes} bytes" if met.response_bytes else ""),
        ("token", "forwarded" if met.forward_token else ""),
        ("warning", "before what was found" if met.warn else ""),
    ):
        if value:
            yield f"  {name}: {value}"
    if inspection.shadow is not None:
        shadow = inspection.shadow
        yield f"  with every rule enforced: {shadow.outcome} by {_list(shadow.determining, 'the default')}"


def _members(members: dict[str, JsonValue]) -> str:
    told = [f"{name} ({_TYPES.get(type(value), 'null')})" for name, value in members.items() if len(name) <= _LONGEST]
    return ", ".join(told[:_MANY] + (["..."] if len(told) > _MANY else [])) or "none"


def _list(names: Collection[str], empty: str) -> str:
    ordered = sorted(map(str, names))
    return ", ".join(ordered[:_MANY] + (["..."] if len(ordered) > _MANY else [])) or empty
