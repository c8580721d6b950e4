"""From what was presented to the principal it proves: the checks that need no key, and how several sources combine."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from extproc.identity.claims import check_registered, principal_of
from extproc.identity.fault import IdentityFault, invalid_token
from extproc.identity.presented import PresentedClaims
from extproc.identity.sources import EnvoyJwtSource, Gives, Source, TokenSource
from extproc.identity.token import Token, type_of
from extproc.model.attested import Attested
from extproc.model.message import JsonObject
from extproc.model.principal import ANONYMOUS, Principal

# Kubernetes, "Service Account Tokens": names of namespaces and accounts are DNS labels and subdomains.
_WORKLOAD: Final = re.compile(
    r"system:serviceaccount:[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?:[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?"
)


def check_use(source: TokenSource, token: Token) -> IdentityFault | None:
    """Refuse a token by what its header says it is, before any key is asked for (RFC 8725 §3.1, §3.11)."""
    if token.algorithm not in source.algorithms:
        return invalid_token("token_algorithm", "the token is signed with an algorithm that is not accepted here")
    if token.type not in source.types:
        return invalid_token("token_type", "the token is of a type that is not accepted here")
    return None


def from_token(source: TokenSource, token: Token, *, foreign: frozenset[str], now: float) -> Principal | IdentityFault:
    """Return whom a token names whose signature holds."""
    principal = _from_claims(source, token.claims, foreign=foreign, now=now)
    if source.workloads and _WORKLOAD.fullmatch(str(token.claims.get("sub"))) is None:
        return invalid_token("token_subject", "the token is not that of a service account")
    return principal


def from_envoy(
    presented: PresentedClaims, attested: Attested, *, foreign: frozenset[str], now: float
) -> Principal | IdentityFault:
    """Return whom claims name that Envoy verified. They are checked again: Envoy's providers may say something else."""
    source = presented.source
    if source.header_key is not None:
        header = attested.claims.get(source.header_key)
        if not isinstance(header, dict) or type_of(header) not in source.types:
            return invalid_token("token_type", "the token is of a type that is not accepted here")
    return _from_claims(source, presented.claims, foreign=foreign, now=now)


def _from_claims(
    source: EnvoyJwtSource | TokenSource, claims: JsonObject, *, foreign: frozenset[str], now: float
) -> Principal | IdentityFault:
    fault = check_registered(claims, source.expected, foreign=foreign, now=now)
    if fault is not None:
        return fault
    return principal_of(claims, source.claims, source=source.name, issuer=source.expected.issuer)


def combine(found: Iterable[tuple[Source, Principal]]) -> Principal | IdentityFault:
    """Make one principal of all that was verified, in the order of the sources.

    The first source that gives a principal gives it whole; a later one adds nothing, but may not contradict it. The
    agent of the first source that gives an agent takes the place of one that a token names: it was asked for by name.
    """
    principal: Principal | None = None
    agent: str | None = None
    for source, verified in found:
        match source.gives:
            case Gives.AGENT:
                agent = agent or verified.agent or verified.subject
            case Gives.PRINCIPAL:
                if principal is None:
                    principal = verified
                elif principal.issuer == verified.issuer and principal.subject != verified.subject:
                    return invalid_token("identity_conflict", "one issuer vouches for two subjects at once")
    whole = principal or ANONYMOUS
    return whole if agent is None else replace(whole, agent=agent)
