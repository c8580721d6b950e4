"""Values that are secrets because of the name they have in a message."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from extproc.detect.detector import Detector
from extproc.detect.encodings import MAX_DEPTH
from extproc.detect.found import Found
from extproc.detect.labels import VALUE_NAMES, normal
from extproc.detect.leaves import Leaves
from extproc.detect.rules import found, outside_marks
from extproc.detect.secrets.labels import Strength, strength
from extproc.detect.secrets.named import named_secret
from extproc.detect.surroundings import Place, Surroundings
from extproc.detect.views import View
from extproc.model.finding import Category

_SHORTEST: Final = 12
_LONGEST: Final = 512
_LONGEST_NAME: Final = 100
_TOKEN: Final = re.compile(r"(?=[^\s]*[0-9])[^\s<>{}]+")

# It has no pattern that an engine could search: its name is what is found.
NAMED: Final = Detector(id="named-secret", entity="named_secret", category=Category.SECRET, pattern="")


def named_values(leaves: Leaves, around: Surroundings) -> Iterator[tuple[int, Found]]:
    """Return the values of a message that their names make secrets, with their leaves."""
    for leaf in leaves.named(_speaks):
        if strength(around.leaf_label(leaf)) is Strength.NONE:
            continue
        view = View(text=leaves.texts[leaf], leaf=leaf)
        start, end = outside_marks(view.text, 0, len(view.text))
        if start >= end:
            continue
        score = named_secret(Place(around, view, start, end))
        if score is not None:
            yield leaf, found(NAMED, view, start, end, score)


def labelled(leaves: Leaves, views: Sequence[View]) -> Iterator[View]:
    """Return what may be a token as it would be written in a text, with its name: many are known by that alone."""
    for leaf in range(leaves.values):
        text = leaves.texts[leaf]
        if _SHORTEST <= len(text) <= _LONGEST and _TOKEN.fullmatch(text):
            head = f"{leaves.label(leaf)[:_LONGEST_NAME]}: "
            if len(head) > len(": "):
                yield View(
                    text=head + text,
                    leaf=leaf,
                    parent=views[leaf],
                    depth=MAX_DEPTH,
                    at=(0,),
                    until=(len(head),),
                    outer_at=(0,),
                    outer_until=(0,),
                )


def _speaks(name: str) -> bool:
    """Tell whether a name may say what its value is, by itself or by what stands beside it."""
    label = normal(name)
    return strength(label) is not Strength.NONE or label in VALUE_NAMES
