"""What a rule is asked about, and the four answers a condition can give."""

from dataclasses import dataclass, field
from enum import Enum, StrEnum

from extproc.model.message import Direction
from extproc.model.value import value
from extproc.policy.facts import Facts


class Kind(StrEnum):
    """The kinds of message a rule can be about; an error is a response."""

    REQUEST = "request"
    NOTIFICATION = "notification"
    RESPONSE = "response"


@value
class Aspect:
    """One thing that a message does, in policy terms; a message can do several.

    `methods` are all names of the method that mean the same in either era; empty when it is not known which request a
    response answers. `tool`, `prompt` and `resource` (a URI) are what is called, got or read.
    """

    kind: Kind
    direction: Direction
    server: str
    methods: frozenset[str]
    tool: str | None = None
    prompt: str | None = None
    resource: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One aspect of a message with the facts of that message.

    `memo` holds what conditions have worked out for this question and may use again; it is no part of what is asked.
    """

    aspect: Aspect
    facts: Facts
    memo: dict[object, object] = field(default_factory=dict, init=False, compare=False, repr=False)


class Truth(Enum):
    """What a condition answers.

    MISSING: it asks for something that the message does not have, or it could not be worked out. OPEN: it asks for
    something that is not known yet, and may turn out either way.
    """

    FALSE = 0
    TRUE = 1
    MISSING = 2
    OPEN = 3
