"""Who acts, as verified; never taken from a message."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The verified caller. `subject` is `anonymous` when nothing was verified."""

    subject: str


ANONYMOUS: Final = Principal(subject="anonymous")
