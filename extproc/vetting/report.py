"""What is reported of a server: a row for each tool, and remarks, of which errors and warnings count as findings."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from extproc.model.intent import Evidence, Intent
from extproc.model.value import value
from extproc.vetting.offer import Kind

# The rule of parameters that take any text and do not say what for.
UNEXPLAINED: Final = "definition/unexplained_text"


class Level(StrEnum):
    """How much a remark weighs; notes are for readers alone. The words are those of SARIF."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@value
class Family:
    """A family of evidence: what attackers need it for, in a sentence, and its weight."""

    why: str
    weight: float


@value
class Remark:
    """One thing about one definition.

    `rule` is stable, `kind/entity`; `pointer` is into the definition, and `start` and `end` count code points of the
    text there; `excerpt` has nothing in it that is sensitive or not seen. `families` are of the evidence, `details`
    lines for readers.
    """

    level: Level
    rule: str
    kind: Kind
    name: str
    message: str
    pointer: tuple[str | int, ...] = ()
    start: int = 0
    end: int = 0
    score: float | None = None
    excerpt: str = ""
    families: tuple[str, ...] = ()
    details: tuple[str, ...] = ()


@value
class ToolRow:
    """One tool in brief.

    `intent` is the class that its definition alone gives to a call, `floor` the least and `worst` the most severe that
    any call can have. `claims` are what its annotations say. `pin` is None where nothing is known to compare with.
    """

    name: str
    floor: Intent
    intent: Intent
    worst: Intent
    evidence: tuple[Evidence, ...]
    claims: tuple[str, ...]
    pin: str | None
    score: float
    families: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole. `families` says in words what the families of evidence in it mean."""

    target: str
    server: str
    version: str
    revision: str
    counts: Mapping[Kind, int]
    instructions: bool
    tools: tuple[ToolRow, ...]
    remarks: tuple[Remark, ...]
    families: Mapping[str, Family]

    def count(self, level: Level) -> int:
        """Return how many remarks are of a level."""
        return sum(one.level is level for one in self.remarks)

    @property
    def clean(self) -> bool:
        """Tell whether there is nothing but notes."""
        return all(one.level is Level.NOTE for one in self.remarks)
