"""A policy as values: layers of rules whose conditions are compiled."""

from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from extproc.model.decision import Effect
from extproc.model.message import Direction
from extproc.policy.conditions import Condition
from extproc.policy.globs import Globs
from extproc.policy.obligations import NO_OBLIGATIONS, Obligations
from extproc.policy.question import Aspect, Kind


class Mode(StrEnum):
    """Whether a decision is acted on, or only recorded."""

    ENFORCE = "enforce"
    SHADOW = "shadow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. A condition that is None is not asked; all others must hold. `methods` has its groups written out.

    The named members are about what the message does; `conditions` about everything else, the cheap ones first.
    `place` says where the rule stands, as `file:line:column`. `restrictive` tells whether matching makes things
    stricter: what cannot be worked out then counts as a match.
    """

    id: str
    effect: Effect | None = None
    reason: str | None = None
    mode: Mode = Mode.ENFORCE
    kinds: frozenset[Kind] | None = None
    direction: Direction | None = None
    servers: Globs | None = None
    methods: Globs | None = None
    tools: Globs | None = None
    prompts: Globs | None = None
    resources: Globs | None = None
    conditions: tuple[Condition, ...] = ()
    obligations: Obligations = NO_OBLIGATIONS
    place: str = ""
    restrictive: bool = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Work out what is asked of every message."""
        object.__setattr__(self, "restrictive", self.effect is not Effect.ALLOW)


class LayerKind(StrEnum):
    """Whose rules a layer holds, from the floor upwards; an upper layer can only tighten those below it."""

    PLATFORM = "platform"
    NAMESPACE = "namespace"
    SERVER = "server"
    AGENT = "agent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """The rules of one file. `scope` are the namespaces, servers or agents it is about; None for all.

    `default` is what holds with no matching rule; None lets the other layers decide, and is not for the platform.
    """

    name: str
    kind: LayerKind = LayerKind.PLATFORM
    scope: Globs | None = None
    default: Effect | None = None
    mode: Mode = Mode.ENFORCE
    rules: tuple[Rule, ...] = ()
    place: str = ""
    _index: "_Index" = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Index the rules, so that no message is held against rules that cannot match it."""
        object.__setattr__(self, "_index", _Index(self.rules))

    def about(self, aspect: Aspect) -> tuple[Rule, ...]:
        """Return the rules that are about what a message does, in document order; their conditions are still open."""
        return self._index.find(aspect)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything in force; `revision` is a digest of the text of all layers."""

    revision: str
    layers: tuple[Layer, ...]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Return the rules of all layers."""
        return tuple(rule for layer in self.layers for rule in layer.rules)


class _Index:
    """Finds the rules about an aspect by its most telling name, and remembers the answers: traffic repeats itself."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._rules = rules
        self._by_tool: defaultdict[str, list[int]] = defaultdict(list)
        self._by_method: defaultdict[str, list[int]] = defaultdict(list)
        self._by_server: defaultdict[str, list[int]] = defaultdict(list)
        self._general: list[int] = []
        self._found: dict[Aspect, tuple[Rule, ...]] = {}
        for place, rule in enumerate(rules):
            for globs, index in (
                (rule.tools, self._by_tool),
                (rule.methods, self._by_method),
                (rule.servers, self._by_server),
            ):
                if globs is not None and globs.literals is not None:
                    for name in globs.literals:
                        index[name].append(place)
                    break
            else:
                self._general.append(place)

    def find(self, aspect: Aspect) -> tuple[Rule, ...]:
        found = self._found.get(aspect)
        if found is None:
            found = self._search(aspect)
            names = (aspect.tool, aspect.prompt, aspect.resource, *aspect.methods)
            if sum(len(name) for name in names if name) > _LONGEST:
                return found  # names come from the peer, and may be as long as a body
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            self._found[aspect] = found
        return found

    def _search(self, aspect: Aspect) -> tuple[Rule, ...]:
        places = {*self._general, *self._by_server.get(aspect.server, ())}
        for method in aspect.methods:
            places.update(self._by_method.get(method, ()))
        if aspect.tool is not None:
            places.update(self._by_tool.get(aspect.tool, ()))
        return tuple(self._rules[place] for place in sorted(places) if holds(self._rules[place], aspect))


_REMEMBERED: Final = 4096
_LONGEST: Final = 512


def holds(rule: Rule, aspect: Aspect) -> bool:
    """Tell whether a rule is about the aspect: everything it says of the message itself holds."""
    # Written out, without a helper for names: it is asked for every rule that a new name may concern.
    tool, prompt, resource = aspect.tool, aspect.prompt, aspect.resource
    return (
        (rule.direction is None or rule.direction is aspect.direction)
        and (rule.kinds is None or aspect.kind in rule.kinds)
        and (rule.servers is None or rule.servers.fit(aspect.server))
        and (rule.tools is None or (tool is not None and rule.tools.fit(tool)))
        and (rule.prompts is None or (prompt is not None and rule.prompts.fit(prompt)))
        and (rule.resources is None or (resource is not None and rule.resources.fit(resource)))
        and (rule.methods is None or any(map(rule.methods.fit, aspect.methods)))
    )


# A redaction follows its pointers wherever they lead; an effect is about what starts something, unless it says more.
_EFFECT_KINDS: Final = frozenset({Kind.REQUEST, Kind.NOTIFICATION})


def asks(rule: Rule, aspect: Aspect) -> Effect | None:
    """Return the effect that a matching rule asks for on this aspect, if any."""
    return rule.effect if rule.kinds is not None or aspect.kind in _EFFECT_KINDS else None
