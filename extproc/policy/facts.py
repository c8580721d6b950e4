"""What conditions can ask about, beside what a message does: who, why, when, with what, and what happened before."""

from collections.abc import Callable, Mapping
from dataclasses import field
from enum import StrEnum
from typing import Final

from extproc.model.intent import Intent
from extproc.model.message import JsonValue
from extproc.model.principal import ANONYMOUS, Principal
from extproc.model.standing import NEVER_SEEN, Standing
from extproc.model.value import value


class Field(StrEnum):
    """The facts that a condition can name; each holds a set of words."""

    SUBJECT = "principal.subject"
    SOURCE = "principal.source"
    ISSUER = "principal.issuer"
    GROUPS = "principal.groups"
    ROLES = "principal.roles"
    SCOPES = "principal.scopes"
    AGENT = "principal.agent"
    ORGANISATION = "principal.organisation"
    TEAM = "principal.team"
    NAMESPACE = "namespace"
    INTENT = "intent"
    EVIDENCE = "evidence"
    FINDINGS = "findings"
    CALLED_TOOLS = "session.tools"
    CALLED_INTENTS = "session.intents"
    LABELS = "session.labels"
    FLAGS = "tool.flags"
    DRIFT = "tool.drift"


class Topic(StrEnum):
    """What may not be known yet when a question is asked: while a list is filtered, or a policy is checked."""

    PRINCIPAL = "principal"
    NAMESPACE = "namespace"
    INTENT = "intent"
    FINDINGS = "findings"
    SESSION = "session"
    TIME = "time"
    CONTENT = "content"
    DEFINITION = "tool"


@value
class History:
    """What the principal did before in this session: counts, and the names and intents of its calls.

    `tools` holds the last of them only; `refused` counts calls that were held or denied. `labels` say what it has seen,
    `counts` how often what happened, `risk` between 0 and 1 what is to be expected of it. `first_seen` is in seconds
    since the epoch, None before the first call.
    """

    calls: int = 0
    refused: int = 0
    tools: frozenset[str] = frozenset()
    intents: frozenset[Intent] = frozenset()
    labels: frozenset[str] = frozenset()
    counts: Mapping[str, int] = field(default_factory=dict)
    risk: float = 0.0
    first_seen: float | None = None


NO_HISTORY: Final = History()


@value
class Facts:
    """The facts of one message. `open` are the topics that are not known yet, which is not the same as missing.

    `intents` are the classes the message can have: one when it was classified, none when it has no class, several
    when its arguments are not known yet. `standing` is that of the definition of what is called or listed. `now` is in
    seconds since the epoch. `content` holds `params` or `result`, as the message has them.
    """

    principal: Principal = ANONYMOUS
    namespace: str | None = None
    intents: frozenset[Intent] = frozenset()
    score: float = 0.0
    evidence: frozenset[str] = frozenset()
    findings: frozenset[str] = frozenset()
    history: History = NO_HISTORY
    standing: Standing = NEVER_SEEN
    now: float = 0.0
    content: Mapping[str, JsonValue] | None = None
    open: frozenset[Topic] = frozenset()


_TOPICS: Final = {
    **dict.fromkeys((field for field in Field if field.value.startswith("principal.")), Topic.PRINCIPAL),
    Field.NAMESPACE: Topic.NAMESPACE,
    Field.INTENT: Topic.INTENT,
    Field.EVIDENCE: Topic.INTENT,
    Field.FINDINGS: Topic.FINDINGS,
    Field.CALLED_TOOLS: Topic.SESSION,
    Field.CALLED_INTENTS: Topic.SESSION,
    Field.LABELS: Topic.SESSION,
    Field.FLAGS: Topic.DEFINITION,
    Field.DRIFT: Topic.DEFINITION,
}


def topic(field: Field) -> Topic:
    """Return the topic that a field belongs to."""
    return _TOPICS[field]


def words(field: Field, facts: Facts) -> frozenset[str] | None:
    """Return what is known of a field; None when it is missing, which is not the same as empty."""
    return _WORDS[field](facts)


def _one(word: str | None) -> frozenset[str] | None:
    return None if word is None else frozenset((word,))


# A table, not a `match`: it is asked for every condition of every message. That no field is missing is tested.
_WORDS: Final[Mapping[Field, Callable[[Facts], frozenset[str] | None]]] = {
    Field.SUBJECT: lambda facts: frozenset((facts.principal.subject,)),
    Field.SOURCE: lambda facts: _one(facts.principal.source),
    Field.ISSUER: lambda facts: _one(facts.principal.issuer),
    Field.GROUPS: lambda facts: facts.principal.groups,
    Field.ROLES: lambda facts: facts.principal.roles,
    Field.SCOPES: lambda facts: facts.principal.scopes,
    Field.AGENT: lambda facts: _one(facts.principal.agent),
    Field.ORGANISATION: lambda facts: _one(facts.principal.organisation),
    Field.TEAM: lambda facts: _one(facts.principal.team),
    Field.NAMESPACE: lambda facts: _one(facts.namespace),
    Field.INTENT: lambda facts: facts.intents or None,
    Field.EVIDENCE: lambda facts: facts.evidence,
    Field.FINDINGS: lambda facts: facts.findings,
    Field.CALLED_TOOLS: lambda facts: facts.history.tools,
    Field.CALLED_INTENTS: lambda facts: facts.history.intents,
    Field.LABELS: lambda facts: facts.history.labels,
    Field.FLAGS: lambda facts: facts.standing.flags,
    Field.DRIFT: lambda facts: facts.standing.drift,
}
