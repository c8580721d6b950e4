"""Of findings that overlap, one remains: the longest, then the surest, then the one whose category weighs most."""

from collections.abc import Iterable
from typing import Final

from extproc.detect.found import Found
from extproc.model.finding import Category

_WEIGHT: Final = {Category.SECRET: 0, Category.CUSTOM: 1, Category.FINANCIAL: 2, Category.PII: 3}


def resolved(found: Iterable[Found]) -> list[Found]:
    """Return findings of one text that do not overlap, ascending.

    What remains covers those that it touches in part too, so that nothing which was found is left uncovered.
    """
    kept: list[Found] = []
    group: list[Found] = []
    end = -1
    for one in sorted(found, key=lambda one: one.start):
        if group and one.start >= end:
            kept.append(_joined(group, end))
            group = []
        group.append(one)
        end = one.end if len(group) == 1 else max(end, one.end)
    if group:
        kept.append(_joined(group, end))
    return kept


def _joined(group: list[Found], end: int) -> Found:
    best = min(group, key=_order)
    start = group[0].start
    return best if (best.start, best.end) == (start, end) else best.over(start, end)


def _order(one: Found) -> tuple[int, float, int, str]:
    return (one.start - one.end, -one.score, _WEIGHT[one.category], one.detector)
