"""What an Envoy in front of the sidecar can be told: addresses, limits and timeouts, as plain values."""

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

METADATA_NAMESPACE: Final = "mcp_extproc"
"""Dynamic metadata that the sidecar may write; the access log prints it."""

OWN_DETAILS: Final = "mcp_extproc_"
"""Every immediate response of the sidecar has details that begin so; Envoy leaves their bodies alone."""

DEFAULT_PATH: Final = "/mcp"
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_UNIX: Final = "unix:"


class OptionsError(ValueError):
    """An option that cannot be used; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """The MCP server behind Envoy, read from a URL."""

    tls: bool
    host: str
    port: int
    path: str

    @property
    def is_address(self) -> bool:
        """Tell a literal IP address from a name that must be resolved."""
        try:
            ipaddress.ip_address(self.host)
        except ValueError:
            return False
        return True

    @property
    def is_loopback(self) -> bool:
        """Tell whether the server is on this machine, where it knows itself by the name the client uses."""
        return self.host == "localhost" or (self.is_address and ipaddress.ip_address(self.host).is_loopback)

    @property
    def authority(self) -> str:
        """Return what a Host header for this server holds: no port where it is the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS["https" if self.tls else "http"] else f"{host}:{self.port}"


ClientCertificates = Literal["required", "optional"]
ForwardedCertificates = Literal["removed", "believed_over_mtls", "believed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JwtProvider:
    """Tokens that Envoy verifies by a local key set.

    The claims of a good one go to the sidecar under `payload`, its header under `payload` with `_header` after it. A
    missing or bad one goes on, so that the sidecar can answer it with the challenge that MCP asks for.
    """

    issuer: str
    audiences: tuple[str, ...]
    jwks: Path
    payload: str = "jwt"
    header: str = "authorization"


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapOptions:
    """One Envoy: a listener, the sidecars it asks, and the server behind it.

    `sidecars` are `unix:/path` or `host:port`, one for each process; none makes a plain proxy that inspects nothing,
    which only measurements want. Times are seconds. `admin` is `unix:/path` or a loopback `host:port`. `client_ca` asks
    clients for certificates; what another proxy forwards of theirs is removed unless it is to be believed.
    """

    upstream: str
    listen_port: int
    admin: str
    listen_host: str = "127.0.0.1"
    sidecars: tuple[str, ...] = ()
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
    upstream_ca: Path | None = None
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    client_ca: Path | None = None
    client_certificates: ClientCertificates = "required"
    forwarded_certificates: ForwardedCertificates = "removed"
    jwt: tuple[JwtProvider, ...] = ()

    def __post_init__(self) -> None:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise OptionsError("a listener with TLS needs both a certificate and a key")
        if self.client_ca is not None and self.tls_certificate is None:
            raise OptionsError("client certificates need a listener with TLS")
        if not self.admin.startswith(_UNIX) and not _is_loopback(self.admin):
            raise OptionsError(f"the admin address {self.admin!r} is neither unix:/path nor loopback; it has no login")


def parse_upstream(url: str) -> Upstream:
    """Read `http(s)://host[:port][/path]`, or `host:port` for short."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme not in _DEFAULT_PORTS:
        raise OptionsError(f"upstream {url!r}: expected http:// or https://, got {parts.scheme}://")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise OptionsError(
            "upstream: expected scheme, host, port and path only; got credentials, a query or a fragment"
        )
    try:
        port = parts.port or _DEFAULT_PORTS[parts.scheme]
    except ValueError as error:
        raise OptionsError(f"upstream {url!r}: {error}") from error
    if not parts.hostname:
        raise OptionsError(f"upstream {url!r}: no host")
    path = parts.path if parts.path not in {"", "/"} else DEFAULT_PATH
    return Upstream(tls=parts.scheme == "https", host=parts.hostname, port=port, path=path)


def socket_path(address: str) -> str | None:
    """Return the path of a `unix:` address, or nothing for a TCP one."""
    return address.removeprefix(_UNIX) if address.startswith(_UNIX) else None


def host_and_port(address: str) -> tuple[str, int]:
    """Split `host:port`, with or without brackets around an IPv6 address."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise OptionsError(f"address {address!r}: expected host:port or unix:/path")
    return host.removeprefix("[").removesuffix("]"), int(port)


def _is_loopback(address: str) -> bool:
    host, _ = host_and_port(address)
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
