"""What becomes of a pin when a definition is listed or an operator decides, and what may be told of its tool."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from functools import lru_cache
from typing import Final

from extproc.model.message import JsonValue
from extproc.model.value import value
from extproc.pins.canonical import canonical_text, definition_of, digest_of, folded, version_of
from extproc.pins.lock import Locked
from extproc.pins.pin import Pin, PinMode, PinStatus, Version

FIRST_USE: Final = "first use"
THE_LOCKFILE: Final = "lockfile"
# What is said to have changed where the approved text was not kept.
WHOLE: Final = ("definition",)


class ToolFlag(StrEnum):
    """What stands against a tool.

    `unpinned`: no version of it was ever approved; `pending`: it waits for a decision; `drifted`: it is not what was
    approved; `rejected`: an operator rejected it; `renamed`: it is a pinned tool under a new name; `missing_from_lock`:
    the lockfile does not know it.
    """

    UNPINNED = "unpinned"
    PENDING = "pending"
    DRIFTED = "drifted"
    REJECTED = "rejected"
    RENAMED = "renamed"
    MISSING_FROM_LOCK = "missing_from_lock"


@value
class ToolState:
    """What a policy may ask of a tool: `pinned` tells that the listed definition is approved, `drift` what changed."""

    flags: frozenset[ToolFlag]
    pinned: bool
    drift: tuple[str, ...] = ()
    first_seen: float | None = None


def listed(
    mode: PinMode,
    known: Pin | None,
    definition: Mapping[str, JsonValue],
    *,
    server: str,
    name: str,
    now: float,
    locked: Locked | None = None,
    old: Pin | None = None,
) -> tuple[Pin, ToolState]:
    """Return the pin of a tool that was just listed, which is `known` itself when nothing changed, and its state.

    `locked` is the entry of the lockfile for it; `old` the pin of the tool that was renamed to it, if it was.
    """
    seen = _seen(definition, known)
    if known is not None:
        pin = _again(known, seen, now)
    else:
        pin = Pin(server=server, name=name, status=PinStatus.PENDING, current=seen, first_seen=now, changed_at=now)
        pin = _first(mode, pin, old)
    if mode is PinMode.LOCKFILE:
        pin = _as_locked(pin, locked, now)
    return known if known is not None and pin == known else pin, called(mode, pin, locked=locked)


def called(mode: PinMode, pin: Pin | None, *, locked: Locked | None = None) -> ToolState:
    """Return the state of a tool that is called, by its pin; None for a tool that was never listed."""
    by_lock = mode is PinMode.LOCKFILE
    missing = {ToolFlag.MISSING_FROM_LOCK} if by_lock and locked is None else set()
    if pin is None:
        return ToolState(flags=frozenset({ToolFlag.UNPINNED, *missing}), pinned=False)
    approved = pin.approved
    if by_lock:
        fits = locked is not None and locked.allows(pin.current)
        drifted = locked is not None and not fits
    else:
        fits = approved is not None and approved.same_as(pin.current)
        drifted = approved is not None and not fits
    flags: set[ToolFlag] = set(missing)
    flags |= {ToolFlag.UNPINNED} if approved is None and not by_lock else set()
    flags |= {ToolFlag.DRIFTED} if drifted else set()
    flags |= {ToolFlag.PENDING} if pin.status is PinStatus.PENDING else set()
    flags |= {ToolFlag.REJECTED} if pin.status is PinStatus.REJECTED else set()
    flags |= {ToolFlag.RENAMED} if pin.renamed_from is not None else set()
    return ToolState(
        flags=frozenset(flags),
        pinned=fits and pin.status is PinStatus.APPROVED,
        drift=_drift(pin, locked if by_lock else None) if drifted else (),
        first_seen=pin.first_seen,
    )


def approve(pin: Pin, *, by: str, now: float, reason: str | None = None) -> Pin:
    """Return the pin with the listed definition approved."""
    return replace(
        pin,
        status=PinStatus.APPROVED,
        approved=pin.current,
        first=pin.first or pin.current,
        rejected=None if pin.rejected == pin.current.digest else pin.rejected,
        renamed_from=None,
        decided_by=by,
        decided_at=now,
        reason=reason,
    )


def reject(pin: Pin, *, by: str, now: float, reason: str | None = None) -> Pin:
    """Return the pin with the listed definition rejected; another one that was approved stays so."""
    withdrawn = pin.approved is not None and pin.approved.same_as(pin.current)
    return replace(
        pin,
        status=PinStatus.REJECTED,
        approved=None if withdrawn else pin.approved,
        rejected=pin.current.digest,
        decided_by=by,
        decided_at=now,
        reason=reason,
    )


@lru_cache(maxsize=128)
def changed_members(old: Version, new: Version) -> tuple[str, ...]:
    """Return the names of the members in which two versions differ by more than their looks."""
    before, after = definition_of(old), definition_of(new)
    if before is None or after is None:
        return () if old.same_as(new) else WHOLE
    seen, seen_now = folded(before), folded(after)
    return tuple(
        name
        for name in sorted(seen.keys() | seen_now.keys())
        if (name in seen) != (name in seen_now) or seen.get(name) != seen_now.get(name)
    )


def _seen(definition: Mapping[str, JsonValue], known: Pin | None) -> Version:
    """Return the version that is listed; one that is kept already costs only its digest."""
    kept = () if known is None else (known.current, known.approved)
    digest = digest_of(canonical_text(definition)) if kept else None
    return next((one for one in kept if one is not None and one.digest == digest), None) or version_of(definition)


def _first(mode: PinMode, pin: Pin, old: Pin | None) -> Pin:
    if old is not None:
        return replace(pin, approved=old.approved, first=old.first, renamed_from=old.renamed_from or old.name)
    return approve(pin, by=FIRST_USE, now=pin.first_seen) if mode is PinMode.TRUST_ON_FIRST_USE else pin


def _again(known: Pin, seen: Version, now: float) -> Pin:
    """Return a pin with what is listed now, and with what was decided of exactly that."""
    if known.approved is not None and known.approved.same_as(seen):
        status = PinStatus.APPROVED
    else:
        status = PinStatus.REJECTED if seen.digest == known.rejected else PinStatus.PENDING
    changed_at = known.changed_at if seen.digest == known.current.digest else now
    return replace(known, current=seen, status=status, changed_at=changed_at)


def _as_locked(pin: Pin, locked: Locked | None, now: float) -> Pin:
    """Return the pin as the lockfile decides: it alone approves, and what an operator rejected stays so."""
    if pin.status is PinStatus.REJECTED:
        return pin
    if locked is None or not locked.allows(pin.current):
        return pin if pin.status is PinStatus.PENDING else replace(pin, status=PinStatus.PENDING)
    known = pin.approved is not None and locked.allows(pin.approved) and pin.status is PinStatus.APPROVED
    return pin if known else approve(pin, by=THE_LOCKFILE, now=now)


def _drift(pin: Pin, locked: Locked | None) -> tuple[str, ...]:
    approved = pin.approved
    if approved is None or (locked is not None and not locked.allows(approved)):
        return WHOLE
    return changed_members(approved, pin.current) or WHOLE
