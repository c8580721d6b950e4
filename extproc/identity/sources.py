"""The configured sources of identity, in the order they are asked, as values."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias

from extproc.identity.claims import ClaimMap, Expected
from extproc.identity.xfcc import HEADER as XFCC_HEADER

AUTHORIZATION: Final = "authorization"


class Gives(StrEnum):
    """What a source is asked for: who acts, or only on which agent's behalf it is done."""

    PRINCIPAL = "principal"
    AGENT = "agent"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvoyJwtSource:
    """Claims that Envoy's `jwt_authn` verified. `header_key` is where it leaves the token's header, for its type."""

    name: str
    payload_key: str
    header_key: str | None = None
    types: frozenset[str] = frozenset()
    expected: Expected
    claims: ClaimMap = field(default_factory=ClaimMap)
    gives: Gives = Gives.PRINCIPAL


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSource:
    """Tokens in a header, verified here. `workloads` demands a Kubernetes service account as the subject."""

    name: str
    header: str = AUTHORIZATION
    algorithms: frozenset[str]
    types: frozenset[str]
    expected: Expected
    claims: ClaimMap = field(default_factory=ClaimMap)
    workloads: bool = False
    gives: Gives = Gives.PRINCIPAL


class CertificateName(StrEnum):
    """Which name of a client certificate says whose it is."""

    SPIFFE = "spiffe"
    DNS = "dns"
    SUBJECT = "subject"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerCertificateSource:
    """The client certificate of the connection, as Envoy tells it. No trust domains are all that Envoy trusts."""

    name: str
    takes: CertificateName = CertificateName.SPIFFE
    trust_domains: frozenset[str] = frozenset()
    gives: Gives = Gives.PRINCIPAL


class XfccPick(StrEnum):
    """Which element of the header counts: the nearest proxy's, the farthest one's, or one that must be alone."""

    LAST = "last"
    FIRST = "first"
    ONLY = "only"


@dataclass(frozen=True, slots=True, kw_only=True)
class XfccSource:
    """A client certificate that an edge in front was shown. `by` are the names that edge may have for itself."""

    name: str
    pick: XfccPick = XfccPick.LAST
    trust_domains: frozenset[str]
    by: frozenset[str] = frozenset()
    gives: Gives = Gives.PRINCIPAL


Source: TypeAlias = EnvoyJwtSource | TokenSource | PeerCertificateSource | XfccSource

# What other proxies and edges put the caller's identity in. Nobody here reads them; a server behind might.
IDENTITY_HEADERS: Final = (
    *("x-forwarded-user", "x-forwarded-email", "x-forwarded-groups", "x-forwarded-preferred-username"),
    *("x-forwarded-access-token", "x-forwarded-id-token"),
    *("x-auth-request-user", "x-auth-request-email", "x-auth-request-groups"),
    *("x-auth-request-preferred-username", "x-auth-request-access-token"),
    *("x-jwt-payload", "x-jwt-claims", "x-jwt-assertion", "x-endpoint-api-userinfo", "x-userinfo", "x-id-token"),
    *("x-access-token", "x-user", "x-user-id", "x-user-name", "x-user-email", "x-user-roles", "x-user-groups"),
    *("x-remote-user", "remote-user", "x-webauth-user", "x-authenticated-user", "x-authenticated-userid"),
    *("x-authenticated-scope", "x-consumer-id", "x-consumer-username", "x-consumer-custom-id", "x-consumer-groups"),
    *("x-credential-identifier", "x-anonymous-consumer"),
    *("x-goog-authenticated-user-email", "x-goog-authenticated-user-id", "x-goog-iap-jwt-assertion"),
    *("x-amzn-oidc-data", "x-amzn-oidc-identity", "x-amzn-oidc-accesstoken"),
    *("x-ms-client-principal", "x-ms-client-principal-id", "x-ms-client-principal-name", "x-ms-client-principal-idp"),
    *("cf-access-authenticated-user-email", "cf-access-jwt-assertion"),
    *("tailscale-user-login", "tailscale-user-name", "x-pomerium-claim-email", "x-pomerium-jwt-assertion"),
    *("x-ssl-client-cert", "x-ssl-client-dn", "x-ssl-client-verify", "ssl-client-cert", "x-client-cert"),
    *("impersonate-user", "impersonate-group", "x-original-user", "x-spiffe-id"),
)

# Credentials of the client that are never passed on, whatever is configured (Authorization, "Token Passthrough").
_CREDENTIALS: Final = (AUTHORIZATION, "proxy-authorization", XFCC_HEADER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """All of it. `adopt_sessions` lets the first principal that uses a session of unknown origin keep it."""

    sources: tuple[Source, ...] = ()
    adopt_sessions: bool = False
    remove_headers: tuple[str, ...] = IDENTITY_HEADERS

    @property
    def reads_attested(self) -> bool:
        """Tell whether any source is told by Envoy itself rather than by a header."""
        return any(isinstance(source, EnvoyJwtSource | PeerCertificateSource) for source in self.sources)

    @property
    def token_headers(self) -> tuple[str, ...]:
        """Return every header that carries a token."""
        own = (source.header for source in self.sources if isinstance(source, TokenSource))
        return tuple(dict.fromkeys((AUTHORIZATION, *own)))

    @property
    def removed_headers(self) -> tuple[str, ...]:
        """Return the headers that reach no server: credentials, and what claims an identity."""
        return tuple(dict.fromkeys((*_CREDENTIALS, *self.token_headers, *self.remove_headers)))


NO_IDENTITY: Final = Identity(remove_headers=())
