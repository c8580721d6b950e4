"""The tests that stand in a policy file: a situation, what is expected of it, and what came instead, in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from extproc.mcp.pointer import format_pointer
from extproc.model.decision import Edit, Outcome
from extproc.model.intent import Intent
from extproc.model.message import JsonValue
from extproc.pipeline.inspection import Inspection, Shadow
from extproc.pipeline.search import Detection
from extproc.policy.obligations import LogLevel
from extproc.policy.rules import Policy
from extproc.rehearsal.situation import Situation, judge

REMOVED: Final = object()  # an expected edit takes the value away


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a case expects; what is None is not looked at. `edits` has a value or REMOVED for each pointer."""

    outcome: Outcome
    rules: frozenset[str] | None = None
    edits: Mapping[str, object] | None = None
    shadow: tuple[Outcome, frozenset[str] | None] | None = None
    intent: Intent | None = None
    missing_scopes: frozenset[str] | None = None
    log: LogLevel | None = None
    notify: frozenset[str] | None = None
    record: bool | None = None
    rate_limits: frozenset[str] | None = None
    approval: frozenset[str] | None = None
    response_bytes: int | None = None
    forward_token: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test of a policy file."""

    name: str
    situation: Situation
    expected: Expected


def differences(case: Case, policy: Policy, detection: Detection | None = None) -> tuple[str, ...]:
    """Judge a case; return what differs from what it expects, in words, or nothing."""
    return tuple(_differences(case.expected, judge(case.situation, policy, detection)))


def _differences(expected: Expected, got: Inspection) -> Iterator[str]:
    decision = got.decision
    if decision.outcome is not expected.outcome:
        yield f"expected outcome {expected.outcome}, got {decision.outcome} by {_listed(decision.determining)}"
    elif expected.rules is not None and frozenset(decision.determining) != expected.rules:
        yield f"expected it to be decided by {_listed(expected.rules)}, got {_listed(decision.determining)}"
    if expected.edits is not None:
        yield from _edits(expected.edits, decision.edits)
    if expected.shadow is not None:
        yield from _shadow(*expected.shadow, got.shadow)
    if expected.intent is not None:
        intent = got.classification.intent if got.classification else None
        if intent is not expected.intent:
            yield f"expected intent {expected.intent}, got {intent or 'none'}"
    yield from _obligations(expected, got)


def _obligations(expected: Expected, got: Inspection) -> Iterator[str]:
    met = got.obligations
    sets = (
        ("notify", expected.notify, met.notify),
        ("rate_limits", expected.rate_limits, met.rate_limits),
        ("approval", expected.approval, met.approval),
        ("missing_scopes", expected.missing_scopes, got.missing_scopes),
    )
    for name, wanted, words in sets:
        if wanted is not None and wanted != words:
            yield f"expected {name} {_listed(wanted, 'none')}, got {_listed(words, 'none')}"
    singles: tuple[tuple[str, object, object], ...] = (
        ("log", expected.log, met.log),
        ("record", expected.record, met.record),
        ("max_response_bytes", expected.response_bytes, met.response_bytes),
        ("forward_token", expected.forward_token, met.forward_token),
    )
    for name, one, found in singles:
        if one is not None and one != found:
            yield f"expected {name} {one}, got {found}"


def _edits(expected: Mapping[str, object], got: tuple[Edit, ...]) -> Iterator[str]:
    found: dict[str, object] = {
        format_pointer(edit.pointer): REMOVED if edit.remove else edit.replacement for edit in got
    }
    for pointer in sorted(expected.keys() | found.keys()):
        if pointer not in found:
            yield f"expected an edit at {pointer}, got none"
        elif pointer not in expected:
            yield f"got an edit at {pointer} that was not expected"
        elif not _same(expected[pointer], found[pointer]):
            yield f"expected another value at {pointer} than the one it got"


def _same(one: JsonValue | object, other: JsonValue | object) -> bool:
    """Compare JSON values; true is not 1."""
    return one == other and isinstance(one, bool) is isinstance(other, bool)


def _shadow(outcome: Outcome, rules: frozenset[str] | None, got: Shadow | None) -> Iterator[str]:
    if got is None:
        yield f"expected {outcome} in shadow, got no shadow decision: no rule in shadow matched"
    elif got.outcome is not outcome:
        yield f"expected {outcome} in shadow, got {got.outcome} by {_listed(got.determining)}"
    elif rules is not None and frozenset(got.determining) != rules:
        yield f"expected it to be decided in shadow by {_listed(rules)}, got {_listed(got.determining)}"


def _listed(words: tuple[str, ...] | frozenset[str], empty: str = "the default") -> str:
    return ", ".join(sorted(words)) or empty
