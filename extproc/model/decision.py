"""What a policy asks for, and what was decided: effects, edits and the public outcome."""

from enum import StrEnum

from extproc.model.message import JsonValue
from extproc.model.value import value


class Effect(StrEnum):
    """What a rule asks for, from the least to the most restrictive."""

    ALLOW = "allow"
    HOLD = "hold"
    DENY = "deny"


SEVERITY = {Effect.ALLOW: 0, Effect.HOLD: 1, Effect.DENY: 2}


class Outcome(StrEnum):
    """The public word for a decision. `mutate` is an allowed message that was edited."""

    ALLOW = "allow"
    MUTATE = "mutate"
    HOLD = "hold"
    DENY = "deny"


@value
class Edit:
    """Put `replacement` in place of the value at `pointer` (RFC 6901 reference tokens, array indices as integers).

    With `remove`, the member or element goes instead. Pointers are those of the document before any edit.
    """

    pointer: tuple[str | int, ...]
    replacement: JsonValue = None
    remove: bool = False


@value
class Decision:
    """The combined answer to one message.

    `determining` names the rules that settled the effect, in document order; it is empty when the default did.
    Edits travel beside the effect and are kept whatever it is, so that a released hold is still redacted.
    """

    effect: Effect
    determining: tuple[str, ...] = ()
    reason: str | None = None
    edits: tuple[Edit, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """Project the decision to the public word."""
        match self.effect:
            case Effect.ALLOW:
                return Outcome.MUTATE if self.edits else Outcome.ALLOW
            case Effect.HOLD:
                return Outcome.HOLD
            case Effect.DENY:
                return Outcome.DENY
