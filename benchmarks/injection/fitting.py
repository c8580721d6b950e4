"""Fits the linear model: logistic regression over sets of features, without any package."""

import collections
import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from extproc.threats.linear import BITS

SEED: Final = 20
EPOCHS: Final = 5
FITS: Final = 3
RATE: Final = 0.1
DECAY: Final = 1e-4
# A gap below this moves no weight.
NOTHING_TO_LEARN: Final = 1e-3
# What fewer templates and files than this have in common says nothing.
SHARED: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A sentence as the model sees it, with its label, the template or file it is from."""

    features: tuple[int, ...]
    label: int
    template: str
    style: str
    goal: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A trained model."""

    of: Sequence[float]
    bias: float

    def logit(self, found: Iterable[int]) -> float:
        """Return the log-odds for features."""
        return self.bias + sum([self.of[one] for one in found])


def trained(units: Sequence[Unit]) -> Weights:
    """Fit a logistic regression several times, in different orders, and return the mean of the fits.

    Features that few templates share are left out.
    """
    sources: dict[int, set[str]] = collections.defaultdict(set)
    for unit in units:
        for one in unit.features:
            if len(sources[one]) < SHARED:
                sources[one].add(unit.template)
    kept = {one for one, names in sources.items() if len(names) >= SHARED}
    rows = [([one for one in unit.features if one in kept], unit.label) for unit in units]
    fits = [_fitted(rows, SEED + turn) for turn in range(FITS)]
    return Weights(
        of=[sum(weights) / FITS for weights in zip(*(fit.of for fit in fits), strict=True)],
        bias=sum(fit.bias for fit in fits) / FITS,
    )


def _fitted(rows: Sequence[tuple[list[int], int]], seed: int) -> Weights:
    """Fit once, with adaptive steps; the rarer label counts up to three times as much."""
    order = list(rows)
    share = min(3.0, sum(not label for _, label in rows) / sum(label for _, label in rows))
    weights, squares = [0.0] * (1 << BITS), [1e-3] * (1 << BITS)
    bias, bias_square = 0.0, 1e-3
    chance = random.Random(seed)
    for _ in range(EPOCHS):
        chance.shuffle(order)
        for found, label in order:
            logit = bias + sum([weights[one] for one in found])
            gap = 1 / (1 + math.exp(-max(-30.0, min(30.0, logit)))) - label
            gap *= share if label else 1.0
            if abs(gap) < NOTHING_TO_LEARN:
                continue
            bias_square += gap * gap
            bias -= RATE * gap / math.sqrt(bias_square)
            for one in found:
                slope = gap + DECAY * len(rows) / 50 * weights[one]
                squares[one] += slope * slope
                weights[one] -= RATE * slope / math.sqrt(squares[one])
    return Weights(of=weights, bias=bias)


def auc(scores: Sequence[tuple[float, int]]) -> float:
    """Return the chance that a positive one scores above a negative one."""
    rank = positive = total = 0
    for place, (_, label) in enumerate(sorted(scores), 1):
        rank += place * label
        positive += label
        total += 1
    return (rank - positive * (positive + 1) / 2) / (positive * (total - positive))
