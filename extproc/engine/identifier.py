"""Find who acts: ask every source that is present, with its keys, and remember tokens that were verified."""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from typing import Final, TypeAlias

from extproc.identity.certificates import from_connection, from_header
from extproc.identity.claims import expiry
from extproc.identity.fault import FaultKind, IdentityFault, forbidden, invalid_token
from extproc.identity.presented import Credentials, claims_of, credentials_of, read_token
from extproc.identity.sources import EnvoyJwtSource, Identity, PeerCertificateSource, Source, TokenSource, XfccSource
from extproc.identity.token import check_signature
from extproc.identity.verified import check_use, combine, from_envoy, from_token
from extproc.identity.xfcc import HEADER as XFCC_HEADER
from extproc.mcp.headers import Headers
from extproc.model.attested import Attested
from extproc.model.principal import ANONYMOUS, Principal
from extproc.ports import KeySource, PortError

MAX_VERIFIED: Final = 10_000
VERIFIED_SECONDS: Final = 60.0

_Verified: TypeAlias = Principal | IdentityFault
# What makes a token another one: its digest, the header it came in, and the audiences that are not taken.
_Place: TypeAlias = tuple[bytes, str, frozenset[str]]


class Identifier:
    """The sources of one configuration, their keys, and what was verified lately."""

    def __init__(self, identity: Identity, keys: Mapping[str, KeySource]) -> None:
        """Take the keys by the name of their source."""
        self._identity = identity
        self._keys = keys
        self._verified: OrderedDict[_Place, tuple[Principal, float]] = OrderedDict()

    async def identify(
        self, headers: Headers, attested: Attested, *, foreign: frozenset[str], now: float
    ) -> Principal | IdentityFault:
        """Return the principal of a request to a server; `foreign` are the audiences of other servers."""
        credentials = credentials_of(self._identity, headers, attested)
        if isinstance(credentials, IdentityFault):
            return credentials
        claims = claims_of(self._identity, attested)
        if isinstance(claims, IdentityFault):
            return claims
        verified: dict[str, _Verified] = {}
        for token in credentials:
            found = await self._token(token, foreign=foreign, now=now)
            if isinstance(found, IdentityFault):
                return found
            verified[found.source or ""] = found
        for one in claims:
            verified[one.source.name] = from_envoy(one, attested, foreign=foreign, now=now)
        return self._combined(verified, headers, attested)

    def _combined(
        self, tokens: Mapping[str, _Verified], headers: Headers, attested: Attested
    ) -> Principal | IdentityFault:
        """Combine what every present source says; the first that refuses what it was shown refuses the request."""
        found: list[tuple[Source, Principal]] = []
        for source in self._identity.sources:
            verified: _Verified | None
            match source:
                case TokenSource(name=name) | EnvoyJwtSource(name=name):
                    verified = tokens.get(name)
                case PeerCertificateSource():
                    verified = from_connection(source, attested.connection)
                case XfccSource():
                    verified = _forwarded(source, headers)
            if isinstance(verified, IdentityFault):
                return verified
            if verified is not None:
                found.append((source, verified))
        return combine(found) if found else ANONYMOUS

    async def _token(self, credentials: Credentials, *, foreign: frozenset[str], now: float) -> _Verified:
        """Verify a token, or remember that it was: for its lifetime, but a minute at most."""
        place = (hashlib.sha256(credentials.text.encode()).digest(), credentials.sources[0].header, foreign)
        known = self._verified.get(place)
        if known is not None and now < known[1]:
            self._verified.move_to_end(place)
            return known[0]
        presented = read_token(credentials)
        if isinstance(presented, IdentityFault):
            return presented
        source, token = presented.source, presented.token
        fault = check_use(source, token)
        if fault is not None:
            return fault
        verified = from_token(source, token, foreign=foreign, now=now)
        if isinstance(verified, IdentityFault):
            return verified
        try:
            key = await self._keys[source.name].find(token.key_id, token.algorithm)
        except PortError:
            return _UNAVAILABLE
        if key is None:
            return invalid_token("token_key", "the token is signed with a key that its issuer does not name")
        fault = check_signature(token, key)
        if fault is not None:
            return fault
        self._remember(place, verified, min(expiry(token.claims), now + VERIFIED_SECONDS))
        return verified

    def _remember(self, place: _Place, principal: Principal, until: float) -> None:
        self._verified[place] = (principal, until)
        self._verified.move_to_end(place)
        if len(self._verified) > MAX_VERIFIED:
            self._verified.popitem(last=False)


_UNAVAILABLE: Final = IdentityFault(
    kind=FaultKind.UNAVAILABLE,
    reason="keys_unavailable",
    message="the token cannot be verified now: its issuer's keys are not available",
)


def _forwarded(source: XfccSource, headers: Headers) -> _Verified | None:
    header = headers.get(XFCC_HEADER)
    if header is None:
        return None
    if XFCC_HEADER in headers.repeated:
        return forbidden("certificate_header", "the forwarded client certificate was sent more than once")
    return from_header(source, header)
