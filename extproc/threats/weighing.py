"""How much signs weigh together: families that stand near each other, each once, and what some mean in company."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from extproc.model.passage import Sign

# The weight at which a text is a finding: score 0.5.
THRESHOLD: Final = 5.0
# What can be taken from the weight of a description because it sounds honest.
LOWERED: Final = 0.5
# How an order is given. Honest definitions give orders too, so form without matter is no finding, however much of it.
_FORM: Final = (
    "conditional_order consequence extra_output fills_parameter foreign_moment model_addressed ordered_action"
    " other_tool own_explanation precondition pretext"
)
FORM: Final = frozenset(_FORM.split())
_MOST_FORM: Final = 4.5
# A second pattern of a family says the same in other words; more than three say no more.
_AGAIN: Final = 0.3
_MOST_AGAIN: Final = 3

# What weighs more together than apart: an order that names its object, a secret with the place that it is put in.
# Of each rule one family of every group has to be there.
_TOGETHER: Final[tuple[tuple[tuple[frozenset[str], ...], float], ...]] = (
    ((frozenset({"private_object"}), frozenset({"fills_parameter"})), 1.5),
    (
        (
            frozenset({"secret_taking", "sensitive_place", "whole_context"}),
            frozenset({"precondition", "fills_parameter", "conditional_order", "extra_output", "foreign_rule"}),
        ),
        1.0,
    ),
    (
        (
            frozenset({"secrecy", "soft_secrecy"}),
            frozenset({"private_object", "exfiltration", "concrete_target", "secret_taking", "conditional_order"}),
        ),
        1.5,
    ),
    (
        (frozenset({"parameter_rewrite", "against_request"}), frozenset({"concrete_target", "foreign_rule"})),
        1.0,
    ),
    (
        (
            frozenset({"other_tool", "foreign_rule"}),
            frozenset({"parameter_rewrite", "broad_rights", "destruction", "private_object", "privilege"}),
        ),
        1.0,
    ),
)


def weighed(signs: Sequence[Sign], weights: Mapping[str, float], near: int) -> tuple[float, tuple[Sign, ...]]:
    """Return the best weight of signs of which no two begin further apart than `near`, with these signs.

    Signs whose family weighs nothing are left out.
    """
    signs = [sign for sign in signs if weights.get(sign.family)]
    best, chosen = 0.0, tuple(signs[:1])
    last = 0
    for first, sign in enumerate(signs):
        while last < len(signs) and signs[last].start - sign.start <= near:
            last += 1
        group = signs[first:last]
        codes = {one.code: one.family for one in group}
        families = Counter(codes.values())
        weight = _together(families) + sum(
            weights[family] * (1 + _AGAIN * (min(count, _MOST_AGAIN) - 1)) for family, count in families.items()
        )
        if families.keys() <= FORM:
            weight = min(weight, _MOST_FORM)
        if weight > best:
            best, chosen = weight, tuple(group)
        if last == len(signs):
            break
    return best, chosen


def score_of(weight: float) -> float:
    """Return the score of a weight, 0 to 1: 0.5 at the threshold."""
    return weight / (weight + THRESHOLD) if weight > 0 else 0.0


def _together(families: Iterable[str]) -> float:
    found = frozenset(families)
    return sum(bonus for groups, bonus in _TOGETHER if all(group & found for group in groups))
