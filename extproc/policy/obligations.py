"""What is to be done because a rule matched, beside its effect."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from extproc.mcp.pointer import PointerPattern


class LogLevel(StrEnum):
    """How loud a decision is, from the least to the most."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


_LOUDNESS: Final = {level: place for place, level in enumerate(LogLevel)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """Replace what stands where `pattern` points by `replacement`; with `text`, only occurrences of that text."""

    pattern: PointerPattern
    replacement: str
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligations:
    """The obligations of one rule, or of all that matched.

    `entities` are to be redacted wherever they are found; `strip` removes whole arguments. `notify` names channels,
    `approval` the groups that may release a hold, `rate_limits` descriptors for the limiter behind the sidecar, and
    `scopes` what a token must have. `response_bytes` caps the answer to a call. `record` keeps the message itself.

    `approvals` are the groups of each rule for itself: somebody of every one of them must approve, so that a further
    rule never adds people who may release what another holds.
    """

    redactions: tuple[Redaction, ...] = ()
    entities: frozenset[str] = frozenset()
    strip: tuple[PointerPattern, ...] = ()
    log: LogLevel | None = None
    notify: frozenset[str] = frozenset()
    record: bool = False
    rate_limits: frozenset[str] = frozenset()
    approval: frozenset[str] = frozenset()
    approvals: frozenset[frozenset[str]] = frozenset()
    scopes: frozenset[str] = frozenset()
    response_bytes: int | None = None
    forward_token: bool = False

    def __post_init__(self) -> None:
        """Count the groups of a single rule as one of those that must approve."""
        if self.approval and not self.approvals:
            object.__setattr__(self, "approvals", frozenset((self.approval,)))


NO_OBLIGATIONS: Final = Obligations()


def together(parts: Iterable[Obligations]) -> Obligations:
    """Join the obligations of all matching rules: every edit is kept, the loudest level and the smallest cap win."""
    present = [part for part in parts if part is not NO_OBLIGATIONS and part != NO_OBLIGATIONS]
    if len(present) <= 1:
        return present[0] if present else NO_OBLIGATIONS
    levels = [part.log for part in present if part.log is not None]
    caps = [part.response_bytes for part in present if part.response_bytes is not None]
    return Obligations(
        redactions=tuple(redaction for part in present for redaction in part.redactions),
        entities=frozenset().union(*(part.entities for part in present)),
        strip=tuple(pattern for part in present for pattern in part.strip),
        log=max(levels, key=_LOUDNESS.__getitem__) if levels else None,
        notify=frozenset().union(*(part.notify for part in present)),
        record=any(part.record for part in present),
        rate_limits=frozenset().union(*(part.rate_limits for part in present)),
        approval=frozenset().union(*(part.approval for part in present)),
        approvals=frozenset().union(*(part.approvals for part in present)),
        scopes=frozenset().union(*(part.scopes for part in present)),
        response_bytes=min(caps) if caps else None,
        forward_token=any(part.forward_token for part in present),
    )
