"""The variables of an expression, and their values for a question."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final, TypeAlias

from cel_expr_python import cel  # type: ignore[import-untyped]  # it has stubs, but does not say so (no py.typed)

from extproc.model.message import JsonValue
from extproc.policy.facts import Facts, Field, Topic, topic
from extproc.policy.question import Kind, Question

_TEXT: Final = cel.Type.STRING
_TEXTS: Final = cel.Type.List(cel.Type.STRING)
_JSON: Final = cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
_LISTS: Final = frozenset(
    {
        Field.GROUPS,
        Field.ROLES,
        Field.SCOPES,
        Field.EVIDENCE,
        Field.FINDINGS,
        Field.CALLED_TOOLS,
        Field.CALLED_INTENTS,
        Field.LABELS,
        Field.FLAGS,
        Field.DRIFT,
    }
)

# `namespace` is a reserved word of CEL (cel-spec, "Syntax"), though not after a dot.
NAMESPACE: Final = "sidecar.namespace"


def _name(field: Field) -> str:
    return NAMESPACE if field is Field.NAMESPACE else field.value


VARIABLES: Final[Mapping[str, cel.Type]] = {
    **dict.fromkeys(("kind", "direction", "server", "method", "tool", "prompt", "resource"), _TEXT),
    "methods": _TEXTS,
    **{_name(field): _TEXTS if field in _LISTS else _TEXT for field in Field},
    "principal.verified": cel.Type.BOOL,
    "score": cel.Type.DOUBLE,
    "session.calls": cel.Type.INT,
    "session.refused": cel.Type.INT,
    "session.counts": cel.Type.Map(cel.Type.STRING, cel.Type.INT),
    "session.risk": cel.Type.DOUBLE,
    "session.first_seen": cel.Type.TIMESTAMP,
    "tool.pinned": cel.Type.BOOL,
    "tool.first_seen": cel.Type.TIMESTAMP,
    "now": cel.Type.TIMESTAMP,
    **dict.fromkeys(("args", "params", "result"), _JSON),
}

TOPICS: Final[Mapping[str, Topic]] = {
    **{_name(field): topic(field) for field in Field},
    "principal.verified": Topic.PRINCIPAL,
    "score": Topic.INTENT,
    "session.calls": Topic.SESSION,
    **dict.fromkeys(("session.refused", "session.counts", "session.risk", "session.first_seen"), Topic.SESSION),
    **dict.fromkeys(("tool.pinned", "tool.first_seen"), Topic.DEFINITION),
    "now": Topic.TIME,
    **dict.fromkeys(("args", "params", "result"), Topic.CONTENT),
}

CONTENT: Final = frozenset(name for name, about in TOPICS.items() if about is Topic.CONTENT)


# How much content an expression is given: values, entries of one list, and characters in all. An expression that loops
# can look at a text as often as the budget of the engine allows, 10 000 times, and gets less of it.
_VALUES: Final = 2_000
_ENTRIES: Final = 1_000
WIDE: Final = 4 * 1024 * 1024
NARROW: Final = 64 * 1024

Data: TypeAlias = dict[str, object]


def data_of(question: Question) -> Data:
    """Return the values of all variables except those of the content; what is missing or open is left out."""
    aspect, facts = question.aspect, question.facts
    unknown = facts.open
    data: Data = {"kind": aspect.kind, "direction": aspect.direction, "server": aspect.server}
    if aspect.methods:
        # The methods that mean the same have one name here, the first of them; `compile_expression` refuses the others.
        data["method"], data["methods"] = min(aspect.methods), [*aspect.methods]
    for name, named in (("tool", aspect.tool), ("prompt", aspect.prompt), ("resource", aspect.resource)):
        if named is not None:
            data[name] = named
    for about, add in _ADDERS:
        if about not in unknown:
            add(data, facts)
    return data


def _add_principal(data: Data, facts: Facts) -> None:
    who = facts.principal
    data["principal.subject"], data["principal.verified"] = who.subject, who.verified
    for name, known in (
        ("principal.source", who.source),
        ("principal.issuer", who.issuer),
        ("principal.agent", who.agent),
        ("principal.organisation", who.organisation),
        ("principal.team", who.team),
    ):
        if known is not None:
            data[name] = known
    for name, several in (
        ("principal.groups", who.groups),
        ("principal.roles", who.roles),
        ("principal.scopes", who.scopes),
    ):
        if several is not None:
            data[name] = [*several]


def _add_namespace(data: Data, facts: Facts) -> None:
    if facts.namespace is not None:
        data[NAMESPACE] = facts.namespace


def _add_intent(data: Data, facts: Facts) -> None:
    data["evidence"] = [*facts.evidence]
    if len(facts.intents) == 1:
        data["intent"], data["score"] = next(iter(facts.intents)), facts.score


def _add_findings(data: Data, facts: Facts) -> None:
    data["findings"] = [*facts.findings]


def _add_session(data: Data, facts: Facts) -> None:
    history = facts.history
    data["session.calls"], data["session.refused"] = history.calls, history.refused
    data["session.tools"], data["session.intents"] = [*history.tools], [*history.intents]
    data["session.labels"], data["session.counts"] = [*history.labels], history.counts
    data["session.risk"] = history.risk
    if history.first_seen is not None:
        data["session.first_seen"] = datetime.fromtimestamp(history.first_seen, UTC)


def _add_definition(data: Data, facts: Facts) -> None:
    standing = facts.standing
    data["tool.pinned"], data["tool.flags"], data["tool.drift"] = (
        standing.pinned,
        [*standing.flags],
        [*standing.drift],
    )
    if standing.first_seen is not None:
        data["tool.first_seen"] = datetime.fromtimestamp(standing.first_seen, UTC)


def _add_time(data: Data, facts: Facts) -> None:
    data["now"] = datetime.fromtimestamp(facts.now, UTC)


_ADDERS: Final = (
    (Topic.PRINCIPAL, _add_principal),
    (Topic.NAMESPACE, _add_namespace),
    (Topic.INTENT, _add_intent),
    (Topic.FINDINGS, _add_findings),
    (Topic.SESSION, _add_session),
    (Topic.DEFINITION, _add_definition),
    (Topic.TIME, _add_time),
)


def content_of(question: Question, text: int) -> Data | None:
    """Return the values of `args`, `params` and `result` as far as they are known; `text` is the most characters.

    One that is out of bounds is left out, as if it were missing; None says that something was.
    """
    facts = question.facts
    content = facts.content
    if content is None or Topic.CONTENT in facts.open:
        return {}
    match question.aspect.kind:
        case Kind.RESPONSE:
            return {"result": content} if _fits(content, text) else None
        case Kind.REQUEST | Kind.NOTIFICATION:
            arguments = content.get("arguments", _NO_ARGUMENTS if _takes_arguments(question) else None)
            if not _fits(content, text):
                return None
            return {"params": content, "args": arguments} if isinstance(arguments, dict) else {"params": content}


def _takes_arguments(question: Question) -> bool:
    """Tell whether a message can have arguments; leaving them out is then the same as having none (2025-11-25)."""
    return question.aspect.tool is not None or question.aspect.prompt is not None


_NO_ARGUMENTS: Final[dict[str, JsonValue]] = {}


def _fits(content: Mapping[str, JsonValue], text: int) -> bool:
    """Tell whether a value is small enough. Whole numbers beyond 64 bit are an error of the engine's own."""
    values = _VALUES
    waiting: list[Iterable[JsonValue]] = [content.values()]
    while waiting:
        for value in waiting.pop():
            values -= 1
            if values < 0:
                return False
            if isinstance(value, str):
                text -= len(value)
                if text < 0:
                    return False
            elif isinstance(value, dict):
                text -= sum(map(len, value))
                waiting.append(value.values())
            elif isinstance(value, list):
                if len(value) > _ENTRIES:
                    return False
                waiting.append(value)
    return True
