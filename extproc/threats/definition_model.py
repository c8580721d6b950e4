"""A linear model over the sentences of definitions: how much one sounds as if it used the model that reads it.

The weights are data (`extproc/evidence/definitions-model.json`), made by `benchmarks/train_definitions.py`, which takes
its features from here: words and runs of words, and what a sentence and those beside it speak about.
"""

import zlib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from extproc.model.value import value
from extproc.threats.concepts import Lexicon
from extproc.threats.linear import BITS, features, tokens_of
from extproc.threats.passages import units_of

_MASK: Final = (1 << BITS) - 1
# Kinds of addresses and marks that are no words, but say something.
_KINDS: Final = frozenset({"@e", "@u", "@p", "@i", "`", "?"})
# Sentences of more than thirty-two words are all alike.
_LENGTH: Final = 8
_LONGEST: Final = 4
# The second sentence that sounds so counts half.
_AGAIN: Final = 0.5


@value
class Heard:
    """How a text sounds: the log-odds, and where its most telling sentence stands."""

    logit: float
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionModel:
    """Weights by hash in units of `scale`, the class of each word, concepts, and what the log-odds are worth.

    A definition's evidence weighs `worth * (logit - zero)` more, or less, than its families do.
    """

    weights: "array[int]"
    scale: float
    bias: float
    worth: float
    zero: float
    classes: Mapping[str, str]
    lexicon: Lexicon
    _known: dict[str, int] = field(default_factory=dict, init=False, repr=False, compare=False)

    def heard(self, text: str) -> Heard | None:
        """Return how a text sounds, nothing when it says nothing."""
        best, again = float("-inf"), float("-inf")
        place = (0, 0)
        for unit, found in sentences_of(text, self.lexicon, self.classes, self._known):
            weights = self.weights
            logit = self.bias + self.scale * sum([weights[one] for one in found])
            if logit > best:
                best, again, place = logit, best, unit
            elif logit > again:
                again = logit
        if best == float("-inf"):
            return None
        return Heard(logit=together(best, again), start=place[0], end=place[1])


def together(best: float, again: float) -> float:
    """Return the log-odds of a text from those of its two most telling sentences."""
    return best + _AGAIN * max(0.0, again)


def sentences_of(
    text: str, lexicon: Lexicon, classes: Mapping[str, str], known: dict[str, int]
) -> list[tuple[tuple[int, int], set[int]]]:
    """Return where the sentences of a text stand, each with its features. `known` remembers hashes between calls."""
    units = [unit for unit in units_of(text) if any(map(str.isalpha, text[unit[0] : unit[1]]))]
    words = [tokens_of(text[start:end]) for start, end in units]
    named = [lexicon.found(one) | _KINDS.intersection(one) for one in words]
    return [
        (unit, features((), words[number], classes, known) | _meant(number, named, words[number]))
        for number, unit in enumerate(units)
    ]


def _meant(number: int, named: Sequence[frozenset[str]], words: Sequence[str]) -> set[int]:
    """Return the features of what a sentence and its neighbours speak about, and of its length."""
    beside = frozenset().union(*named[max(0, number - 1) : number], *named[number + 1 : number + 2])
    length = min(len(words) // _LENGTH, _LONGEST)
    return {
        _hash(name)
        for name in (
            *(f"is {one}" for one in named[number]),
            *(f"by {one}" for one in beside),
            f"length {length}",
        )
    }


def _hash(name: str) -> int:
    return zlib.crc32(name.encode()) & _MASK
