"""Everything known about one message; each stage returns it with more filled in."""

from dataclasses import dataclass

from extproc.model.decision import Decision, Edit
from extproc.model.message import Call, Direction, Message
from extproc.model.principal import ANONYMOUS, Principal
from extproc.policy.combine import Combined
from extproc.policy.rules import Aspect, Policy, Rule


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """One message on its way through the stages."""

    message: Message
    context: Context
    policy: Policy
    aspects: tuple[Aspect, ...] = ()
    matches: tuple[tuple[Aspect, tuple[Rule, ...]], ...] = ()
    combined: Combined | None = None
    edits: tuple[Edit, ...] = ()

    @property
    def decision(self) -> Decision:
        """Return the decision; the stages must have run."""
        if self.combined is None:
            raise ValueError("the message was not judged")
        return Decision(
            effect=self.combined.effect,
            determining=self.combined.determining,
            reason=self.combined.reason,
            edits=self.edits,
        )
