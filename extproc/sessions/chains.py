"""Chain rules: what must be true of a call, and of the trail before it, for the call to complete a chain."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from extproc.model.intent import Intent
from extproc.model.value import value
from extproc.sessions.flows import PLAIN, Flow
from extproc.sessions.kinds import Kind, mask_of
from extproc.sessions.sinks import Reach, Sink
from extproc.sessions.steps import Chain, Pointer
from extproc.sessions.trail import Mark, Step, Trail
from extproc.sessions.uptake import Uptake

# Calls of a chain that a finding names.
MAX_CALLS: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """What one step of a growth is like. `power` asks for a call that hands out rights."""

    intents: frozenset[Intent] = frozenset()
    sinks: frozenset[Kind] = frozenset()
    power: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many calls are too many: the `same` call, those of one `tool`, or its calls to many places (`where`).

    `sensitive` is the share of them whose results held sensitive data.
    """

    of: str
    at_least: int
    sensitive: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Conditions that hold together, and how sure it is then. What is not asked for holds.

    `takes_up` is the least certainty that the call takes up an instruction, `follows` the least score of a result's
    instruction before it; with `agrees` that instruction speaks of such a call. `used` and `asked` say which of the
    flows count (see `Flow`), `elsewhere` that they must come from another server. `seconds` and `calls` bound how far
    back the trail is looked at.
    """

    why: str
    score: float
    sinks: frozenset[Kind] = frozenset()
    intents: frozenset[Intent] = frozenset()
    reach: Reach = Reach.NONE
    effect: bool = False
    takes_up: float = 0.0
    follows: float = 0.0
    agrees: bool = False
    labels: frozenset[str] = frozenset()
    carries: frozenset[str] = frozenset()
    written: frozenset[str] = frozenset({PLAIN})
    elsewhere: bool = False
    used: bool | None = None
    asked: bool | None = None
    grows: tuple[Pattern, ...] = ()
    count: Count | None = None
    seconds: float = 3600.0
    calls: int = 96


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A chain: its id, which is the entity of its findings, and the cases of it."""

    id: str
    title: str
    severity: str
    cases: tuple[Case, ...] = field(default=())


@value
class Situation:
    """A call before it goes on, and what is known of it and of what came before."""

    trail: Trail
    server: str
    tool: str
    intent: Intent
    same: int
    where: int
    sink: Sink
    uptake: Uptake | None
    flows: tuple[Flow, ...]
    now: float


# The calls that a condition rests on, and the argument; None when it does not hold.
_Held: TypeAlias = tuple[tuple[str, ...], Pointer] | None
_NOTHING: Final = ((), ())


def chains_of(rules: Sequence[Rule], situation: Situation) -> tuple[Chain, ...]:
    """Return the chains that a call completes, for each rule the surest of its cases."""
    found = []
    for rule in rules:
        chains = [chain for case in rule.cases if (chain := _chain(rule, case, situation)) is not None]
        if chains:
            found.append(max(chains, key=lambda chain: chain.score))
    return tuple(found)


def _chain(rule: Rule, case: Case, situation: Situation) -> Chain | None:
    if not _fits(case, situation):
        return None
    calls: dict[str, None] = {}
    pointer: Pointer = ()
    for condition in _CONDITIONS:
        held = condition(case, situation)
        if held is None:
            return None
        calls.update(dict.fromkeys(held[0]))
        pointer = pointer or held[1]
    order = {step.call: at for at, step in enumerate(situation.trail.steps)}
    ordered = sorted((call for call in calls if call), key=lambda call: order.get(call, -1))
    return Chain(
        id=rule.id,
        severity=rule.severity,
        calls=tuple(ordered[-MAX_CALLS:]),
        reason=case.why,
        pointer=pointer,
        score=case.score,
    )


def _fits(case: Case, situation: Situation) -> bool:
    """Tell whether the call alone is such as the case asks for."""
    sink = situation.sink
    return (
        not (case.sinks and sink.kinds.isdisjoint(case.sinks))
        and not (case.intents and situation.intent not in case.intents)
        and sink.reach >= case.reach
        and not (case.effect and (situation.intent is Intent.READ or not sink.kinds))
    )


def _takes_up(case: Case, situation: Situation) -> _Held:
    if not case.takes_up:
        return _NOTHING
    uptake = situation.uptake
    return ((uptake.call,), uptake.pointer) if uptake is not None and uptake.score >= case.takes_up else None


def _carries(case: Case, situation: Situation) -> _Held:
    if not case.carries:
        return _NOTHING
    for flow in situation.flows:
        if (
            flow.category in case.carries
            and flow.how in case.written
            and not (case.elsewhere and flow.server == situation.server)
            and case.used in {None, flow.used}
            and case.asked in {None, flow.asked}
        ):
            return flow.calls, flow.pointer
    return None


def _recent(case: Case, situation: Situation) -> tuple[Step, ...]:
    since = situation.now - case.seconds
    return tuple(step for step in situation.trail.steps[-case.calls :] if step.at >= since)


def _follows(case: Case, situation: Situation) -> _Held:
    if not case.follows:
        return _NOTHING
    kinds = mask_of(situation.sink.kinds)
    near = {step.call for step in _recent(case, situation)}
    for ask in reversed(situation.trail.asks):
        if ask.score >= case.follows and ask.call in near and (not case.agrees or ask.kinds & kinds):
            return (ask.call,), ()
    return None


def _labelled(case: Case, situation: Situation) -> _Held:
    calls = []
    for name in sorted(case.labels):
        label = situation.trail.labels.get(name)
        if label is None or situation.now - label.at > case.seconds:
            return None
        calls.append(label.last)
    return tuple(calls), ()


def _grows(case: Case, situation: Situation) -> _Held:
    """Look for the steps in their order, the call itself as the last one."""
    if not case.grows:
        return _NOTHING
    *before, last = case.grows
    if not _like(last, situation.intent, situation.sink.main, power=situation.sink.power):
        return None
    calls = []
    steps = iter(_recent(case, situation))
    for pattern in before:
        for step in steps:
            if _was_like(pattern, step):
                calls.append(step.call)
                break
        else:
            return None
    return tuple(calls), ()


def _was_like(pattern: Pattern, step: Step) -> bool:
    if not step.intent or step.marks & Mark.REFUSED:
        return False
    kind = Kind(step.kind) if step.kind else None
    return _like(pattern, Intent(step.intent), kind, power=bool(step.marks & Mark.POWER))


def _like(pattern: Pattern, intent: Intent, kind: Kind | None, *, power: bool) -> bool:
    return (
        (not pattern.intents or intent in pattern.intents)
        and (not pattern.sinks or kind in pattern.sinks)
        and (power or not pattern.power)
    )


def _counted(case: Case, situation: Situation) -> _Held:
    count = case.count
    if count is None:
        return _NOTHING
    steps = [
        step for step in _recent(case, situation) if step.tool == situation.tool and step.server == situation.server
    ]
    match count.of:
        case "same":
            steps = [step for step in steps if step.same == situation.same]
            reached = len(steps) + 1
        case "where":
            steps = [step for step in steps if step.where and not step.marks & Mark.REFUSED]
            reached = len({step.where for step in steps} | {situation.where}) if situation.where else 0
        case _:
            reached = len({step.same for step in steps} | {situation.same})
    sensitive = sum(bool(step.marks & Mark.SENSITIVE) for step in steps)
    if reached < count.at_least or sensitive < count.sensitive * len(steps):
        return None
    return tuple(step.call for step in steps), ()


# Those that look through the whole trail come last.
_CONDITIONS: Final = (_takes_up, _carries, _labelled, _follows, _grows, _counted)
