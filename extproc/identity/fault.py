"""Why an identity is refused: a value, never read half way and never passed over for the next source."""

from enum import Enum, auto

from extproc.model.value import value


class FaultKind(Enum):
    """What the client is told: RFC 6750 §3.1 for tokens, a plain refusal for what no token can mend."""

    INVALID_TOKEN = auto()
    INVALID_REQUEST = auto()
    FORBIDDEN = auto()
    UNAVAILABLE = auto()
    MISCONFIGURED = auto()


@value
class IdentityFault:
    """One refusal. `reason` is a stable snake_case word; `message` never quotes what was presented."""

    kind: FaultKind
    reason: str
    message: str


def invalid_token(reason: str, message: str) -> IdentityFault:
    """Refuse a token: the client should get another one."""
    return IdentityFault(kind=FaultKind.INVALID_TOKEN, reason=reason, message=message)


def invalid_request(reason: str, message: str) -> IdentityFault:
    """Refuse the way a token was presented."""
    return IdentityFault(kind=FaultKind.INVALID_REQUEST, reason=reason, message=message)


def forbidden(reason: str, message: str) -> IdentityFault:
    """Refuse what another token would not mend."""
    return IdentityFault(kind=FaultKind.FORBIDDEN, reason=reason, message=message)
