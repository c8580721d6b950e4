"""Everything known about one message once it is judged."""

from extproc.model.decision import Decision, Outcome
from extproc.model.intent import Classification
from extproc.model.message import Message
from extproc.model.value import value
from extproc.pipeline.aspects import Act
from extproc.pipeline.context import Context
from extproc.pipeline.edits import Plan
from extproc.pipeline.search import NOTHING_FOUND, Search
from extproc.policy.deciding import Deciding
from extproc.policy.obligations import NO_OBLIGATIONS, Obligations
from extproc.policy.rules import Policy


@value
class Shadow:
    """What would have been decided with every rule enforced; only where a rule in shadow had a say."""

    outcome: Outcome
    determining: tuple[str, ...]


@value
class Inspection:
    """One message with all that its judgement found.

    `answers` has what policy says to each aspect. `missing_scopes` are those that a rule asks for and the principal
    lacks; a message with some is denied, and its sender told what to ask for.
    """

    message: Message
    context: Context
    policy: Policy
    classification: Classification | None
    acts: tuple[Act, ...]
    answers: tuple[Deciding, ...]
    decision: Decision
    obligations: Obligations = NO_OBLIGATIONS
    found: Search = NOTHING_FOUND
    plan: Plan = Plan()
    missing_scopes: frozenset[str] = frozenset()
    shadow: Shadow | None = None
