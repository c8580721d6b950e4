"""The parts of a profile's values, one model for each concern; what they mean to people is in `envoy/README.md`."""

from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from extproc.config.model import Strict
from extproc.envoy.addresses import host_and_port, is_private_to_this_machine, parse_upstream, socket_path
from extproc.envoy.networks import read_network
from extproc.envoy.options import (
    GlobalLimit,
    JwtProvider,
    LimitedBy,
    LocalLimit,
    RemoteKeys,
    UpstreamTls,
)

MEBIBYTE: Final = 1024 * 1024
Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[float, Field(gt=0, le=3600, strict=False)]
File = Annotated[str, Field(pattern=r"^/[^\x00]+$")]
Text = Annotated[str, Field(min_length=1, max_length=2048)]


def _url(text: str) -> str:
    if "://" not in text:
        raise ValueError("expected a URL: http://host:port or https://host")
    parse_upstream(text)
    return text


def _address(text: str) -> str:
    if socket_path(text) is None:
        host_and_port(text)
    return text


def _network(text: str) -> str:
    return str(read_network(text))


def _unreachable(text: str) -> str:
    if not is_private_to_this_machine(text):
        raise ValueError("neither unix:/path nor a loopback address; the admin interface has no login")
    return text


Url = Annotated[str, AfterValidator(_url)]
Address = Annotated[str, Field(pattern=r"^(unix:/.+|[^/]+:[0-9]{1,5})$"), AfterValidator(_address)]
AdminAddress = Annotated[Address, AfterValidator(_unreachable)]
Network = Annotated[str, AfterValidator(_network)]


def file(path: str | None) -> Path | None:
    """Return a path as a value."""
    return None if path is None else Path(path)


class Listen(Strict):
    """Where clients, or the proxy in front, connect."""

    host: Text = "127.0.0.1"
    port: Port = 8080


class Probe(Strict):
    """Where readiness and statistics are shown: `/ready` and `/stats/prometheus`, and nothing else."""

    host: Text = "0.0.0.0"  # noqa: S104 - what asks it, asks from outside
    port: Port = 8081


class Limits(Strict):
    """Sizes and numbers."""

    body_bytes: Annotated[int, Field(ge=1024, le=64 * MEBIBYTE)] = 4 * MEBIBYTE
    streams: Annotated[int, Field(ge=1, le=1_000_000)] = 100_000
    connections: Annotated[int, Field(ge=1, le=1_000_000)] = 50_000


class Timeouts(Strict):
    """Times in seconds."""

    message: Seconds = 2.0
    hold: Seconds = 3600.0
    request: Seconds = 30.0
    request_headers: Seconds = 10.0


class Tls(Strict):
    """The listener's certificate, and what is asked of clients."""

    certificate: File
    key: File
    client_ca: File | None = None
    client_certificates: Literal["required", "optional"] = "required"
    client_names: Annotated[list[Text], Field(default_factory=list)]

    @model_validator(mode="after")
    def _asked(self) -> "Tls":
        if self.client_names and self.client_ca is None:
            raise ValueError("client_names need a client_ca that vouches for them")
        return self


class UpstreamTlsValues(Strict):
    """How a server over TLS is checked, and what it is shown."""

    ca: File | None = None
    certificate: File | None = None
    key: File | None = None
    name: Text | None = None

    @model_validator(mode="after")
    def _whole(self) -> "UpstreamTlsValues":
        if (self.certificate is None) != (self.key is None):
            raise ValueError("a client certificate needs its key, and the key its certificate")
        return self

    def value(self) -> UpstreamTls:
        """Return what the builder takes."""
        return UpstreamTls(ca=file(self.ca), certificate=file(self.certificate), key=file(self.key), name=self.name)


class Keys(Strict):
    """Where an issuer's keys are: a file, or a URL."""

    file: File | None = None
    url: Url | None = None
    ca: File | None = None
    refresh: Seconds = 300.0

    @model_validator(mode="after")
    def _one(self) -> "Keys":
        if (self.file is None) == (self.url is None):
            raise ValueError("keys are either in a file or behind a url")
        if self.url is not None and urlsplit(self.url).scheme == "http":
            parts = parse_upstream(self.url)
            if not parts.is_loopback:
                raise ValueError("keys over http could be anybody's: the url must be https")
        if self.ca is not None and self.url is None:
            raise ValueError("ca is for a url")
        return self


class Jwt(Strict):
    """Tokens of one issuer, verified by Envoy."""

    issuer: Text
    audiences: Annotated[list[Text], Field(min_length=1)]
    keys: Keys
    payload: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")] = "jwt"
    header: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")] = "authorization"

    def value(self) -> JwtProvider:
        """Return what the builder takes."""
        keys: Path | RemoteKeys = Path(self.keys.file or "")
        if self.keys.url is not None:
            keys = RemoteKeys(url=self.keys.url, tls=UpstreamTls(ca=file(self.keys.ca)), refresh=self.keys.refresh)
        return JwtProvider(
            issuer=self.issuer, audiences=tuple(self.audiences), jwks=keys, payload=self.payload, header=self.header
        )


class LocalRate(Strict):
    """A limit that this Envoy keeps by itself."""

    requests: Annotated[int, Field(ge=1, le=1_000_000)]
    seconds: Annotated[float, Field(ge=0.05, le=86_400, strict=False)] = 1.0
    burst: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    by: Literal["all", "client"] = "all"
    clients: Annotated[int, Field(ge=1, le=1_000_000)] = 10_000

    def value(self) -> LocalLimit:
        """Return what the builder takes."""
        return LocalLimit(
            requests=self.requests,
            seconds=self.seconds,
            burst=self.burst or self.requests,
            by_client=self.by == "client",
            clients=self.clients,
        )


class GlobalRate(Strict):
    """A rate-limit service that many Envoys share."""

    service: Address
    domain: Text
    descriptors: Annotated[
        list[Annotated[list[LimitedBy], Field(min_length=1)]], Field(min_length=1, default_factory=lambda: [["client"]])
    ]
    seconds: Seconds = 0.25
    failure_mode_deny: bool = True

    def value(self) -> GlobalLimit:
        """Return what the builder takes."""
        return GlobalLimit(
            service=self.service,
            domain=self.domain,
            descriptors=tuple(tuple(entries) for entries in self.descriptors),
            seconds=self.seconds,
            refuse_when_down=self.failure_mode_deny,
        )


class RateLimit(Strict):
    """How often is asked, at most."""

    local: LocalRate | None = None
    global_: Annotated[GlobalRate | None, Field(alias="global")] = None


class EgressValues(Strict):
    """How names of servers are resolved, and the inner networks that they may lead to all the same."""

    resolvers: Annotated[list[Address], Field(min_length=1)]
    allow: Annotated[list[Network], Field(default_factory=list)]

    @model_validator(mode="after")
    def _by_address(self) -> "EgressValues":
        for resolver in self.resolvers:
            if not _is_literal(resolver):
                raise ValueError("a resolver is named by its address and port: who would resolve its name?")
        return self


class Forwarded(Strict):
    """Which of the statements of the proxy in front are believed."""

    certificates: bool = False


def _is_literal(address: str) -> bool:
    return socket_path(address) is None and parse_upstream(f"http://{address}").is_address
