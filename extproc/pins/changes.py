"""What changed between two definitions, in words, and how much more the tool could do to its user."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from math import prod
from typing import Final

from extproc.classify.profile import ToolProfile, profile_of
from extproc.model.intent import RANK, Intent
from extproc.model.message import JsonObject, JsonValue
from extproc.model.value import value
from extproc.pins.canonical import canonical_text, folded
from extproc.pins.change import Change, ChangeKind, changed
from extproc.pins.schemas import schema_changes, text_changes
from extproc.pins.showing import printable, shown

_MOST: Final = 200
_TEXTS: Final = ("title", "description", "instructions")
_SCHEMAS: Final = ("inputSchema", "outputSchema")
# What each hint promises, and what holds where it is not given (2025-03-26 and later, `ToolAnnotations`).
_PROMISES: Final = {
    "readOnlyHint": (True, False),
    "destructiveHint": (False, True),
    "idempotentHint": (True, False),
    "openWorldHint": (False, True),
}
# URLs of any kind, mail addresses, hosts with a leading www and IPv4 addresses.
_DESTINATION: Final = re.compile(
    r"\b[a-z][a-z0-9+.-]{1,16}://([^\s/?#\"'<>\\)\]}]{1,255})"
    r"|((?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+)"
    r"|\b(www\.[\w-]{1,63}(?:\.[\w-]{1,63})+)"
    r"|\b((?:[0-9]{1,3}\.){3}[0-9]{1,3})\b",
    re.IGNORECASE,
)
# Where the dialect of a schema is named, nothing is sent.
_NOWHERE: Final = frozenset({"json-schema.org", "www.json-schema.org"})
# Looked at in one definition; one is larger only when somebody fills it.
_LONGEST: Final = 256 * 1024


@value
class Changes:
    """All changes, the riskiest first; `complete` is False when there are more of them.

    `risk` is the capability risk that they add, of 0 to 1: 0 when nothing became less safe.
    """

    changes: tuple[Change, ...]
    risk: float
    complete: bool = True


def changes_between(
    old: Mapping[str, JsonValue], new: Mapping[str, JsonValue], *, poisoning: tuple[float, float] | None = None
) -> Changes:
    """Return what changed between two definitions; cosmetic changes are none.

    `poisoning` are the scores of the two as instructions to a model, where the caller has them.
    """
    before, after = folded(old), folded(new)
    found = [*islice(_changes(before, after), _MOST + 1)]
    complete = len(found) <= _MOST
    found = [*found[:_MOST], *_of_the_whole(before, after)]
    if poisoning is not None and poisoning[1] > poisoning[0]:
        scores = (f"{poisoning[0]:.2f}", f"{poisoning[1]:.2f}")
        risk = min(poisoning[1] - poisoning[0], 1.0)
        found.append(Change(kind=ChangeKind.POISONING_RAISED, where="", before=scores[0], after=scores[1], risk=risk))
    found.sort(key=lambda change: -change.risk)
    return Changes(changes=tuple(found), risk=1.0 - prod(1.0 - change.risk for change in found), complete=complete)


def _changes(old: JsonObject, new: JsonObject) -> Iterator[Change]:
    for name in sorted(old.keys() | new.keys()):
        if name in old and name in new and canonical_text(old[name]) == canonical_text(new[name]):
            continue
        count = 0
        for change in _member(name, old, new):
            count += 1
            yield change
        if not count:  # it differs in a way that has no name
            yield changed(ChangeKind.MEMBER, name, _shown(old, name), _shown(new, name))


def _member(name: str, old: JsonObject, new: JsonObject) -> Iterator[Change]:
    before, after = old.get(name), new.get(name)
    if name in _TEXTS:
        yield from text_changes(old, new, "", (name,))
    elif name in _SCHEMAS and isinstance(before, dict) and isinstance(after, dict):
        yield from schema_changes(before, after, name)
    elif name in _SCHEMAS:
        yield changed(ChangeKind.SCHEMA, name, _shown(old, name), _shown(new, name))
    elif name == "annotations":
        yield from _annotations(before, after)
    elif name == "name":
        yield changed(ChangeKind.NAME, name, _shown(old, name), _shown(new, name))


def _annotations(old: JsonValue, new: JsonValue) -> Iterator[Change]:
    before = old if isinstance(old, dict) else {}
    after = new if isinstance(new, dict) else {}
    yield from text_changes(before, after, "annotations", ("title",))
    for name in sorted((before.keys() | after.keys()) - {"title"}):
        if name in before and name in after and canonical_text(before[name]) == canonical_text(after[name]):
            continue
        told, told_now = _shown(before, name), _shown(after, name)
        place = f"annotations.{name}"
        if name not in _PROMISES:
            yield changed(ChangeKind.MEMBER, place, told, told_now)
            continue
        safe, default = _PROMISES[name]
        was, is_now = before.get(name, default) is safe, after.get(name, default) is safe
        if was == is_now:
            yield changed(ChangeKind.MEMBER, place, told, told_now)
        else:
            kind = ChangeKind.ANNOTATION_WEAKENED if was else ChangeKind.ANNOTATION_REASSURING
            yield changed(kind, place, told, told_now)


def _of_the_whole(old: JsonObject, new: JsonObject) -> Iterator[Change]:
    """Return where the tool could now reach, and what it could now do."""
    before, after = _destinations(old), _destinations(new)
    yield from (changed(ChangeKind.DESTINATION_ADDED, "", None, one) for one in sorted(after - before)[:_MOST])
    yield from (changed(ChangeKind.DESTINATION_REMOVED, "", one, None) for one in sorted(before - after)[:_MOST])
    was, is_now = _worst(profile_of(old)), _worst(profile_of(new))
    if RANK[is_now] > RANK[was] and "instructions" not in new:
        yield changed(ChangeKind.INTENT_RAISED, "", was.value, is_now.value)


def _destinations(definition: JsonObject) -> frozenset[str]:
    found: set[str] = set()
    for text in _strings(definition):
        for match in _DESTINATION.finditer(text):
            found.add(printable(next(filter(None, match.groups())).rstrip(".,;:").casefold()))
    return frozenset(found - _NOWHERE)


def _strings(definition: JsonObject) -> Iterator[str]:
    """Return the strings of a definition, names of members among them, as far as they are looked at."""
    size = 0
    waiting: list[JsonValue] = [definition]
    while waiting and size < _LONGEST:
        match waiting.pop():
            case str(text):
                size += len(text)
                yield text[:_LONGEST]
            case dict(members):
                waiting += [*members.keys(), *members.values()]
            case list(values):
                waiting += values
            case _:
                pass


def _worst(profile: ToolProfile) -> Intent:
    """Return the worst class that any call could have as far as the definition tells."""
    told = (each.intent for each in (*profile.base, *profile.open))
    return max((profile.floor, *told), key=RANK.__getitem__)


def _shown(members: JsonObject, name: str) -> str | None:
    return shown(members[name]) if name in members else None


def risk_reasons(changes: Changes) -> Mapping[str, float]:
    """Return, for each kind of change that adds risk, how much all of that kind add."""
    kinds = dict.fromkeys(change.kind for change in changes.changes if change.risk > 0)
    return {
        kind.value: 1.0 - prod(1.0 - change.risk for change in changes.changes if change.kind is kind) for kind in kinds
    }
