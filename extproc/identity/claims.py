"""From verified claims to a principal: the registered claims are checked, the mapped ones read with their types."""

from dataclasses import dataclass, field
from typing import Final

from extproc.identity.fault import IdentityFault, invalid_token
from extproc.identity.paths import ClaimPath, NotAnObjectError, value_at
from extproc.model.message import JsonObject, JsonValue
from extproc.model.principal import ANONYMOUS, Principal

LONGEST_TEXT: Final = 1024
LONGEST_WORD: Final = 512
MOST_WORDS: Final = 2048
MAX_LEEWAY: Final = 120.0
# Times are seconds since the epoch; a number beyond the year 9999 is no time, and may not fit a double exactly.
_LATEST: Final = 253_402_300_800


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimMap:
    """Which claim each member of a principal is read from; None for a member that the source says nothing of."""

    subject: ClaimPath = field(default_factory=lambda: ClaimPath(("sub",)))
    groups: ClaimPath | None = None
    roles: ClaimPath | None = None
    scopes: ClaimPath | None = None
    agent: ClaimPath | None = None
    organisation: ClaimPath | None = None
    team: ClaimPath | None = None
    run: ClaimPath | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the registered claims must say. `foreign` are audiences that belong to other servers than the one asked."""

    issuer: str
    audiences: frozenset[str]
    leeway: float = 0.0


def check_registered(
    claims: JsonObject, expected: Expected, *, foreign: frozenset[str], now: float
) -> IdentityFault | None:
    """Check `iss`, `aud`, `exp`, `nbf` and `iat` (RFC 7519 §4.1); the first three must be there, and so must `sub`."""
    if claims.get("iss") != expected.issuer:
        return invalid_token("token_issuer", "the token is not from the issuer that is trusted here")
    named = _audiences(claims.get("aud"))
    if named is None:
        return invalid_token("token_audience", "the token names no audience")
    if not any(one in expected.audiences and one.rstrip("/") not in foreign for one in named):
        return invalid_token("token_audience", "the token is meant for another audience")
    if not isinstance(claims.get("sub"), str):
        return invalid_token("token_subject", "the token names no subject")
    return _check_times(claims, now, expected.leeway)


def _audiences(value: JsonValue) -> list[str] | None:
    """Return the audiences of RFC 7519 §4.1.3: one string or a list of them."""
    match value:
        case str() if value:
            return [value]
        case list() if value and len(value) <= MOST_WORDS:
            texts = [one for one in value if isinstance(one, str)]
            return texts if len(texts) == len(value) else None
        case _:
            return None


def _check_times(claims: JsonObject, now: float, leeway: float) -> IdentityFault | None:
    expires = _time(claims.get("exp"))
    if expires is None:
        return invalid_token("token_expiry", "the token does not say when it expires")
    if now >= expires + leeway:
        return invalid_token("token_expired", "the token has expired")
    for name in ("nbf", "iat"):
        if claims.get(name) is None:
            continue
        since = _time(claims[name])
        if since is None:
            return invalid_token("token_time", f"the token's {name} is not a time")
        if now < since - leeway:
            return invalid_token("token_not_yet_valid", "the token is not valid yet")
    return None


def _time(value: JsonValue) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 < value < _LATEST else None


def expiry(claims: JsonObject) -> float:
    """Return the time that checked claims expire at."""
    return _time(claims.get("exp")) or 0.0


def principal_of(claims: JsonObject, claim_map: ClaimMap, *, source: str, issuer: str) -> Principal | IdentityFault:
    """Read every mapped claim. One of the wrong type refuses the whole identity: it is never half read."""
    try:
        subject = _text(claims, claim_map.subject, "subject")
        if subject is None:
            return invalid_token("claim_missing", "the claim for the subject is missing")
        if subject == ANONYMOUS.subject:
            return invalid_token("claim_reserved", "the subject's name is reserved for callers that were not verified")
        return Principal(
            subject=subject,
            source=source,
            issuer=issuer,
            groups=_words(claims, claim_map.groups, "groups"),
            roles=_words(claims, claim_map.roles, "roles"),
            scopes=_words(claims, claim_map.scopes, "scopes", split=True),
            agent=_text(claims, claim_map.agent, "agent"),
            organisation=_text(claims, claim_map.organisation, "organisation"),
            team=_text(claims, claim_map.team, "team"),
            run=_text(claims, claim_map.run, "run"),
        )
    except _ClaimTypeError as error:
        return invalid_token("claim_type", str(error))


class _ClaimTypeError(Exception):
    """A claim that is not what its member needs; the text names the member, and never the value."""


def _text(claims: JsonObject, path: ClaimPath | None, member: str) -> str | None:
    value = _value(claims, path, member)
    if value is None:
        return None
    if not isinstance(value, str):
        raise _ClaimTypeError(f"the claim for {member} must be a string")
    return _checked(value, member, LONGEST_TEXT)


def _words(claims: JsonObject, path: ClaimPath | None, member: str, *, split: bool = False) -> frozenset[str] | None:
    """Return a set of words: a list of strings, or one string, which `split` divides at its spaces (RFC 8693 §4.2)."""
    value = _value(claims, path, member)
    match value:
        case None:
            return None
        case str():
            words: list[JsonValue] = [*value.split(" ")] if split else [value]
            if split:
                words = [word for word in words if word]
        case list():
            words = value
        case _:
            raise _ClaimTypeError(f"the claim for {member} must be a string or a list of strings")
    if len(words) > MOST_WORDS:
        raise _ClaimTypeError(f"the claim for {member} has more than {MOST_WORDS} entries")
    return frozenset(_word(word, member) for word in words)


def _word(value: JsonValue, member: str) -> str:
    if not isinstance(value, str):
        raise _ClaimTypeError(f"every entry of the claim for {member} must be a string")
    return _checked(value, member, LONGEST_WORD)


def _value(claims: JsonObject, path: ClaimPath | None, member: str) -> JsonValue:
    if path is None:
        return None
    try:
        return value_at(claims, path)
    except NotAnObjectError:
        raise _ClaimTypeError(f"the path of the claim for {member} leads through a value without members") from None


def _checked(value: str, member: str, longest: int) -> str:
    """Refuse what could be mistaken for another name: an empty one, one that is cut, one with unseen characters."""
    if not 0 < len(value) <= longest:
        raise _ClaimTypeError(f"the claim for {member} must have 1 to {longest} characters")
    if not value.isprintable() or value != value.strip():
        raise _ClaimTypeError(f"the claim for {member} has blanks around it or characters that cannot be printed")
    return value
