"""What a request presents, found without believing any of it: which sources are present, and with which token."""

import re
from typing import Final

from extproc.identity.fault import IdentityFault, invalid_request, invalid_token
from extproc.identity.sources import AUTHORIZATION, EnvoyJwtSource, Identity, TokenSource
from extproc.identity.token import Token, parse_token
from extproc.mcp.headers import Headers
from extproc.model.attested import Attested
from extproc.model.message import JsonObject
from extproc.model.value import value

_CREDENTIALS: Final = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+) +([A-Za-z0-9._~+/-]+=*)")  # RFC 9110 §11.4


@value
class Credentials:
    """The token in one header, and the sources that read that header; it belongs to one of them at most."""

    text: str
    sources: tuple[TokenSource, ...]


@value
class PresentedToken:
    """A token to be verified by this source."""

    source: TokenSource
    token: Token


@value
class PresentedClaims:
    """Claims that Envoy verified, to be checked by this source."""

    source: EnvoyJwtSource
    claims: JsonObject


def credentials_of(identity: Identity, headers: Headers, attested: Attested) -> list[Credentials] | IdentityFault:
    """Find the token of every header that a source reads."""
    found: list[Credentials] = []
    by_header: dict[str, list[TokenSource]] = {}
    for source in identity.sources:
        if isinstance(source, TokenSource):
            by_header.setdefault(source.header, []).append(source)
    for header, sources in by_header.items():
        written = headers.get(header)
        if written is None:
            continue
        text = _token_in(header, written, repeated=header in headers.repeated)
        if isinstance(text, IdentityFault):
            return text
        found.append(Credentials(text=text, sources=tuple(sources)))
    unread = _unread(identity, headers, attested) if AUTHORIZATION not in by_header else None
    return unread or found


def claims_of(identity: Identity, attested: Attested) -> list[PresentedClaims] | IdentityFault:
    """Find the claims that Envoy has left for every source that reads them there."""
    found: list[PresentedClaims] = []
    by_key: dict[str, list[EnvoyJwtSource]] = {}
    for source in identity.sources:
        if isinstance(source, EnvoyJwtSource):
            by_key.setdefault(source.payload_key, []).append(source)
    for key, sources in by_key.items():
        claims = attested.claims.get(key)
        if claims is None:
            continue
        if not isinstance(claims, dict):
            return invalid_token("token_form", "the gateway's claims are not an object")
        chosen = next((one for one in sources if one.expected.issuer == claims.get("iss")), None)
        if chosen is None:
            return invalid_token("token_issuer", "the token is not from an issuer that is trusted here")
        found.append(PresentedClaims(source=chosen, claims=claims))
    return found


def _unread(identity: Identity, headers: Headers, attested: Attested) -> IdentityFault | None:
    """Refuse a token that Envoy was to verify and passed over: `jwt_authn` takes `bearer x` for no token at all."""
    verifies = any(isinstance(source, EnvoyJwtSource) for source in identity.sources)
    if verifies and not attested.claims and headers.get(AUTHORIZATION) is not None:
        return invalid_token("token_unverified", "the token was not verified by the gateway")
    return None


def _token_in(header: str, written: str, *, repeated: bool) -> str | IdentityFault:
    """Return the token of a header. In `Authorization` it follows its scheme; elsewhere the scheme may be left out."""
    if repeated:
        return invalid_request("token_repeated", f"header {header.title()} was sent more than once")
    credentials = _CREDENTIALS.fullmatch(written.strip(" \t"))
    if credentials is None:
        bare = written.strip(" \t")
        if header != AUTHORIZATION and bare and " " not in bare:
            return bare
        return invalid_request("token_header", f"header {header.title()} must be Bearer and one token")
    if credentials[1].lower() != "bearer":
        return invalid_token("token_scheme", f"header {header.title()} must use the scheme Bearer")
    return credentials[2]


def read_token(credentials: Credentials) -> PresentedToken | IdentityFault:
    """Read a token and find the source whose issuer it names.

    A token of another issuer belongs to none, and is refused rather than passed over.
    """
    token = parse_token(credentials.text)
    if isinstance(token, IdentityFault):
        return token
    for source in credentials.sources:
        if source.expected.issuer == token.issuer:
            return PresentedToken(source=source, token=token)
    return invalid_token("token_issuer", "the token is not from an issuer that is trusted here")
