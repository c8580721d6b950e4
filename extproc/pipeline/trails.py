"""Messages and trails: what a call completes of what came before, and what is written down of calls and results."""

from collections.abc import Callable, Mapping
from typing import Final

from extproc.model.decision import Effect
from extproc.model.finding import Category, Finding
from extproc.model.intent import Classification, Intent
from extproc.model.message import JsonValue, Message, Notification, Request, Response
from extproc.pipeline.context import Context
from extproc.pipeline.inspection import Inspection
from extproc.pipeline.threats import Threats
from extproc.policy.facts import NO_HISTORY, History
from extproc.sessions.correlator import Reading
from extproc.sessions.steps import CallStep, Chain, ResultStep
from extproc.sessions.trail import EMPTY, Mark, Step, Trail, name_of, with_step

_ARGUMENTS: Final = ("params", "arguments")
_NO_ARGUMENTS: Final[Mapping[str, JsonValue]] = {}
# What brings content of somebody else; lists and the lifecycle do not.
_BRINGS: Final = frozenset({"tools/call", "resources/read", "prompts/get", "tasks/result", "tasks/get"})
_INTENTS: Final = frozenset(intent.value for intent in Intent)


def reading_of(
    message: Message,
    context: Context,
    classification: Classification | None,
    findings: tuple[Finding, ...],
    threats: Threats | None,
) -> Reading | None:
    """Return a call as its correlation reads it; None for what is no call, and where nothing is correlated."""
    if threats is None or context.trail is None:
        return None
    step = _step(message, context, classification, findings)
    return None if step is None else threats.correlator.read(step)


def chains_of(reading: Reading, context: Context, threats: Threats) -> tuple[Chain, ...]:
    """Return the chains that a call would complete."""
    return threats.correlator.judge(context.trail or EMPTY, reading, now=context.now)


def as_findings(chains: tuple[Chain, ...]) -> tuple[Finding, ...]:
    """Return chains as findings at the arguments that carry them."""
    return tuple(
        Finding(
            category=Category.CHAIN,
            entity=one.id,
            detector=one.id,
            pointer=(*_ARGUMENTS, *one.pointer),
            start=0,
            end=0,
            score=one.score,
        )
        for one in chains
    )


def history_of(trail: Trail, now: float) -> History:
    """Return what rules can ask about a trail."""
    if not trail.calls and not trail.results:
        return NO_HISTORY
    counts = {**trail.intents, "calls": trail.calls, "refused": trail.refused, "results": trail.results}
    counts |= {"chains": trail.chains, **{name: label.times for name, label in trail.labels.items()}}
    return History(
        calls=trail.calls,
        refused=trail.refused,
        tools=frozenset(trail.tools),
        intents=frozenset(Intent(intent) for intent in trail.intents if intent in _INTENTS),
        labels=frozenset(trail.labels),
        counts=counts,
        risk=trail.risk_at(now),
        first_seen=trail.first_seen,
    )


def change_of(inspection: Inspection, decision_id: str, threats: Threats | None) -> Callable[[Trail], Trail] | None:
    """Return what a judged message adds to the trail of its scope; None when it adds nothing."""
    message, context = inspection.message, inspection.context
    reading, chains = inspection.found.reading, inspection.found.chains
    refused = inspection.decision.effect is not Effect.ALLOW
    if reading is None or threats is None:
        step = _step(message, context, inspection.classification, inspection.found.findings)
        if step is not None:
            return _counted(step, decision_id, context.now, refused=refused)
    else:
        correlator = threats.correlator
        return lambda trail: correlator.with_call(
            trail, reading, refused=refused, decision_id=decision_id, now=context.now, chains=chains
        )
    result = None if threats is None or refused else _result(inspection, threats)
    if threats is None or result is None:
        return None
    correlator = threats.correlator
    return lambda trail: correlator.with_result(trail, result, context.now)


def _counted(step: CallStep, decision_id: str, now: float, *, refused: bool) -> Callable[[Trail], Trail]:
    """Count a call where nothing is searched, and nothing is known of it but its name and its class."""
    intent = step.classification.intent.value if step.classification is not None else ""
    marks = Mark.REFUSED if refused else 0
    made = Step(decision_id, name_of(step.server), name_of(step.tool), intent, "", now, marks, 0, 0)
    return lambda trail: with_step(trail, made)


def _step(
    message: Message, context: Context, classification: Classification | None, findings: tuple[Finding, ...]
) -> CallStep | None:
    match message:
        case Request(method="tools/call", params=params) | Notification(method="tools/call", params=params):
            name, arguments = params.get("name"), params.get("arguments")
        case _:
            return None
    if not isinstance(name, str):
        return None
    return CallStep(
        server=context.server,
        tool=name,
        arguments=arguments if isinstance(arguments, dict) else _NO_ARGUMENTS,
        classification=classification,
        findings=findings,
    )


def _result(inspection: Inspection, threats: Threats) -> ResultStep | None:
    message, context, found = inspection.message, inspection.context, inspection.found
    call = context.call
    if not isinstance(message, Response) or call is None or call.method not in _BRINGS:
        return None
    return ResultStep(
        server=context.server,
        tool=call.tool or call.method,
        decision_id=call.decision_id,
        texts=tuple((pointer, text) for pointer, text, in_key in found.strings if not in_key),
        findings=found.findings,
        passages=found.passages,
        untrusted=context.server not in threats.trusted,
    )
