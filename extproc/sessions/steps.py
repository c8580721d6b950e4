"""What the correlation is given, a call before it goes on and the result that came back, and what it says of a call."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from extproc.model.finding import Finding
from extproc.model.intent import Classification
from extproc.model.message import JsonValue
from extproc.model.passage import Passage
from extproc.model.value import value

Pointer: TypeAlias = tuple[str | int, ...]


@value
class CallStep:
    """A call as it stands before it goes on. Pointers of `findings` lead to where the message has its arguments."""

    server: str
    tool: str
    arguments: Mapping[str, JsonValue]
    classification: Classification | None = None
    findings: tuple[Finding, ...] = ()


@value
class ResultStep:
    """What a call brought back, as it reaches the model. `texts` are its decoded strings with their places.

    `untrusted` says that somebody else than the operator may have written it.
    """

    server: str
    tool: str
    decision_id: str
    texts: Sequence[tuple[Pointer, str]]
    findings: tuple[Finding, ...] = ()
    passages: tuple[Passage, ...] = ()
    untrusted: bool = True


@value
class Chain:
    """A call that completes a chain. `calls` are the decision ids of the calls before it that belong to the chain.

    They are in the order in which they were made. `reason` says why in words of this project alone. `pointer` leads
    to the argument that carries it, below the arguments; it is empty when none does alone.
    """

    id: str
    severity: str
    calls: tuple[str, ...]
    reason: str
    pointer: Pointer = ()
    score: float
