"""Callers, times and pasts made up for a rule: such that its conditions on them hold."""

from dataclasses import replace
from typing import Final, TypeVar

from extproc.model.intent import Intent
from extproc.model.message import Direction
from extproc.model.principal import ANONYMOUS, Principal
from extproc.model.standing import NEVER_SEEN, Flag, Standing
from extproc.pipeline.context import Context
from extproc.policy.conditions import AnyOf, CallsOver, Like, RefusedOver, RiskOver, Verified
from extproc.policy.facts import Facts, Field, History
from extproc.policy.question import Aspect, Kind, Question, Truth
from extproc.policy.rules import Layer, LayerKind, Rule
from extproc.policy.window import Window
from extproc.rehearsal.situation import Situation

NOON: Final = 1_767_787_200.0  # 2026-01-07 12:00 UTC, a Wednesday
_HALF_HOUR: Final = 1800.0
_DAYS: Final = 15
_SUBJECT: Final = "somebody"
_NOTHING: Final = Aspect(
    kind=Kind.REQUEST, direction=Direction.CLIENT_TO_SERVER, server="", methods=frozenset({"ping"})
)
_Item = TypeVar("_Item")


def context(server: str, *, principal: Principal = ANONYMOUS, now: float = NOON) -> Context:
    """Return where a client's request to a server stands."""
    return Context(direction=Direction.CLIENT_TO_SERVER, server=server, principal=principal, now=now)


def context_of(rule: Rule, layer: Layer) -> Context | None:
    """Return surroundings in which a rule could match; None when no time of the next weeks is in its windows."""
    principal, agents = principal_of(rule), layer.scope if layer.kind is LayerKind.AGENT else None
    if agents is not None:
        principal = replace(principal or Principal(subject=_SUBJECT, source="given"), agent=sample(agents.patterns[0]))
    namespaces = layer.scope if layer.kind is LayerKind.NAMESPACE else None
    for like in conditions_of(rule, Like):
        namespaces = like.globs if like.field is Field.NAMESPACE else namespaces
    now = _time(rule)
    if now is None:
        return None
    return Context(
        direction=Direction.CLIENT_TO_SERVER,
        server="default",
        principal=principal or ANONYMOUS,
        session="sample" if _history(rule) != History() else None,
        namespace=sample(namespaces.patterns[0]) if namespaces is not None else None,
        history=_history(rule),
        standing=_standing(rule),
        now=now,
    )


def principal_of(rule: Rule) -> Principal | None:
    """Make up the principal that a rule asks for; None for one who must be, or may be, anonymous."""
    made: dict[str, str | frozenset[str] | None] = {}
    for one in conditions_of(rule, AnyOf):
        if one.field in {Field.GROUPS, Field.ROLES, Field.SCOPES}:
            made[one.field.removeprefix("principal.")] = frozenset(sorted(one.allowed)[:1])
        elif one.field is Field.SOURCE:
            made["source"] = min(one.allowed)
    for like in conditions_of(rule, Like):
        if like.field.startswith("principal."):
            made[like.field.removeprefix("principal.")] = sample(like.globs.patterns[0], _SUBJECT)
    verified = [one.expected for one in conditions_of(rule, Verified)]
    if False in verified or (not made and True not in verified):
        return None
    if rule.obligations.scopes:
        made["scopes"] = rule.obligations.scopes | frozenset(made.get("scopes") or ())
    filled = {"subject": _SUBJECT, "source": "given", "groups": frozenset(), "roles": frozenset(), **made}
    return Principal(**filled)  # type: ignore[arg-type]  # each member has the type of its field


def _history(rule: Rule) -> History:
    past = History()
    for one in rule.conditions:
        match one:
            case CallsOver(number=number):
                past = replace(past, calls=number + 1)
            case RefusedOver(number=number):
                past = replace(past, refused=number + 1, calls=max(past.calls, number + 1))
            case Like(field=Field.CALLED_TOOLS, globs=globs):
                past = replace(past, tools=frozenset({sample(globs.patterns[0])}), calls=max(past.calls, 1))
            case AnyOf(field=Field.CALLED_INTENTS, allowed=allowed):
                past = replace(past, intents=frozenset({Intent(min(allowed))}), calls=max(past.calls, 1))
            case Like(field=Field.LABELS, globs=globs):
                past = replace(past, labels=past.labels | {sample(globs.patterns[0])}, calls=max(past.calls, 1))
            case RiskOver(number=number):
                past = replace(past, risk=(number + 1) / 2, calls=max(past.calls, 1))
            case _:
                pass
    return past


def _standing(rule: Rule) -> Standing:
    flags = [Flag(min(one.allowed)) for one in conditions_of(rule, AnyOf) if one.field is Field.FLAGS]
    return Standing(flags=frozenset(flags)) if flags else NEVER_SEEN


def _time(rule: Rule) -> float | None:
    """Return a moment that is in the windows of a rule, if two weeks have one; None when none has."""
    windows = conditions_of(rule, Window)
    begin = max((_midnight(window) for window in windows if window.first is not None), default=NOON)
    for step in range(_DAYS * 48):
        now = begin + step * _HALF_HOUR
        question = Question(aspect=_NOTHING, facts=Facts(now=now))
        if all(window.test(question) is Truth.TRUE for window in windows):
            return now
    return None


def _midnight(window: Window) -> float:
    first = window.first
    return NOON if first is None else (first.toordinal() - 719_163) * 86_400.0  # 1970-01-01 is day 719,163


def anonymous(situation: Situation) -> Situation:
    """Return the same message from somebody whom nothing vouches for."""
    return replace(situation, context=replace(situation.context, principal=ANONYMOUS))


def sample(pattern: str, star: str = "x") -> str:
    """Return a name that fits a glob."""
    return pattern.replace("*", star).replace("?", "x")


def conditions_of(rule: Rule, kind: type[_Item]) -> list[_Item]:
    """Return the conditions of one kind."""
    return [one for one in rule.conditions if isinstance(one, kind)]
