"""What a rule names, as questions: each name for itself, and samples for what the rule leaves open."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import Final

from extproc.mcp.methods import LIFECYCLE, LISTS, SERVER_REQUESTS, equivalents
from extproc.model.intent import Intent
from extproc.model.message import Direction
from extproc.policy.approved import NotApproved
from extproc.policy.conditions import AnyOf, Condition, Not
from extproc.policy.expression import When
from extproc.policy.facts import Facts, Field, Topic
from extproc.policy.globs import Globs
from extproc.policy.naming import OtherThan
from extproc.policy.question import Aspect, Kind, Question
from extproc.policy.rules import Layer, LayerKind, Rule, holds

# A name that no policy has; with it stand all the names that nothing is said about.
_ANY: Final = "any-other-name"
_MOST: Final = 2_000
_NAMED: Final = {
    "tools/call": "tools",
    "prompts/get": "prompts",
    "resources/read": "resources",
    "resources/subscribe": "resources",
}
_METHODS: Final = tuple(sorted({*_NAMED, *LIFECYCLE, *LISTS, *SERVER_REQUESTS, "completion/complete"}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The names that a set of layers tells apart: the literals, and one name for each glob."""

    servers: tuple[str, ...]
    tools: tuple[str, ...]
    prompts: tuple[str, ...]
    resources: tuple[str, ...]
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Something that a rule is about, in words, and the questions that stand for it; there is at least one."""

    words: str
    questions: tuple[Question, ...]


def vocabulary(layers: Sequence[Layer]) -> Vocabulary:
    """Collect the names of all rules, and the texts of their conditions, which may be names of anything."""
    rules = [rule for layer in layers for rule in layer.rules]
    conditions = [_inner(condition) for rule in rules for condition in rule.conditions]
    entries = [entry for condition in conditions if isinstance(condition, NotApproved) for entry in condition.entries]
    texts = {text for condition in conditions if isinstance(condition, When) for text in condition.texts}
    texts |= {_sample(text) for one in conditions if isinstance(one, OtherThan) for text in one.globs.patterns}
    scopes = [layer.scope for layer in layers if layer.kind is LayerKind.SERVER]
    servers = [entry.server for entry in entries]
    tools = [name for entry in entries for name in entry.tools or ()]
    prompts = [name for entry in entries for name in entry.prompts or ()]
    resources = [name for entry in entries for name in entry.resources or ()]
    return Vocabulary(
        servers=_samples([*(rule.servers for rule in rules), *scopes], servers, texts),
        tools=_samples([rule.tools for rule in rules], tools, texts),
        prompts=_samples([rule.prompts for rule in rules], prompts, texts),
        resources=_samples([rule.resources for rule in rules], resources, texts),
        methods=_samples([rule.methods for rule in rules], _METHODS, texts),
    )


def _inner(condition: Condition) -> Condition:
    return _inner(condition.condition) if isinstance(condition, Not) else condition


def _samples(globs: Iterable[Globs | None], patterns: Iterable[str], texts: Iterable[str]) -> tuple[str, ...]:
    written = [pattern for some in globs if some is not None for pattern in some.patterns]
    return tuple(dict.fromkeys((_ANY, *map(_sample, (*written, *patterns)), *sorted(texts))))


def _sample(pattern: str) -> str:
    return pattern.replace("*", "x").replace("?", "x")


def claims(rule: Rule, layer: Layer, words: Vocabulary) -> Iterator[Claim]:
    """Go through what an allow rule names: each combination of its literal names, with all samples for the rest.

    A claim with more samples than can be asked is left out: what is not asked is not certain.
    """
    server_globs = rule.servers or (layer.scope if layer.kind is LayerKind.SERVER else None)
    places = {
        "servers": (server_globs, words.servers),
        "tools": (rule.tools, words.tools),
        "prompts": (rule.prompts, words.prompts),
        "resources": (rule.resources, words.resources),
        "methods": (rule.methods, words.methods),
    }
    literal = {name: globs.literals for name, (globs, _) in places.items() if globs is not None and globs.literals}
    for chosen in islice(product(*(sorted(names) for names in literal.values())), _MOST):
        named = dict(zip(literal, chosen, strict=True))
        samples = {
            name: (named[name],) if name in named else tuple(word for word in known if globs is None or globs.fit(word))
            for name, (globs, known) in places.items()
        }
        questions = tuple(islice(_questions(rule, layer, samples), _MOST + 1))
        if 0 < len(questions) <= _MOST:
            yield Claim(words=_say(named, rule), questions=questions)


def _questions(rule: Rule, layer: Layer, samples: Mapping[str, tuple[str, ...]]) -> Iterator[Question]:
    direction = (rule.direction,) if rule.direction is not None else tuple(Direction)
    kinds = rule.kinds if rule.kinds is not None else frozenset({Kind.REQUEST})
    facts = _facts(rule)
    for form, kind, toward in product(_forms(samples), sorted(kinds), direction):
        if form.kind is not None and (toward is Direction.CLIENT_TO_SERVER) is (kind is Kind.RESPONSE):
            continue  # what a client asks for goes to the server, and the answer comes back
        for server in samples["servers"]:
            aspect = replace(form.aspect, kind=kind, direction=toward, server=server)
            scoped = layer.kind is not LayerKind.SERVER or layer.scope is None or layer.scope.fit(server)
            if scoped and holds(rule, aspect):
                yield Question(aspect=aspect, facts=facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """What a message can look like: a method, with a name where the method has one, and nowhere else."""

    aspect: Aspect
    kind: str | None


def _forms(samples: Mapping[str, tuple[str, ...]]) -> Iterator[_Form]:
    for method in samples["methods"]:
        base = Aspect(kind=Kind.REQUEST, direction=Direction.CLIENT_TO_SERVER, server="", methods=equivalents(method))
        kind = _NAMED.get(method)
        match kind:
            case "tools":
                yield from (_Form(aspect=replace(base, tool=name), kind=kind) for name in samples["tools"])
            case "prompts":
                yield from (_Form(aspect=replace(base, prompt=name), kind=kind) for name in samples["prompts"])
            case "resources":
                yield from (_Form(aspect=replace(base, resource=name), kind=kind) for name in samples["resources"])
            case _:
                yield _Form(aspect=base, kind="lists" if method in LISTS else None)


_OPEN: Final = frozenset(Topic)


def _facts(rule: Rule) -> Facts:
    """Leave everything open, except that a rule about some intents is about no other."""
    intents = frozenset(Intent)
    for condition in rule.conditions:
        if isinstance(condition, AnyOf) and condition.field is Field.INTENT:
            intents &= {Intent(word) for word in condition.allowed}
    return Facts(intents=intents, open=_OPEN)


def _say(named: dict[str, str], rule: Rule) -> str:
    if not named:
        patterns = [
            str(globs) for globs in (rule.tools, rule.prompts, rule.resources, rule.methods) if globs is not None
        ]
        return " and ".join(patterns) or "everything"
    return " ".join(f"{name.removesuffix('s')} {value}" for name, value in named.items())
