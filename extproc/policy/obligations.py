"""What is to be done because a rule matched, beside its effect."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from extproc.mcp.pointer import PointerPattern
from extproc.model.finding import Category


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


CATEGORIES: Final = frozenset(category.value for category in Category)


class Operator(StrEnum):
    """What is left of something that was found, the strictest first.

    Told by what its reader can still do: nothing; know that it stood there; compare it with what is written exactly
    alike; recognise it by its end; speak of it by a name; have it used. A rule therefore never gives a reader more than
    another allows it.
    """

    DROP = "drop"
    REDACT = "redact"
    HASH = "hash"
    MASK = "mask"
    PSEUDONYM = "pseudonym"
    TOKENIZE = "tokenize"


# The one place where the order counts: the lowest wins.
LENIENCY: Final = {operator: place for place, operator in enumerate(Operator)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """What one rule wants done with what is found: an operator for each entity or category that it names.

    Within a rule an entity goes before its category, so that a rule can say "all of these, but that one so". Between
    rules the strictest wins, whichever names it more closely.
    """

    operators: tuple[tuple[str, Operator], ...]

    def operator(self, entity: str, category: Category) -> Operator | None:
        """Return what this rule wants done, None when it does not speak of this."""
        for wanted in (entity, category.value):
            named = [operator for name, operator in self.operators if name == wanted]
            if named:
                return min(named, key=LENIENCY.__getitem__)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restoration:
    """Where the server of a rule may be given values back: which arguments, and which entities or categories."""

    pattern: PointerPattern
    entities: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligations:
    """The obligations of one rule, or of all that matched.

    `treatments` say what becomes of what is found, wherever it is, one for each rule; `restorations` where marks of the
    vault are replaced by their values; `strip` removes whole arguments. `warn` wraps texts in which something wants
    something of their reader. `notify` names channels, `approval` the groups that may release a hold, `rate_limits`
    descriptors for the limiter behind the sidecar, and `scopes` what a token must have. `response_bytes` caps the
    answer to a call. `record` keeps the message itself.

    `approvals` are the groups of each rule for itself: somebody of every one of them must approve, so that a further
    rule never adds people who may release what another holds.
    """

    redactions: tuple[Redaction, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    restorations: tuple[Restoration, ...] = ()
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
    warn: bool = False

    def __post_init__(self) -> None:
        """Count the groups of a single rule as one of those that must approve."""
        if self.approval and not self.approvals:
            object.__setattr__(self, "approvals", frozenset((self.approval,)))

    @property
    def entities(self) -> frozenset[str]:
        """Return the entities and categories that are treated."""
        return frozenset(name for treatment in self.treatments for name, _ in treatment.operators)

    def operator(self, entity: str, category: Category) -> Operator | None:
        """Return the strictest that any rule wants done with this, None when none speaks of it."""
        wanted = [treatment.operator(entity, category) for treatment in self.treatments]
        return min((one for one in wanted if one is not None), key=LENIENCY.__getitem__, default=None)


NO_OBLIGATIONS: Final = Obligations()


def treats_less(old: Obligations, new: Obligations) -> bool:
    """Tell whether something that the old obligations treat is treated more mildly, or not at all, by the new ones."""
    for name in old.entities:
        # A category stands for an entity of it that no rule names.
        category = Category(name) if name in CATEGORIES else None
        for each in Category if category is None else (category,):
            entity = name if category is None else ""
            was, now = old.operator(entity, each), new.operator(entity, each)
            if was is not None and (now is None or LENIENCY[now] > LENIENCY[was]):
                return True
    return False


def together(parts: Iterable[Obligations]) -> Obligations:
    """Join the obligations of all matching rules: every edit is kept, the loudest level and the smallest cap win."""
    present = [part for part in parts if part is not NO_OBLIGATIONS and part != NO_OBLIGATIONS]
    if len(present) <= 1:
        return present[0] if present else NO_OBLIGATIONS
    levels = [part.log for part in present if part.log is not None]
    caps = [part.response_bytes for part in present if part.response_bytes is not None]
    return Obligations(
        redactions=tuple(redaction for part in present for redaction in part.redactions),
        treatments=tuple(dict.fromkeys(treatment for part in present for treatment in part.treatments)),
        restorations=tuple(dict.fromkeys(restoration for part in present for restoration in part.restorations)),
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
        warn=any(part.warn for part in present),
    )
