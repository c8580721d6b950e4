"""What a policy may name that is installed or configured elsewhere: what detectors find, and where notices go."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Entities that a detector finds, and configured channels; `channels` is None where no configuration is at hand."""

    entities: frozenset[str] = frozenset()
    channels: frozenset[str] | None = None


NOTHING_INSTALLED: Final = Vocabulary()
