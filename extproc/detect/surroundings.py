"""What stands around a candidate, worked out when a validator asks for it and not before."""

from typing import Final

from extproc.detect.context import Nearby
from extproc.detect.detector import Candidate
from extproc.detect.labels import VALUE_NAMES, label_at, normal, siblings_at
from extproc.detect.leaves import Leaves
from extproc.detect.views import View

_BEFORE: Final = 120
_AFTER: Final = 60
_NAMING: Final = ("name", "key", "label", "field", "variable", "type")


class Surroundings:
    """Answers for every text of one scan."""

    def __init__(self, leaves: Leaves) -> None:
        """Take the leaves of the message."""
        self._leaves = leaves
        self._view: View | None = None
        self._places: dict[tuple[int, int], Place] = {}

    def place(self, view: View, start: int, end: int) -> "Place":
        """Return the candidate between two places of a text: for all detectors the same one."""
        if view is not self._view:
            self._view, self._places = view, {}
        place = self._places.get((start, end))
        if place is None:
            place = self._places[start, end] = Place(self, view, start, end)
        return place

    def label(self, view: View, start: int, end: int) -> str:
        """Return the nearest name of a part of a text: in the text, in what it was decoded from, or in the message."""
        here: View | None = view
        while here is not None:
            found = label_at(here.text, start, end)
            if found or here.parent is None:
                return found or self._member(here.leaf)
            start, end = here.outer(start, end)
            here = here.parent
        return ""

    def siblings(self, view: View, start: int, end: int) -> str:
        """Return the names beside it, in its text and in the message."""
        inner = siblings_at(view.text, start, end)
        holder = None if self._leaves.is_name(view.leaf) else self._leaves.holder(view.leaf)
        outer = "\n".join(normal(name) for name in holder) if holder else ""
        return f"{inner}\n{outer}" if inner and outer else inner or outer

    def _member(self, leaf: int) -> str:
        if self._leaves.is_name(leaf):
            return ""
        return self.leaf_label(leaf)

    def leaf_label(self, leaf: int) -> str:
        """Return the name of a value in the message; what is called value is named by what stands beside it."""
        label = normal(self._leaves.label(leaf))
        if label not in VALUE_NAMES:
            return label
        holder = self._leaves.holder(leaf) or {}
        for name in _NAMING:
            beside = holder.get(name)
            if isinstance(beside, str):
                return normal(beside)
        return normal(self._leaves.holder_label(leaf)) or label


class Place(Candidate):
    """A candidate whose surroundings are looked up when asked for."""

    __slots__ = ("_around", "_end", "_label", "_nearby", "_siblings", "_start", "_view")

    _around: Surroundings
    _view: View
    _start: int
    _end: int
    _label: str | None
    _siblings: str | None
    _nearby: Nearby | None

    def __init__(self, around: Surroundings, view: View, start: int, end: int) -> None:
        """Take where it stands."""
        hold = object.__setattr__
        hold(self, "text", view.text[start:end])
        hold(self, "_around", around)
        hold(self, "_view", view)
        hold(self, "_start", start)
        hold(self, "_end", end)
        hold(self, "_label", None)
        hold(self, "_siblings", None)
        hold(self, "_nearby", None)

    @property
    def label(self) -> str:
        """Return the nearest name."""
        if self._label is None:
            object.__setattr__(self, "_label", self._around.label(self._view, self._start, self._end))
        return self._label or ""

    @property
    def before(self) -> str:
        """Return the text before."""
        return self._view.text[max(0, self._start - _BEFORE) : self._start]

    @property
    def after(self) -> str:
        """Return the text after."""
        return self._view.text[self._end : self._end + _AFTER]

    @property
    def siblings(self) -> str:
        """Return the names beside it."""
        if self._siblings is None:
            object.__setattr__(self, "_siblings", self._around.siblings(self._view, self._start, self._end))
        return self._siblings or ""

    @property
    def nearby(self) -> Nearby:
        """Return the words around."""
        nearby = self._nearby
        if nearby is None:
            nearby = Nearby(self)
            object.__setattr__(self, "_nearby", nearby)
        return nearby
