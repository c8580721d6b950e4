"""A policy as values: rules whose conditions are compiled, and which of them match."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from extproc.mcp.pointer import PointerPattern
from extproc.model.decision import Effect
from extproc.model.message import Direction
from extproc.model.value import value


class Kind(StrEnum):
    """The kinds of message a rule can be about; an error is a response."""

    REQUEST = "request"
    NOTIFICATION = "notification"
    RESPONSE = "response"


@value
class Aspect:
    """One thing that a message does, in policy terms; a message can do several.

    `methods` are all names of the method that mean the same in either era; empty when it is not known which request a
    response answers. `tool` is the called tool.
    """

    kind: Kind
    direction: Direction
    server: str
    methods: frozenset[str]
    tool: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """Replace what stands where `pattern` points by `replacement`; with `text`, only occurrences of that text."""

    pattern: PointerPattern
    replacement: str
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. A condition that is None is not asked; all others must hold. `methods` has its groups written out."""

    id: str
    effect: Effect | None = None
    reason: str | None = None
    kinds: frozenset[Kind] | None = None
    direction: Direction | None = None
    servers: re.Pattern[str] | None = None
    methods: re.Pattern[str] | None = None
    tools: re.Pattern[str] | None = None
    redactions: tuple[Redaction, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A loaded policy; `revision` is a digest of its text."""

    revision: str
    default: Effect
    rules: tuple[Rule, ...]
    _matched: dict[Aspect, tuple[Rule, ...]] = field(default_factory=dict, compare=False, repr=False)

    def matching(self, aspect: Aspect) -> tuple[Rule, ...]:
        """Return the rules whose conditions hold for the aspect, in document order.

        The answer depends on nothing else, and traffic repeats itself: it is kept for the aspects seen lately.
        """
        found = self._matched.get(aspect)
        if found is None:
            found = tuple(rule for rule in self.rules if holds(rule, aspect))
            if len(aspect.tool or "") + sum(map(len, aspect.methods)) > _LONGEST:
                return found  # names come from the peer, and may be as long as a body
            if len(self._matched) >= _REMEMBERED:
                self._matched.clear()
            self._matched[aspect] = found
        return found


def globs(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Compile globs: `*` is any run of characters, `?` any one; the case counts and the whole name must fit."""
    return re.compile("|".join(map(_glob, patterns)), re.DOTALL)


def _glob(pattern: str) -> str:
    """Write one glob as a regular expression that never tries again what lies between two stars.

    The first place where such a piece fits is as good as any later one. Without the atomic groups a long name that
    fits nowhere would take time in a power of its length, and names come from the peer.
    """
    first, *rest = ("".join("." if char == "?" else re.escape(char) for char in piece) for piece in pattern.split("*"))
    if not rest:
        return first
    *middle, last = rest
    return first + "".join(f"(?>.*?{piece})" for piece in middle if piece) + ".*" + last


# A redaction follows its pointers wherever they lead; an effect is about what starts something, unless it says more.
_EFFECT_KINDS = frozenset({Kind.REQUEST, Kind.NOTIFICATION})

_REMEMBERED: Final = 4096
_LONGEST: Final = 512


def holds(rule: Rule, aspect: Aspect) -> bool:
    """Tell whether every condition of a rule holds for the aspect."""
    return (
        (rule.direction is None or rule.direction is aspect.direction)
        and (rule.kinds is None or aspect.kind in rule.kinds)
        and (rule.servers is None or rule.servers.fullmatch(aspect.server) is not None)
        and (rule.tools is None or (aspect.tool is not None and rule.tools.fullmatch(aspect.tool) is not None))
        and (rule.methods is None or any(rule.methods.fullmatch(method) for method in aspect.methods))
    )


def asks(rule: Rule, aspect: Aspect) -> Effect | None:
    """Return the effect that a matching rule asks for on this aspect, if any."""
    return rule.effect if rule.kinds is not None or aspect.kind in _EFFECT_KINDS else None
