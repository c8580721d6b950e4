"""What a call would do: its class, how sure that is, and what led there."""

from enum import StrEnum
from typing import Final

from extproc.model.value import value


class Intent(StrEnum):
    """What a call would do, from the least to the most severe."""

    READ = "read"
    WRITE = "write"
    DESTRUCTIVE = "destructive"
    EXFILTRATIVE = "exfiltrative"


RANK: Final = {Intent.READ: 0, Intent.WRITE: 1, Intent.DESTRUCTIVE: 2, Intent.EXFILTRATIVE: 3}


@value
class Evidence:
    """One reason for a class. It never carries a value: `code` is a stable snake_case word from `docs/detectors.md`.

    `where` is `method`, `name`, `description`, `annotations` or an RFC 6901 pointer into the message.
    """

    code: str
    intent: Intent
    where: str


@value
class Classification:
    """The class of a call: the most severe that any evidence speaks for. `score` is from 0 to 1, how sure that is."""

    intent: Intent
    score: float
    evidence: tuple[Evidence, ...] = ()
