"""What an Envoy in front of the sidecar can be told, as plain values: addresses, limits, whom it believes."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from extproc.envoy.addresses import OptionsError, is_private_to_this_machine

METADATA_NAMESPACE: Final = "mcp_extproc"
"""Dynamic metadata that the sidecar may write; the access log prints it."""

OWN_DETAILS: Final = "mcp_extproc_"
"""Every immediate response of the sidecar has details that begin so; Envoy leaves their bodies alone."""

ClientCertificates = Literal["required", "optional"]
ForwardedCertificates = Literal["removed", "believed_over_mtls", "believed"]
LimitedBy = Literal["client", "server", "method", "tool", "rule"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamTls:
    """How a server over TLS is checked, and what it is shown.

    Without `ca` the system's authorities count; without `name` the certificate must be for the host in the URL.
    """

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One MCP server of several, by its public hosts and exact paths."""

    name: str
    hosts: tuple[str, ...]
    paths: tuple[str, ...]
    upstream: str
    tls: UpstreamTls = field(default_factory=UpstreamTls)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteKeys:
    """A key set behind a URL, fetched before the listener opens and again every `refresh` seconds."""

    url: str
    tls: UpstreamTls = field(default_factory=UpstreamTls)
    refresh: float = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class JwtProvider:
    """Tokens that Envoy verifies by a key set in a file or behind a URL.

    The claims of a good one go to the sidecar under `payload`, its header under `payload` with `_header` after it. A
    missing or bad one goes on, so that the sidecar can answer it with the challenge that MCP asks for.
    """

    issuer: str
    audiences: tuple[str, ...]
    jwks: Path | RemoteKeys
    payload: str = "jwt"
    header: str = "authorization"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalLimit:
    """At most `burst` requests at once and `requests` in `seconds` after that, of all together or of each client."""

    requests: int
    seconds: float
    burst: int
    by_client: bool = False
    clients: int = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalLimit:
    """A rate-limit service that is asked for each request, by descriptors of these entries, in their order."""

    service: str
    domain: str
    descriptors: tuple[tuple[LimitedBy, ...], ...]
    seconds: float = 0.25
    refuse_when_down: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Egress:
    """Names of servers are resolved by these resolvers alone, and never to an address of an inner network.

    `allowed` are networks excepted from that.
    """

    resolvers: tuple[str, ...]
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapOptions:
    """One Envoy: a listener, the sidecars it asks, and what is behind it: one `upstream`, or `servers`.

    `sidecars` are `unix:/path` or `host:port`, one for each process; none makes a plain proxy that inspects nothing,
    which only measurements want. Times are seconds. `admin` is `unix:/path` or a loopback `host:port`; `probe` is the
    address of a listener that shows readiness and statistics and nothing else of it. `client_ca` asks clients for
    certificates, `client_names` for those names; what another proxy forwards of theirs is removed unless it is to be
    believed. `edge_addresses` are the networks that may connect at all. With `rewrite_host` a server on loopback is
    told its own address as `Host`, where clients know it by another name.
    """

    admin: str
    listen_port: int
    listen_host: str = "127.0.0.1"
    upstream: str | None = None
    rewrite_host: bool = False
    upstream_tls: UpstreamTls = field(default_factory=UpstreamTls)
    servers: tuple[Server, ...] = ()
    sidecars: tuple[str, ...] = ()
    probe: tuple[str, int] | None = None
    body_bytes: int = 4 * 1024 * 1024
    message_timeout: float = 2.0
    max_message_timeout: float = 3600.0
    request_timeout: float = 30.0
    request_headers_timeout: float = 10.0
    keepalive_interval: float = 5.0
    keepalive_timeout: float = 5.0
    max_streams: int = 100_000
    max_connections: int = 50_000
    access_log: Path | None = None
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    client_ca: Path | None = None
    client_names: tuple[str, ...] = ()
    client_certificates: ClientCertificates = "required"
    forwarded_certificates: ForwardedCertificates = "removed"
    trusted_hops: int = 0
    edge_addresses: tuple[str, ...] = ()
    jwt: tuple[JwtProvider, ...] = ()
    local_limit: LocalLimit | None = None
    global_limit: GlobalLimit | None = None
    egress: Egress | None = None

    def __post_init__(self) -> None:
        if (self.upstream is None) == (not self.servers):
            raise OptionsError("behind a listener is either one upstream or several servers")
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise OptionsError("a listener with TLS needs both a certificate and a key")
        if self.client_ca is not None and self.tls_certificate is None:
            raise OptionsError("client certificates need a listener with TLS")
        if not is_private_to_this_machine(self.admin):
            raise OptionsError(f"the admin address {self.admin!r} is neither unix:/path nor loopback; it has no login")
