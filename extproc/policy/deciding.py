"""What a policy decides on one aspect of a message: layer by layer, enforced and in shadow."""

from typing import Final

from extproc.model.decision import Effect
from extproc.model.value import value
from extproc.policy.combine import Combined, combine, default_of, most_restrictive
from extproc.policy.matching import applying, matching
from extproc.policy.question import Question
from extproc.policy.rules import Layer, Mode, Policy, Rule, asks

# What stands in a record when no layer that applies is enforced: an operator chose that nothing is acted on.
OBSERVED: Final = Combined(effect=Effect.ALLOW, determining=("mode:shadow",))
# No layer had a say, which a loaded policy does not come to: its floor has a default.
_SILENT: Final = Combined(effect=Effect.DENY)


@value
class Deciding:
    """The answer for one aspect: what is acted on, and what would be if all rules were enforced.

    `enforced` are the rules whose obligations are met. `shadow` is None when no rule in shadow matched, for then the
    two answers are one.
    """

    combined: Combined
    enforced: tuple[Rule, ...]
    shadow: Combined | None = None
    shadowed: tuple[Rule, ...] = ()


def decide(policy: Policy, question: Question) -> Deciding:
    """Ask every layer that applies, and take the most restrictive answer."""
    answers: list[Combined] = []
    would: list[Combined] = []
    enforced: list[Rule] = []
    everything: list[Rule] = []
    observed = differs = False
    for layer in applying(policy, question):
        matched = matching(layer, question)
        everything.extend(matched)
        whole = _answer(layer, question, matched)
        if whole is not None:
            would.append(whole)
        if layer.mode is Mode.SHADOW:
            observed = differs = True
            continue
        acting = tuple([rule for rule in matched if rule.mode is Mode.ENFORCE])
        enforced.extend(acting)
        if len(acting) == len(matched):
            answer = whole
        else:
            differs = True
            answer = _answer(layer, question, acting)
        if answer is not None:
            answers.append(answer)
    combined = most_restrictive(answers) if answers else OBSERVED if observed else _SILENT
    if not differs:
        return Deciding(combined=combined, enforced=tuple(enforced))
    shadow = most_restrictive(would) if would else _SILENT
    return Deciding(combined=combined, enforced=tuple(enforced), shadow=shadow, shadowed=tuple(everything))


def _answer(layer: Layer, question: Question, rules: tuple[Rule, ...]) -> Combined | None:
    aspect = question.aspect
    asked = [(rule, effect) for rule in rules if (effect := asks(rule, aspect)) is not None]
    default = default_of(layer, aspect)
    if not asked and default is None:
        return None
    return combine(asked, default=default or Effect.DENY)
