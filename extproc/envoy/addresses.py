"""Reads the addresses that an Envoy is told of: sockets, host and port, URLs of servers, networks."""

import ipaddress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

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
        return is_address(self.host)

    @property
    def is_loopback(self) -> bool:
        """Tell whether the server is on this machine, where it knows itself by the name the client uses."""
        return self.host == "localhost" or (self.is_address and ipaddress.ip_address(self.host).is_loopback)

    @property
    def authority(self) -> str:
        """Return what a Host header for this server holds: no port where it is the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS["https" if self.tls else "http"] else f"{host}:{self.port}"


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


def is_address(host: str) -> bool:
    """Tell a literal IP address from a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_private_to_this_machine(address: str) -> bool:
    """Tell whether nobody elsewhere can reach an address: a unix socket, or a literal address of loopback."""
    if socket_path(address) is not None:
        return True
    host, _ = host_and_port(address)
    return is_address(host) and ipaddress.ip_address(host).is_loopback
