"""The part of the configuration file about who acts: the sources of identity and their claim maps."""

from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from extproc.config.key_settings import KeySettings
from extproc.config.model import Strict
from extproc.config.protected import Text
from extproc.identity.claims import MAX_LEEWAY, ClaimMap, Expected
from extproc.identity.keys import ALGORITHMS
from extproc.identity.paths import ClaimPath, parse_claim_path
from extproc.identity.sources import (
    AUTHORIZATION,
    IDENTITY_HEADERS,
    CertificateName,
    EnvoyJwtSource,
    Gives,
    Identity,
    PeerCertificateSource,
    Source,
    TokenSource,
    XfccPick,
    XfccSource,
)

_NAME: Final = r"^[a-z0-9][a-z0-9._-]{0,63}$"
_HEADER: Final = r"^[a-z0-9][a-z0-9-]{0,63}$"
_Header = Annotated[str, Field(pattern=_HEADER)]
_TrustDomain = Annotated[str, Field(pattern=r"^[a-z0-9._-]{1,255}$")]
_Gives = Literal["principal", "agent"]
# RFC 8725 §3.11: an ID-JAG (`oauth-id-jag+jwt`) is for an authorization server and must not pass for an access token.
_TYPES: Final = ("JWT", "at+jwt")


class ClaimSettings(Strict):
    """Which claim gives which member of a principal."""

    subject: str = "sub"
    groups: str | None = None
    roles: str | None = None
    scopes: str | None = None
    agent: str | None = None
    organisation: str | None = None
    team: str | None = None
    run: str | None = None

    @model_validator(mode="after")
    def _readable(self) -> "ClaimSettings":
        self.value()
        return self

    def value(self) -> ClaimMap:
        """Return the parsed paths."""
        return ClaimMap(
            subject=parse_claim_path(self.subject),
            groups=_path(self.groups),
            roles=_path(self.roles),
            scopes=_path(self.scopes),
            agent=_path(self.agent),
            organisation=_path(self.organisation),
            team=_path(self.team),
            run=_path(self.run),
        )


def _path(text: str | None) -> ClaimPath | None:
    return None if text is None else parse_claim_path(text)


class _Issued(Strict):
    """What every source of tokens states."""

    name: Annotated[str, Field(pattern=_NAME)]
    issuer: Text
    audiences: Annotated[list[Text], Field(min_length=1)]
    types: Annotated[list[Text], Field(min_length=1, default_factory=lambda: list(_TYPES))]
    leeway: Annotated[float, Field(ge=0, le=MAX_LEEWAY, strict=False)] = 30.0
    claims: ClaimSettings = ClaimSettings()
    gives: _Gives = "principal"

    @model_validator(mode="after")
    def _no_grants(self) -> "_Issued":
        if any("id-jag" in one.lower() for one in self.types):
            raise ValueError("an identity assertion grant is not an access token, whatever its audience")
        return self

    def expected(self) -> Expected:
        """Return what the registered claims must say."""
        return Expected(issuer=self.issuer, audiences=frozenset(self.audiences), leeway=self.leeway)

    def allowed_types(self) -> frozenset[str]:
        """Return the types as they are compared."""
        return frozenset(one.lower().removeprefix("application/") for one in self.types)


class EnvoyJwtSettings(_Issued):
    """Claims that Envoy's `jwt_authn` verified."""

    kind: Literal["jwt_authn"]
    payload: Annotated[str, Field(min_length=1, max_length=256)]
    header_in_metadata: Annotated[str, Field(min_length=1, max_length=256)] | None = None

    def value(self) -> Source:
        """Return the source."""
        return EnvoyJwtSource(
            name=self.name,
            payload_key=self.payload,
            header_key=self.header_in_metadata,
            types=self.allowed_types(),
            expected=self.expected(),
            claims=self.claims.value(),
            gives=Gives(self.gives),
        )


class _Verified(_Issued):
    algorithms: Annotated[list[str], Field(min_length=1, default_factory=lambda: ["RS256"])]
    header: _Header = AUTHORIZATION
    keys: KeySettings

    @model_validator(mode="after")
    def _asymmetric(self) -> "_Verified":
        if not set(self.algorithms) <= set(ALGORITHMS):
            raise ValueError(f"algorithms must be of {', '.join(ALGORITHMS)}")
        return self

    def _token_source(self, *, workloads: bool) -> Source:
        return TokenSource(
            name=self.name,
            header=self.header,
            algorithms=frozenset(self.algorithms),
            types=self.allowed_types(),
            expected=self.expected(),
            claims=self.claims.value(),
            workloads=workloads,
            gives=Gives(self.gives),
        )


class JwtSettings(_Verified):
    """Tokens that the sidecar verifies itself."""

    kind: Literal["jwt"]

    def value(self) -> Source:
        """Return the source."""
        return self._token_source(workloads=False)


class ServiceAccountSettings(_Verified):
    """Kubernetes service-account tokens; the team is the namespace unless it is mapped otherwise."""

    kind: Literal["service_account"]
    claims: ClaimSettings = ClaimSettings(team=r"kubernetes\.io.namespace")

    def value(self) -> Source:
        """Return the source."""
        return self._token_source(workloads=True)


class PeerCertificateSettings(Strict):
    """The client certificate of the connection to Envoy."""

    name: Annotated[str, Field(pattern=_NAME)]
    kind: Literal["peer_certificate"]
    subject: Literal["spiffe", "dns", "subject"] = "spiffe"
    trust_domains: Annotated[list[_TrustDomain], Field(min_length=1)] | None = None
    gives: _Gives = "principal"

    @model_validator(mode="after")
    def _spiffe(self) -> "PeerCertificateSettings":
        if self.trust_domains is not None and self.subject != "spiffe":
            raise ValueError("trust_domains are for SPIFFE identities")
        return self

    def value(self) -> Source:
        """Return the source."""
        return PeerCertificateSource(
            name=self.name,
            takes=CertificateName(self.subject),
            trust_domains=frozenset(self.trust_domains or ()),
            gives=Gives(self.gives),
        )


class XfccSettings(Strict):
    """A client certificate that an edge in front forwards in `x-forwarded-client-cert`."""

    name: Annotated[str, Field(pattern=_NAME)]
    kind: Literal["xfcc"]
    trust_domains: Annotated[list[_TrustDomain], Field(min_length=1)]
    by: Annotated[list[Text], Field(min_length=1)] | None = None
    element: Literal["last", "first", "only"] = "last"
    gives: _Gives = "principal"

    def value(self) -> Source:
        """Return the source."""
        return XfccSource(
            name=self.name,
            pick=XfccPick(self.element),
            trust_domains=frozenset(self.trust_domains),
            by=frozenset(self.by or ()),
            gives=Gives(self.gives),
        )


_Source = Annotated[
    EnvoyJwtSettings | JwtSettings | ServiceAccountSettings | PeerCertificateSettings | XfccSettings,
    Field(discriminator="kind"),
]


class IdentitySettings(Strict):
    """Who may act and how that is known."""

    sources: Annotated[list[_Source], Field(default_factory=list)]
    unknown_sessions: Literal["refuse", "adopt"] = "refuse"
    remove_headers: list[_Header] | None = None

    @model_validator(mode="after")
    def _distinct(self) -> "IdentitySettings":
        names = [source.name for source in self.sources]
        if len(names) != len(set(names)):
            raise ValueError("two sources have the same name")
        places = [_place(source) for source in self.sources]
        if len(places) != len(set(places)):
            raise ValueError("two sources would read the same token or certificate")
        return self

    def gives_principal(self) -> bool:
        """Tell whether anybody can be known at all."""
        return any(source.gives == "principal" for source in self.sources)

    def value(self) -> Identity:
        """Return what the engine takes of it."""
        if self.remove_headers is not None:
            removed = tuple(self.remove_headers)
        else:
            removed = IDENTITY_HEADERS if self.sources else ()
        return Identity(
            sources=tuple(source.value() for source in self.sources),
            adopt_sessions=self.unknown_sessions == "adopt",
            remove_headers=removed,
        )

    def keys(self) -> dict[str, KeySettings]:
        """Return where the keys of each source are that needs some."""
        return {source.name: source.keys for source in self.sources if isinstance(source, _Verified)}


def _place(source: _Source) -> tuple[str, str, str]:
    """Return what a source reads; a token belongs to the source whose issuer it names."""
    match source:
        case EnvoyJwtSettings(payload=payload, issuer=issuer):
            return "metadata", payload, issuer
        case JwtSettings(header=header, issuer=issuer) | ServiceAccountSettings(header=header, issuer=issuer):
            return "header", header, issuer
        case PeerCertificateSettings() | XfccSettings():
            return source.kind, "", ""
