"""Messages made up for a rule: one that it matches, or one that it only just does not, found by trying."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice, product
from typing import Final

from extproc.mcp.methods import HTTP_DELETE, HTTP_GET
from extproc.model.decision import Effect
from extproc.model.intent import Intent
from extproc.model.message import (
    Call,
    Direction,
    JsonObject,
    JsonValue,
    Response,
)
from extproc.model.principal import Principal
from extproc.pipeline.aspects import acts_of
from extproc.pipeline.context import Context
from extproc.pipeline.stages import question_of
from extproc.policy.approved import NotApproved
from extproc.policy.conditions import AnyOf
from extproc.policy.expression import When
from extproc.policy.facts import Field
from extproc.policy.globs import Globs
from extproc.policy.question import Kind, Truth
from extproc.policy.rules import Layer, LayerKind, Rule
from extproc.rehearsal.messages import Form, form_message
from extproc.rehearsal.situation import Situation, given
from extproc.rehearsal.surroundings import NOON, conditions_of, context_of, principal_of, sample

_MOST: Final = 2000
_NAME: Final = re.compile(r"\bargs\.([A-Za-z_][A-Za-z0-9_]*)|\bargs\[[\"']([^\"']+)[\"']\]")
_NUMBER: Final = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?")
# Names whose verb leaves the classifier in no doubt.
_TYPICAL: Final = {
    Intent.READ: "get_item",
    Intent.WRITE: "update_item",
    Intent.DESTRUCTIVE: "delete_item",
    Intent.EXFILTRATIVE: "export_all_customers",
}


def matching(rule: Rule, layer: Layer, *, servers: Sequence[str] = ()) -> Iterator[Situation]:
    """Make messages that everything in the rule should fit, its expression included."""
    return _made(rule, layer, servers, wanted=Truth.TRUE)


def missing_only_the_expression(rule: Rule, layer: Layer, *, servers: Sequence[str] = ()) -> Iterator[Situation]:
    """Make messages that fit in everything but the expression, which certainly does not hold."""
    return _made(rule, layer, servers, wanted=Truth.FALSE)


def nearest(rule: Rule, layer: Layer, *, servers: Sequence[str] = ()) -> Iterator[Situation]:
    """Make messages that name what a rule names, whatever else it asks for."""
    context = context_of(rule, layer) or Context(direction=Direction.CLIENT_TO_SERVER, server="default", now=NOON)
    for form in _forms(rule, layer, servers, ()):
        yield _situation(rule, form, None, {}, context)


def caller_of(rule: Rule) -> Principal | None:
    """Return somebody whom a rule lets do something; None where it names nobody."""
    return principal_of(rule) if rule.effect is Effect.ALLOW else None


def servers_of(rule: Rule) -> list[str]:
    """Return a server for each glob of a rule."""
    return _names(rule.servers)


def approved_servers(rule: Rule) -> list[str]:
    """Return a server for each entry of an approved list."""
    return [sample(entry.server) for one in conditions_of(rule, NotApproved) for entry in one.entries]


def _made(rule: Rule, layer: Layer, servers: Sequence[str], wanted: Truth) -> Iterator[Situation]:
    expressions = [condition for condition in rule.conditions if isinstance(condition, When)]
    context = context_of(rule, layer)
    if context is None:
        return
    for form, intent in islice(product(_forms(rule, layer, servers, expressions), _intents(rule)), _MOST):
        for arguments in islice(_arguments(expressions), _MOST):
            made = _situation(rule, form, intent, arguments, context)
            if all(_test(one, made) is wanted for one in expressions):
                yield made
                break


def _test(expression: When, made: Situation) -> Truth:
    """Ask the expression about the message alone: its class is what the classifier says, or what was assumed."""
    return expression.test(question_of(acts_of(made.message, made.context)[0], made.context, given(made), frozenset()))


def _situation(rule: Rule, form: Form, intent: Intent | None, arguments: JsonObject, context: Context) -> Situation:
    message = form_message(form, arguments)
    direction = rule.direction or (
        Direction.SERVER_TO_CLIENT
        if form.method in {"sampling/createMessage", "elicitation/create", "roots/list"}
        else Direction.CLIENT_TO_SERVER
    )
    call = None
    if rule.kinds == frozenset({Kind.RESPONSE}):
        call = Call(id=1, method=form.method, target=form.target, decision_id="", intent=intent)
        message = Response(id=1, result={}, document={"jsonrpc": "2.0", "id": 1, "result": {}})
        direction = rule.direction or Direction.SERVER_TO_CLIENT
    return Situation(
        message=message,
        context=replace(context, direction=direction, server=form.server, call=call),
        intent=intent if call is None else None,
    )


def _forms(rule: Rule, layer: Layer, servers: Sequence[str], expressions: Sequence[When]) -> Iterator[Form]:
    texts = sorted({text for one in expressions for text in one.texts})
    scope = layer.scope if layer.kind is LayerKind.SERVER else None
    known = _names(rule.servers or scope) or [*servers, "default"]
    for server in [*known, *texts] if rule.servers is None else known:
        for globs, method in (
            (rule.tools, "tools/call"),
            (rule.prompts, "prompts/get"),
            (rule.resources, "resources/read"),
        ):
            for name in _names(globs):
                yield Form(method=method, server=server, target=name)
        if rule.tools or rule.prompts or rule.resources:
            continue
        for method in _names(rule.methods) or ["tools/call"]:
            if method in {HTTP_GET, HTTP_DELETE}:
                continue
            match method:
                case "tools/call" | "prompts/get":
                    for name in [_typical(rule), *texts]:
                        yield Form(method=method, server=server, target=name)
                case _ if method.startswith("resources/") and not method.endswith("list"):
                    yield Form(method=method, server=server, target="file:///x")
                case _:
                    yield Form(method=method, server=server)


def _typical(rule: Rule) -> str:
    intents = [intent for intent in _intents(rule) if intent is not None]
    return _TYPICAL[intents[0]] if intents else "update_item"


def _intents(rule: Rule) -> list[Intent | None]:
    """Return the classes that a rule asks for, the worst first; None where it asks for none."""
    found = [{Intent(word) for word in one.allowed} for one in conditions_of(rule, AnyOf) if one.field is Field.INTENT]
    return [intent for intent in reversed(Intent) if all(intent in some for some in found)] if found else [None]


def _arguments(expressions: Sequence[When]) -> Iterator[JsonObject]:
    """Go through arguments made of the names, numbers and texts that stand in the expressions."""
    source = " ".join(one.source for one in expressions)
    names = list(dict.fromkeys(first or second for first, second in _NAME.findall(source)))
    numbers = [float(found) for found in _NUMBER.findall(source)]
    texts = [text for one in expressions for text in sorted(one.texts)]
    values: list[JsonValue] = [
        *(int(number + step) for number in numbers for step in (1, 0, -1)),
        *texts,
        "x",
        1,
        True,
    ]
    for chosen in product(list(dict.fromkeys(map(_key, values))), repeat=min(len(names), 4)):
        yield {name: value for name, (_, value) in zip(names, chosen, strict=False)}


def _key(value: JsonValue) -> tuple[str, JsonValue]:
    return type(value).__name__, value


def _names(globs: Globs | None) -> list[str]:
    return [] if globs is None else [sample(pattern) for pattern in globs.patterns]
