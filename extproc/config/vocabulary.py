"""What a policy may name that is installed or configured elsewhere: what detectors find, and where notices go."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Entities that a detector finds, configured channels, and whether messages can be recorded.

    `channels` and `recording` are None where no configuration is at hand.
    """

    entities: frozenset[str] = frozenset()
    channels: frozenset[str] | None = None
    recording: bool | None = None


NOTHING_INSTALLED: Final = Vocabulary()
