"""The list of servers and of what may be reached on them; the rule made of it refuses everything else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from extproc.model.decision import Effect
from extproc.model.message import Direction
from extproc.policy.globs import Globs
from extproc.policy.question import Aspect, Kind, Question, Truth
from extproc.policy.rules import Rule

APPROVED: Final = "approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedEntry:
    """One entry: a server, and globs of what is approved on it. None approves all of a kind, an empty list none."""

    server: str
    tools: Sequence[str] | None = None
    prompts: Sequence[str] | None = None
    resources: Sequence[str] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class NotApproved:
    """No entry approves what a message does. It asks for nothing but the aspect, so it is decided for lists too."""

    entries: tuple[ApprovedEntry, ...]
    _compiled: tuple["_Entry", ...]

    def test(self, question: Question) -> Truth:
        """See `Condition`."""
        aspect = question.aspect
        approved = any(entry.server.fit(aspect.server) and _approves(entry, aspect) for entry in self._compiled)
        return Truth.FALSE if approved else Truth.TRUE

    def __str__(self) -> str:
        """See `Condition`."""
        return "the server, or what is asked of it, is not in the approved list"


def approved_rule(entries: Sequence[ApprovedEntry]) -> Rule:
    """Return the rule that denies what no entry approves; of several entries for a server one is enough.

    It is about every request and notification to a server. A name is checked where one is asked for: `tools/call`,
    `prompts/get`, and `resources/read` and `resources/subscribe`. A call of which no name is known is not approved
    where names are listed.
    """
    if not entries:
        raise ValueError("an empty list approves nothing")
    condition = NotApproved(tuple(entries), tuple(map(_compile, entries)))
    return Rule(
        id=APPROVED,
        effect=Effect.DENY,
        reason="It is not in the list of approved servers and tools.",
        kinds=frozenset({Kind.REQUEST, Kind.NOTIFICATION}),
        direction=Direction.CLIENT_TO_SERVER,
        conditions=(condition,),
    )


@dataclass(frozen=True, slots=True)
class _Names:
    """The names of a kind that an entry approves."""

    every: bool
    globs: Globs | None

    def fit(self, name: str | None) -> bool:
        return self.every or (name is not None and self.globs is not None and self.globs.fit(name))


@dataclass(frozen=True, slots=True)
class _Entry:
    server: Globs
    tools: _Names
    prompts: _Names
    resources: _Names


def _compile(entry: ApprovedEntry) -> _Entry:
    return _Entry(Globs((entry.server,)), _names(entry.tools), _names(entry.prompts), _names(entry.resources))


def _names(patterns: Sequence[str] | None) -> _Names:
    return _Names(every=patterns is None, globs=Globs(patterns) if patterns else None)


_READING: Final = frozenset({"resources/read", "resources/subscribe"})


def _approves(entry: _Entry, aspect: Aspect) -> bool:
    methods = aspect.methods
    return (
        ((aspect.tool is None and "tools/call" not in methods) or entry.tools.fit(aspect.tool))
        and ((aspect.prompt is None and "prompts/get" not in methods) or entry.prompts.fit(aspect.prompt))
        and ((aspect.resource is None and methods.isdisjoint(_READING)) or entry.resources.fit(aspect.resource))
    )
