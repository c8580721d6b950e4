"""A pin: which definition of a tool was approved, which one is listed now, and who decided.

Times are in seconds since 1970.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import orjson

from extproc.model.message import JsonObject, JsonValue

SCHEMA: Final = 1
# The name under which a server's instructions are pinned beside its tools. Should a tool be called this as well, the
# two are told apart by their definitions, and either is a change of the other.
INSTRUCTIONS: Final = "@instructions"


class PinMode(StrEnum):
    """What makes a definition approved: that it was the first, an operator's word, or that it stands in a lockfile."""

    TRUST_ON_FIRST_USE = "trust-on-first-use"
    REQUIRE_APPROVAL = "require-approval"
    LOCKFILE = "lockfile"


class PinStatus(StrEnum):
    """What was decided of the definition that is listed now."""

    APPROVED = "approved"
    PENDING = "pending"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One definition: its digest, the one that cosmetic changes leave alone, and its canonical text unless too long."""

    digest: str
    cosmetic: str
    text: str | None = None

    def same_as(self, other: "Version") -> bool:
        """Tell whether at most cosmetic changes lie between two definitions."""
        return self.digest == other.digest or self.cosmetic == other.cosmetic


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """What is kept of one tool of one server.

    `approved` is the version in force, `first` the first that ever was: slow drift is seen against it. `rejected` is
    the digest that was last rejected. `renamed_from` is the pinned tool whose definition this one came with; then
    `approved` is the version of that tool. `decided_by`, `decided_at` and `reason` are of the last decision.
    """

    server: str
    name: str
    status: PinStatus
    current: Version
    first_seen: float
    changed_at: float
    approved: Version | None = None
    first: Version | None = None
    rejected: str | None = None
    renamed_from: str | None = None
    decided_by: str | None = None
    decided_at: float | None = None
    reason: str | None = None

    def pack(self) -> bytes:
        """Return the pin as JSON, each version once."""
        versions = [one for one in (self.current, self.approved, self.first) if one is not None]
        return orjson.dumps(
            {
                "schema": SCHEMA,
                "server": self.server,
                "name": self.name,
                "status": self.status.value,
                "versions": {one.digest: [one.cosmetic, one.text] for one in versions},
                "current": self.current.digest,
                "approved": self.approved.digest if self.approved is not None else None,
                "first": self.first.digest if self.first is not None else None,
                "rejected": self.rejected,
                "renamed_from": self.renamed_from,
                "seen": [self.first_seen, self.changed_at],
                "decided": [self.decided_by, self.decided_at, self.reason],
            }
        )

    @staticmethod
    def unpack(data: bytes) -> "Pin":
        """Return the pin of what `pack` made. Raises: `ValueError` when it is none, or of a newer schema."""
        try:
            document: JsonObject = orjson.loads(data)
            if document["schema"] == SCHEMA:
                return _pin(document)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError("no pin") from error
        raise ValueError("a pin of a schema that is not known")


def _pin(document: JsonObject) -> Pin:
    found = document["versions"]
    if not isinstance(found, dict):
        raise TypeError
    versions = {digest: _version(digest, members) for digest, members in found.items()}
    first_seen, changed_at = _several(document["seen"], 2)
    decided_by, decided_at, reason = _several(document["decided"], 3)
    current = document["current"]
    return Pin(
        server=_text(document["server"]),
        name=_text(document["name"]),
        status=PinStatus(_text(document["status"])),
        current=versions[_text(current)],
        approved=_kept(versions, document["approved"]),
        first=_kept(versions, document["first"]),
        rejected=_text_or_none(document["rejected"]),
        renamed_from=_text_or_none(document["renamed_from"]),
        first_seen=_number(first_seen),
        changed_at=_number(changed_at),
        decided_by=_text_or_none(decided_by),
        decided_at=None if decided_at is None else _number(decided_at),
        reason=_text_or_none(reason),
    )


def _version(digest: str, members: JsonValue) -> Version:
    cosmetic, text = _several(members, 2)
    return Version(digest=digest, cosmetic=_text(cosmetic), text=_text_or_none(text))


def _kept(versions: dict[str, Version], digest: JsonValue) -> Version | None:
    return None if digest is None else versions[_text(digest)]


def _several(found: JsonValue, count: int) -> list[JsonValue]:
    if not isinstance(found, list) or len(found) != count:
        raise TypeError
    return found


def _text(found: JsonValue) -> str:
    if not isinstance(found, str):
        raise TypeError
    return found


def _text_or_none(found: JsonValue) -> str | None:
    return None if found is None else _text(found)


def _number(found: JsonValue) -> float:
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise TypeError
    return float(found)
