"""The conditions of a rule on the facts of a message: small predicates, each with words for people."""

from dataclasses import dataclass
from typing import Protocol

from extproc.policy.facts import Field, Topic, topic, words
from extproc.policy.globs import Globs
from extproc.policy.question import Question, Truth


class Condition(Protocol):
    """A predicate. It must not raise: what cannot be worked out is MISSING."""

    def test(self, question: Question) -> Truth:
        """Answer for one question."""
        ...

    def __str__(self) -> str:
        """Say what is asked, as in `principal.groups is one of finance`."""
        ...


@dataclass(frozen=True, slots=True)
class AnyOf:
    """A field holds at least one of these words."""

    field: Field
    allowed: frozenset[str]

    def test(self, question: Question) -> Truth:
        """See `Condition`. Of several possible intents, all must be allowed for a certain yes."""
        facts = question.facts
        known = words(self.field, facts)
        if facts.open and topic(self.field) in facts.open:
            if self.field is not Field.INTENT or not known:
                return Truth.OPEN
            return Truth.TRUE if known <= self.allowed else Truth.OPEN if known & self.allowed else Truth.FALSE
        if known is None:
            return Truth.MISSING
        return Truth.TRUE if known & self.allowed else Truth.FALSE

    def __str__(self) -> str:
        """See `Condition`."""
        return f"{self.field} is one of {', '.join(sorted(self.allowed))}"


@dataclass(frozen=True, slots=True)
class Like:
    """A field holds at least one word that fits the globs."""

    field: Field
    globs: Globs

    def test(self, question: Question) -> Truth:
        """See `Condition`."""
        facts = question.facts
        if facts.open and topic(self.field) in facts.open:
            return Truth.OPEN
        known = words(self.field, facts)
        if known is None:
            return Truth.MISSING
        return Truth.TRUE if any(map(self.globs.fit, known)) else Truth.FALSE

    def __str__(self) -> str:
        """See `Condition`."""
        return f"{self.field} fits {self.globs}"


@dataclass(frozen=True, slots=True)
class Known:
    """Something is known of a field at all, or with `expected` False, nothing is."""

    field: Field
    expected: bool = True

    def test(self, question: Question) -> Truth:
        """See `Condition`."""
        facts = question.facts
        if facts.open and topic(self.field) in facts.open:
            return Truth.OPEN
        return Truth.TRUE if (words(self.field, facts) is not None) is self.expected else Truth.FALSE

    def __str__(self) -> str:
        """See `Condition`."""
        return f"{self.field} is {'known' if self.expected else 'not known'}"


@dataclass(frozen=True, slots=True)
class Verified:
    """The caller is vouched for, or with `expected` False, is anonymous."""

    expected: bool

    def test(self, question: Question) -> Truth:
        """See `Condition`."""
        if Topic.PRINCIPAL in question.facts.open:
            return Truth.OPEN
        return Truth.TRUE if question.facts.principal.verified is self.expected else Truth.FALSE

    def __str__(self) -> str:
        """See `Condition`."""
        return f"the principal is {'verified' if self.expected else 'anonymous'}"


@dataclass(frozen=True, slots=True)
class Not:
    """A condition does not hold; what is missing or open stays so."""

    condition: Condition

    def test(self, question: Question) -> Truth:
        """See `Condition`."""
        match self.condition.test(question):
            case Truth.TRUE:
                return Truth.FALSE
            case Truth.FALSE:
                return Truth.TRUE
            case Truth.MISSING | Truth.OPEN as unknown:
                return unknown

    def __str__(self) -> str:
        """See `Condition`."""
        return f"not: {self.condition}"


@dataclass(frozen=True, slots=True)
class CallsOver:
    """The principal made more than this many calls in the session before."""

    number: int

    def test(self, question: Question) -> Truth:
        """See `Condition`."""
        if Topic.SESSION in question.facts.open:
            return Truth.OPEN
        return Truth.TRUE if question.facts.history.calls > self.number else Truth.FALSE

    def __str__(self) -> str:
        """See `Condition`."""
        return f"more than {self.number} calls were made before"


@dataclass(frozen=True, slots=True)
class RiskOver:
    """The risk of the session is above this."""

    number: float

    def test(self, question: Question) -> Truth:
        """See `Condition`."""
        if Topic.SESSION in question.facts.open:
            return Truth.OPEN
        return Truth.TRUE if question.facts.history.risk > self.number else Truth.FALSE

    def __str__(self) -> str:
        """See `Condition`."""
        return f"the risk of the session is over {self.number}"


@dataclass(frozen=True, slots=True)
class RefusedOver:
    """More than this many calls of the principal were refused in the session before."""

    number: int

    def test(self, question: Question) -> Truth:
        """See `Condition`."""
        if Topic.SESSION in question.facts.open:
            return Truth.OPEN
        return Truth.TRUE if question.facts.history.refused > self.number else Truth.FALSE

    def __str__(self) -> str:
        """See `Condition`."""
        return f"more than {self.number} calls were refused before"
