"""Values that are secrets because of the name they have in a message."""

from collections.abc import Iterator
from typing import Final

from extproc.detect.detector import Detector
from extproc.detect.found import Found
from extproc.detect.labels import VALUE_NAMES, normal
from extproc.detect.leaves import Leaves
from extproc.detect.rules import found, outside_marks
from extproc.detect.secrets.labels import Strength, strength
from extproc.detect.secrets.named import named_secret
from extproc.detect.surroundings import Place, Surroundings
from extproc.detect.views import View
from extproc.model.finding import Category

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


def _speaks(name: str) -> bool:
    """Tell whether a name may say what its value is, by itself or by what stands beside it."""
    label = normal(name)
    return strength(label) is not Strength.NONE or label in VALUE_NAMES
