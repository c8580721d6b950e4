"""One trail from two of the same scope, which were added to apart while their store could not be reached."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import fields, replace
from itertools import chain
from typing import Any, Final

from extproc.sessions import trail as module
from extproc.sessions.trail import CHAINED, FLAGGED, MAX_LABELS, Label, Trail

# The lists of a trail, and the most each may have, which a constant of its name says.
LISTS: Final[Mapping[str, int]] = {
    field.name: getattr(module, f"MAX_{field.name.upper()}") for field in fields(Trail) if field.default == ()
}
# What tells whether two parts of a list are about the same; where nothing is said, that they are equal.
_SAME: Final[Mapping[str, Callable[[Any], Hashable]]] = {
    "steps": lambda step: (step.call, step.tool),
    "items": lambda item: item.print,
}
# Which parts stay when there is not room for all: the last in this order. Where nothing is said, those added last.
_ORDER: Final[Mapping[str, Callable[[Any], Any]]] = {
    "steps": lambda step: step.at,
    "asks": lambda ask: (ask.score, ask.at),
}


def joined(one: Trail, other: Trail) -> Trail:
    """Return a trail with what either has: no label, step or fingerprint is lost but for the room there is.

    What both counted before they parted cannot be told from what each counted after, so counts are the larger of both.
    """
    earlier, later = sorted((one, other), key=lambda trail: trail.last_seen)
    begun = [trail.first_seen for trail in (one, other) if trail.calls or trail.results]
    lists: dict[str, Any] = {name: _union(getattr(earlier, name), getattr(later, name), name) for name in LISTS}
    return replace(
        later,
        first_seen=min(begun, default=later.first_seen),
        calls=max(one.calls, other.calls, len(lists["steps"])),
        refused=max(one.refused, other.refused),
        results=max(one.results, other.results),
        chains=max(one.chains, other.chains),
        intents={
            name: max(one.intents.get(name, 0), other.intents.get(name, 0)) for name in {**one.intents, **other.intents}
        },
        risk=max(one.risk_at(later.last_seen), other.risk_at(later.last_seen)),
        labels=_labels(earlier.labels, later.labels),
        **lists,
    )


def _union(earlier: Iterable[Any], later: Iterable[Any], name: str) -> tuple[Any, ...]:
    """Return the parts of both, each once: where both have one, that of the later trail, in its place."""
    same, order = _SAME.get(name), _ORDER.get(name)
    parts: dict[Hashable, Any] = {}
    for part in chain(earlier, later):
        key = same(part) if same is not None else part
        parts.pop(key, None)
        parts[key] = part
    found = list(parts.values()) if order is None else sorted(parts.values(), key=order)
    return tuple(found[-LISTS[name] :])


def _labels(earlier: Mapping[str, Label], later: Mapping[str, Label]) -> Mapping[str, Label]:
    labels = dict(earlier)
    for name, label in later.items():
        known = labels.pop(name, None)
        labels[name] = label._replace(first=known.first, times=max(known.times, label.times)) if known else label
    for name in [name for name in labels if name not in {FLAGGED, CHAINED}][: max(0, len(labels) - MAX_LABELS)]:
        del labels[name]
    return labels
