"""The record of a decision, and where it goes."""

from collections.abc import Mapping
from dataclasses import field
from typing import Protocol

from extproc.model.decision import Effect, Outcome
from extproc.model.finding import Category
from extproc.model.intent import Intent
from extproc.model.message import Direction
from extproc.model.value import value


@value
class Record:
    """One decision, without any content: names, numbers and rule ids only.

    `principal` is a subject, `principal_source` the identity source that vouches for it. `rejected` is the reason word
    when the input was refused before policy; `failure` the cause when the sidecar itself failed. `edits` is a number.
    `findings` counts what was found, by category and entity; `suppressed` what was left alone, `media` what was not
    looked into; `incomplete` says that there may be more. `session` is a digest. `resolution` says how a hold ended.
    `flags` are held against the definition, or against some in a list; `chains` name the calls that each rests on, by
    their decision ids and in order.
    """

    time: float
    decision_id: str
    policy_revision: str
    direction: Direction
    server: str
    outcome: Outcome
    effect: Effect
    determining: tuple[str, ...] = ()
    kind: str | None = None
    method: str | None = None
    tool: str | None = None
    intent: Intent | None = None
    evidence: tuple[str, ...] = ()
    principal: str | None = None
    principal_source: str | None = None
    agent: str | None = None
    session: str | None = None
    protocol_version: str | None = None
    edits: int = 0
    rejected: str | None = None
    failure: str | None = None
    level: str | None = None
    missing_scopes: tuple[str, ...] = ()
    shadow_outcome: Outcome | None = None
    shadow_determining: tuple[str, ...] = ()
    resolution: str | None = None
    findings: Mapping[tuple[Category, str], int] = field(default_factory=dict)
    suppressed: int = 0
    media: int = 0
    incomplete: bool = False
    flags: tuple[str, ...] = ()
    chains: tuple[tuple[str, tuple[str, ...]], ...] = ()


class DecisionLog(Protocol):
    """Append-only."""

    def append(self, record: Record) -> None:
        """Take a record; it is kept by the end of this turn of the event loop.

        Raises: `PortError` when it cannot be.
        """
        ...
