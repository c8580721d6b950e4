"""What a new policy would decide otherwise than an old one, on messages that are given."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from extproc.mcp.pointer import format_pointer
from extproc.model.decision import Outcome
from extproc.model.message import JsonObject, JsonValue
from extproc.pipeline.inspection import Inspection
from extproc.pipeline.search import Detection
from extproc.policy.obligations import Obligations, treats_less
from extproc.policy.rules import Policy
from extproc.rehearsal.lines import LineError
from extproc.rehearsal.replay import Replay

_STRICTNESS: Final = {Outcome.ALLOW: 0, Outcome.MUTATE: 0, Outcome.HOLD: 1, Outcome.DENY: 2}
_EXAMPLES: Final = 3


@dataclass(frozen=True, slots=True)
class Side:
    """What one policy decides, so far as two can differ in it."""

    outcome: str
    rules: tuple[str, ...]

    def __str__(self) -> str:
        """Write it for people."""
        return f"{self.outcome} by {', '.join(self.rules) or 'the default'}"


@dataclass(slots=True)
class Group:
    """Messages that are decided otherwise in the same way. `examples` are the lines of the first ones."""

    old: Side
    new: Side
    looser: bool
    differences: tuple[str, ...]
    count: int = 0
    examples: list[tuple[int, JsonValue]] = field(default_factory=list)


@dataclass(slots=True)
class Comparison:
    """All that differs; `unread` are the numbers of lines that are no input."""

    messages: int = 0
    unread: list[int] = field(default_factory=list)
    groups: dict[tuple[Side, Side, tuple[str, ...]], Group] = field(default_factory=dict)

    @property
    def looser(self) -> bool:
        """Tell whether the new policy lets anything through that the old one did not."""
        return any(group.looser for group in self.groups.values())


def compare(
    old: Policy, new: Policy, lines: Iterable[tuple[int, JsonObject | None]], detection: Detection | None = None
) -> Comparison:
    """Judge every line by both; a line that could not be read is None."""
    found = Comparison()
    before, after = (Replay(policy, detection, assume=True) for policy in (old, new))
    for number, line in lines:
        try:
            one, other = (None, None) if line is None else (before.judge(line), after.judge(line))
        except LineError:
            one = other = None
        if line is None or one is None or other is None:
            found.unread.append(number)
            continue
        found.messages += 1
        if isinstance(one, Inspection) and isinstance(other, Inspection):
            _note(found, one, other, number, line.get("id"))
    return found


def _note(found: Comparison, one: Inspection, other: Inspection, number: int, identifier: JsonValue) -> None:
    differences, looser = _differences(one, other)
    if not differences:
        return
    old, new = _side(one), _side(other)
    group = found.groups.setdefault((old, new, differences), Group(old, new, looser, differences))
    group.count += 1
    if len(group.examples) < _EXAMPLES:
        group.examples.append((number, identifier))


def _side(inspection: Inspection) -> Side:
    return Side(inspection.decision.outcome.value, tuple(sorted(inspection.decision.determining)))


def _differences(one: Inspection, other: Inspection) -> tuple[tuple[str, ...], bool]:
    """Return what differs in words, and whether any of it is looser than before."""
    before, after = _STRICTNESS[one.decision.outcome], _STRICTNESS[other.decision.outcome]
    found = [("stricter" if after > before else "looser", after < before)] if after != before else []
    old_edits, new_edits = _edits(one), _edits(other)
    if lost := sorted(old_edits.keys() - new_edits.keys()):
        found.append((f"no longer edited: {', '.join(lost)}", True))
    if gained := sorted(new_edits.keys() - old_edits.keys()):
        found.append((f"newly edited: {', '.join(gained)}", False))
    if changed := sorted(name for name in old_edits.keys() & new_edits.keys() if old_edits[name] != new_edits[name]):
        found.append((f"edited otherwise: {', '.join(changed)}", False))
    found.extend(_obligations(one.obligations, other.obligations))
    return tuple(words for words, _ in found), any(looser for _, looser in found)


def _edits(inspection: Inspection) -> dict[str, object]:
    return {format_pointer(edit.pointer): (edit.remove, edit.replacement) for edit in inspection.decision.edits}


def _obligations(old: Obligations, new: Obligations) -> list[tuple[str, bool]]:
    """Compare what is to be done beside the effect. Fewer limits and more approvers are looser."""
    found: list[tuple[str, bool]] = []
    if old.forward_token is not new.forward_token:
        found.append(("the token is forwarded" if new.forward_token else "the token stays here", new.forward_token))
    if old.warn is not new.warn:
        found.append(("the reader is warned" if new.warn else "the reader is not warned", old.warn))
    if old.response_bytes != new.response_bytes:
        wider = new.response_bytes is None or (
            old.response_bytes is not None and new.response_bytes > old.response_bytes
        )
        found.append((f"response cap {old.response_bytes or 'none'} becomes {new.response_bytes or 'none'}", wider))
    if old.approvals != new.approvals:
        # Of every group of approvers somebody must approve: one that has no part of it left is dropped, or widened.
        wider = any(not any(now <= was for now in new.approvals) for was in old.approvals)
        found.append((f"approval by {_words(old.approval)} becomes {_words(new.approval)}", wider))
    for name, was, now in (
        ("rate limits", old.rate_limits, new.rate_limits),
        ("scopes", old.scopes, new.scopes),
        ("notify", old.notify, new.notify),
    ):
        if was != now:
            found.append((f"{name} {_words(was)} becomes {_words(now)}", bool(was - now)))
    if old.treatments != new.treatments:
        found.append(("what is found is treated otherwise", treats_less(old, new)))
    if old.restorations != new.restorations:
        found.append(("values are given back otherwise", not set(new.restorations) <= set(old.restorations)))
    if old.record is not new.record or old.log is not new.log:
        found.append(("logged or recorded otherwise", False))
    return found


def _words(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "none"
