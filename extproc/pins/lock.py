"""A lockfile as a value: which definition of each tool of each server an operator keeps in version control."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from extproc.pins.canonical import definition_of
from extproc.pins.pin import Pin, PinStatus, Version

_LONGEST_SUMMARY: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """One definition: its digest, the one that cosmetic changes leave alone, and a line for readers."""

    digest: str
    cosmetic: str
    summary: str = ""

    def allows(self, version: Version) -> bool:
        """Tell whether a version is this one, up to cosmetic changes."""
        return self.digest == version.digest or self.cosmetic == version.cosmetic


# By server and name of the tool.
Lock: TypeAlias = Mapping[str, Mapping[str, Locked]]


class LockDifference(StrEnum):
    """How a tool of the lockfile and one that was seen differ."""

    CHANGED = "changed"
    NOT_LOCKED = "not-locked"
    NOT_SEEN = "not-seen"


def lock_of(pins: Iterable[Pin]) -> Lock:
    """Return what a lockfile says of approved pins: the approved version of each, also where another is listed now."""
    lock: dict[str, dict[str, Locked]] = {}
    for pin in sorted(pins, key=lambda pin: (pin.server, pin.name)):
        approved = pin.approved
        if approved is not None and (pin.renamed_from is None or pin.status is PinStatus.APPROVED):
            lock.setdefault(pin.server, {})[pin.name] = locked_of(approved)
    return lock


def locked_of(version: Version) -> Locked:
    """Return what a lockfile says of a version."""
    return Locked(digest=version.digest, cosmetic=version.cosmetic, summary=_summary(version))


def lock_differences(lock: Lock, pins: Iterable[Pin]) -> tuple[tuple[str, str, LockDifference], ...]:
    """Return the servers and tools in which what is listed differs from a lockfile, in their order."""
    seen = {(pin.server, pin.name): pin for pin in pins}
    locked = {(server, name): one for server, tools in lock.items() for name, one in tools.items()}
    found: list[tuple[str, str, LockDifference]] = []
    for key in sorted(seen.keys() | locked.keys()):
        if key not in locked:
            found.append((*key, LockDifference.NOT_LOCKED))
        elif key not in seen:
            found.append((*key, LockDifference.NOT_SEEN))
        elif not locked[key].allows(seen[key].current):
            found.append((*key, LockDifference.CHANGED))
    return tuple(found)


def _summary(version: Version) -> str:
    """Return the first words that a definition has for readers, without anything that is not printable."""
    definition = definition_of(version) or {}
    for member in ("description", "instructions", "title"):
        text = definition.get(member)
        if isinstance(text, str) and text.strip():
            line = " ".join("".join(one if one.isprintable() else " " for one in text[: 4 * _LONGEST_SUMMARY]).split())
            return line if len(line) <= _LONGEST_SUMMARY else line[: _LONGEST_SUMMARY - 1] + "…"
    return ""
