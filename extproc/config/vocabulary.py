"""What a policy may name that is installed or configured elsewhere: what detectors find, and where notices go."""

from dataclasses import dataclass
from typing import Final

from extproc.pipeline.search import Detection


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Entities that a detector finds, configured channels, and whether messages can be recorded.

    They are None where no configuration is at hand. With `detection` what a policy's tests are about is searched.
    """

    detection: Detection | None = None
    entities: frozenset[str] | None = None
    channels: frozenset[str] | None = None
    recording: bool | None = None


NOTHING_INSTALLED: Final = Vocabulary()
