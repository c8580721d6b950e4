"""Everything known about one message once it is judged."""

from extproc.model.decision import Decision
from extproc.model.message import Call, Direction, Message
from extproc.model.principal import ANONYMOUS, Principal
from extproc.model.value import value
from extproc.policy.rules import Aspect, Policy, Rule


@value
class Context:
    """Where a message belongs: what the exchange and its session know beside the message.

    `call` is the request that a response answers, None when it is not known. `session` is the peer's opaque id.
    """

    direction: Direction
    server: str
    principal: Principal = ANONYMOUS
    session: str | None = None
    protocol_version: str | None = None
    call: Call | None = None


@value
class Inspection:
    """One message with all that its judgement found."""

    message: Message
    context: Context
    policy: Policy
    aspects: tuple[Aspect, ...]
    matches: tuple[tuple[Aspect, tuple[Rule, ...]], ...]
    decision: Decision
