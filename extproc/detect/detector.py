"""What one detector is, and what its validator is asked about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from extproc.model.finding import Category


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A place where the pattern of a detector fits, with what stands around it in the same line of text.

    `text` is the part that the finding would cover. `label` is the nearest name that the value seems to be given: the
    member name of a JSON object, be it the message's own or one inside a text (`"card_number": "…"`), the left side of
    `card_number=…` or `Card number: …`, or the heading of its column in CSV; in lower case, words divided by single
    spaces (`cardNumber` and `CARD_NUMBER` give `card number`); empty when there is none. `before` and `after` are at
    most 120 and 60 characters of the same string around it. `siblings` are the labels of the other members of the same
    object, divided by newlines, in the same form.
    """

    text: str
    label: str = ""
    before: str = ""
    after: str = ""
    siblings: str = ""


# What decides whether a candidate is a finding: a score between 0 and 1, or None for no finding.
Validator: TypeAlias = Callable[[Candidate], float | None]
Validators: TypeAlias = Mapping[str, Validator]


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """One credential kind or one kind of personal data.

    `pattern` is of the syntax that RE2, hyperscan and `re` share: no lookaround, no back-reference, no atomic group,
    and bounded (it matches at most `reach` characters). `group` is the capture that holds the value. Unless `bare`, a
    letter, digit or underscore may not stand directly before or after the match. `keywords` are literals in lower case
    of which one stands in everything that matches, for engines that need a gate; empty when there is none. `entropy` is
    the least Shannon entropy of the value in bits per character. `context` are words of which one must stand near (in
    the label, the siblings or the text around); without `context_required` they only raise the score. `validator` names
    a function. `linear` patterns are those of operators: nobody knows whether they backtrack, so no backtracking engine
    runs them.
    """

    id: str
    entity: str
    category: Category
    pattern: str
    group: int = 0
    bare: bool = False
    ignore_case: bool = False
    keywords: tuple[str, ...] = ()
    entropy: float = 0.0
    context: tuple[str, ...] = ()
    context_required: bool = False
    validator: str | None = None
    score: float = 0.9
    reach: int = 400
    linear: bool = False
    source: str = ""
