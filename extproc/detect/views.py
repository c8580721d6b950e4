"""A text to scan, and where its characters stand in the text that it was decoded from."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class View:
    """The text of a leaf, or what became of a part of it, which begins at `offset`, by decoding.

    Where it differs from its parent, `at[i]:until[i]` of it stands for `outer_at[i]:outer_until[i]` there; between
    these it is the same, character by character.
    """

    text: str
    leaf: int
    parent: "View | None" = None
    depth: int = 0
    offset: int = 0
    at: Sequence[int] = field(default_factory=list)
    until: Sequence[int] = field(default_factory=list)
    outer_at: Sequence[int] = field(default_factory=list)
    outer_until: Sequence[int] = field(default_factory=list)

    def outer(self, start: int, end: int) -> tuple[int, int]:
        """Return where a part of this text stands in its parent: what was decoded together is taken together."""
        first = bisect_right(self.at, start) - 1
        if first < 0:
            outer_start = start + self.offset
        elif start < self.until[first]:
            outer_start = self.outer_at[first]
        else:
            outer_start = self.outer_until[first] + start - self.until[first]
        last = bisect_right(self.at, end - 1) - 1
        if last < 0:
            return outer_start, end + self.offset
        if end - 1 < self.until[last]:
            return outer_start, self.outer_until[last]
        return outer_start, self.outer_until[last] + end - self.until[last]

    def root(self, start: int, end: int) -> tuple[int, int]:
        """Return where a part of this text stands in the leaf."""
        here: View = self
        while here.parent is not None:
            start, end = here.outer(start, end)
            here = here.parent
        return start, end

    def decoded(self, start: int, end: int) -> bool:
        """Tell whether anything that was decoded stands in a part of this text, or beside it."""
        first = bisect_right(self.at, end) - 1
        return first >= 0 and self.until[first] >= start
