"""What one pass goes over: the leaves of a message, or what was decoded from them, as lines.

What may be a token is many times known only by what it is called, so it is written as it would be in a text, with its
name: one line then stands for the value alone as well.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Final, Protocol, TypeAlias

from extproc.detect.detector import Detector
from extproc.detect.encodings import MAX_DEPTH
from extproc.detect.leaves import Leaves
from extproc.detect.pattern import asks_for_line, least_within, read_pattern
from extproc.detect.shapes import OTHER, UNBOUNDED
from extproc.detect.views import View

_LONGEST_NAME: Final = 100
_DIGITS: Final = "0123456789-"
_MOST_DIGITS: Final = 8
# A token holds none of these, and may hold everything else.
_TOKEN: Final = "".join(chr(code) for code in range(33, 127) if chr(code) not in "<>{}") + "\u00e9"

# A text of a line, and where it begins there.
Part: TypeAlias = tuple[View, int]
Apart: TypeAlias = Callable[[str], object]


class Lines(Protocol):
    """Texts as they stand in the buffer, and what stands in them. `blobs` are lines left empty in it."""

    @property
    def texts(self) -> Sequence[str]:
        """Return the lines."""
        ...

    @property
    def blobs(self) -> frozenset[int]:
        """Return which lines are left empty."""
        ...

    def view(self, number: int) -> View:
        """Return the text that a line is, without its name."""
        ...

    def parts(self, number: int) -> Sequence[Part]:
        """Return the texts that a line stands for."""
        ...


class ViewLines:
    """Texts that were decoded."""

    blobs: Final[frozenset[int]] = frozenset()

    def __init__(self, views: Sequence[View]) -> None:
        """Take the texts."""
        self._views = views
        self.texts = [view.text for view in views]

    def view(self, number: int) -> View:
        """Return the text."""
        return self._views[number]

    def parts(self, number: int) -> Sequence[Part]:
        """Return the text."""
        return ((self._views[number], 0),)


class LeafLines:
    """The texts of a message. Nothing is made for a leaf but its line until something may stand in it."""

    def __init__(self, leaves: Leaves, apart: Apart) -> None:
        """Take the leaves, and which tokens must stand in a line without their names too."""
        self._leaves = leaves
        self._views: dict[int, View] = {}
        self._heads: dict[int, str] = {}
        self.blobs = frozenset(leaves.media)
        # Lines of tokens beside those without names, and the leaves that they are.
        self._apart: list[int] = []
        self.texts = [*leaves.texts]
        for leaf in leaves.media:
            self.texts[leaf] = ""
        for leaf, name in leaves.tokens:
            label = name if isinstance(name, str) else leaves.label(leaf)
            if not label:
                continue
            text = leaves.texts[leaf]
            head = self._heads[leaf] = f"{label[:_LONGEST_NAME]}: "
            if leaf in self.blobs or apart(text):
                self._apart.append(leaf)
            else:
                self.texts[leaf] = head + text
        self._plain = len(self.texts)
        self.texts += [self._heads[leaf] + leaves.texts[leaf] for leaf in self._apart]

    @cached_property
    def _twice(self) -> frozenset[int]:
        return frozenset(self._apart)

    def view(self, number: int) -> View:
        """Return the text of a leaf."""
        view = self._views.get(number)
        if view is None:
            leaf = number if number < self._plain else self._apart[number - self._plain]
            view = self._views[number] = View(text=self._leaves.texts[leaf], leaf=leaf)
        return view

    def parts(self, number: int) -> Sequence[Part]:
        """Return the text of a leaf, and that text with its name."""
        if number >= self._plain:
            return ((self._named(self._apart[number - self._plain]), 0),)
        head = self._heads.get(number)
        if head is None or number in self._twice:
            return ((self.view(number), 0),)
        return (self.view(number), len(head)), (self._named(number), 0)

    def _named(self, leaf: int) -> View:
        head = self._heads[leaf]
        return View(
            text=head + self._leaves.texts[leaf],
            leaf=leaf,
            parent=self.view(leaf),
            depth=MAX_DEPTH,
            at=(0,),
            until=(len(head),),
            outer_at=(0,),
            outer_until=(0,),
        )


def apart(detectors: Iterable[Detector]) -> Apart:
    """Return which tokens detectors may not find behind a name: their patterns ask for the beginning of a line."""
    forms = []
    for one in detectors:
        if asks_for_line(one.pattern):
            least = least_within(one.pattern, _TOKEN, ignore_case=one.ignore_case)
            if least < UNBOUNDED:
                mask = read_pattern(one.pattern, ignore_case=one.ignore_case).mask
                letters = "".join(f"\\x{code:02x}" for code in range(128) if mask >> code & 1)
                beyond = r"\x80-\U0010ffff" if mask & OTHER else ""
                forms.append(f"[{letters}{beyond}]{{{least}}}")
    return re.compile("|".join(forms) if forms else "(?!)").match


def always_apart(_token: str) -> bool:
    """Tell that a token must stand in a line of its own: for engines that do not see every end of a match."""
    return True


def least_digits(detectors: Iterable[Detector]) -> int:
    """Return with how few characters a whole number may be something that one of these detectors finds."""
    least = _MOST_DIGITS
    for one in detectors:
        if read_pattern(one.pattern, ignore_case=one.ignore_case).least < least:
            least = min(least, least_within(one.pattern, _DIGITS, ignore_case=one.ignore_case))
    return least
