"""Globs over names: `*` is any run of characters, `?` any one; the case counts and the whole name must fit."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field


def globs(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Compile globs to one regular expression, to be used with `fullmatch`."""
    return re.compile("|".join(map(_glob, patterns)), re.DOTALL)


@dataclass(frozen=True, slots=True)
class Globs:
    """Globs of which at least one must fit. `literals` are the patterns themselves when none has a wildcard."""

    patterns: tuple[str, ...]
    literals: frozenset[str] | None = field(init=False)
    _compiled: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __init__(self, patterns: Sequence[str]) -> None:
        """Compile the patterns; there must be at least one."""
        if not patterns:
            raise ValueError("an empty list of globs matches nothing")
        object.__setattr__(self, "patterns", tuple(patterns))
        plain = not any("*" in pattern or "?" in pattern for pattern in patterns)
        object.__setattr__(self, "literals", frozenset(patterns) if plain else None)
        object.__setattr__(self, "_compiled", globs(tuple(patterns)))

    def fit(self, name: str) -> bool:
        """Tell whether a name fits one of them."""
        if self.literals is not None:
            return name in self.literals
        return self._compiled.fullmatch(name) is not None

    def __str__(self) -> str:
        """Write them as they were given."""
        return ", ".join(self.patterns)


def _glob(pattern: str) -> str:
    """Write one glob as a regular expression that never tries again what lies between two stars.

    The first place where such a piece fits is as good as any later one. Without the atomic groups a long name that
    fits nowhere would take time in a power of its length, and names come from the peer.
    """
    first, *rest = ("".join("." if char == "?" else re.escape(char) for char in piece) for piece in pattern.split("*"))
    if not rest:
        return first
    *middle, last = rest
    return first + "".join(f"(?>.*?{piece})" for piece in middle if piece) + ".*" + last
