"""The values of each profile: what stands in the file that `extproc envoy render` reads, every key of it."""

from collections import Counter
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from extproc.config.model import Strict
from extproc.envoy.addresses import parse_upstream
from extproc.envoy.networks import is_inner, read_network
from extproc.envoy.options import BootstrapOptions, Egress, Server
from extproc.envoy.values_parts import (
    Address,
    AdminAddress,
    EgressValues,
    File,
    Forwarded,
    Jwt,
    Limits,
    Listen,
    Network,
    Probe,
    RateLimit,
    Timeouts,
    Tls,
    UpstreamTlsValues,
    Url,
    file,
)

_HOST = r"^(\*|(\*\.)?[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?)$"


class Values(Strict):
    """What every profile has."""

    listen: Listen = Listen()
    sidecars: Annotated[
        list[Address], Field(min_length=1, max_length=64, default_factory=lambda: ["unix:/run/mcp-extproc/0.sock"])
    ]
    admin: AdminAddress = "unix:/run/mcp-extproc/admin.sock"
    probe: Probe | None = None
    access_log: File | None = "/dev/stdout"
    limits: Limits = Limits()
    timeouts: Timeouts = Timeouts()
    tls: Tls | None = None

    def options(self) -> BootstrapOptions:
        """Return what the builder takes."""
        return BootstrapOptions(**self._fields())

    def _fields(self) -> dict[str, Any]:
        secured = {} if self.tls is None else _secured(self.tls)
        return {
            "listen_host": self.listen.host,
            "listen_port": self.listen.port,
            "sidecars": tuple(self.sidecars),
            "admin": self.admin,
            "probe": None if self.probe is None else (self.probe.host, self.probe.port),
            "access_log": file(self.access_log),
            "body_bytes": self.limits.body_bytes,
            "max_streams": self.limits.streams,
            "max_connections": self.limits.connections,
            "message_timeout": self.timeouts.message,
            "max_message_timeout": self.timeouts.hold,
            "request_timeout": self.timeouts.request,
            "request_headers_timeout": self.timeouts.request_headers,
            **secured,
        }


class SidecarValues(Values):
    """One server, plain HTTP, on this machine or in this pod."""

    upstream: Annotated[Url, AfterValidator(lambda url: _scheme(url, tls=False))]
    rewrite_host: bool = False

    def _fields(self) -> dict[str, Any]:
        return {**super()._fields(), "upstream": self.upstream, "rewrite_host": self.rewrite_host}


class UpstreamTlsProfileValues(Values):
    """One server elsewhere, over TLS."""

    upstream: Annotated[Url, AfterValidator(lambda url: _scheme(url, tls=True))]
    upstream_tls: UpstreamTlsValues = UpstreamTlsValues()

    def _fields(self) -> dict[str, Any]:
        return {**super()._fields(), "upstream": self.upstream, "upstream_tls": self.upstream_tls.value()}


class ServerValues(Strict):
    """One server of several."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    hosts: Annotated[list[Annotated[str, Field(pattern=_HOST)]], Field(min_length=1, default_factory=lambda: ["*"])]
    paths: Annotated[
        list[Annotated[str, Field(pattern=r"^/[^?#\s]*$")]], Field(min_length=1, default_factory=lambda: ["/mcp"])
    ]
    upstream: Url
    tls: UpstreamTlsValues = UpstreamTlsValues()

    def value(self) -> Server:
        """Return what the builder takes."""
        return Server(
            name=self.name,
            hosts=tuple(host.lower() for host in self.hosts),
            paths=tuple(self.paths),
            upstream=self.upstream,
            tls=self.tls.value(),
        )


class GatewayValues(Values):
    """Several servers, by host and path."""

    servers: Annotated[list[ServerValues], Field(min_length=1)]
    jwt: Annotated[list[Jwt], Field(default_factory=list)]
    rate_limit: RateLimit = RateLimit()
    egress: EgressValues | None = None

    @model_validator(mode="after")
    def _distinct(self) -> "GatewayValues":
        names = [server.name for server in self.servers]
        if len(names) != len(set(names)):
            raise ValueError("two servers have the same name")
        places = Counter(
            (host, path) for server in self.servers for host in server.value().hosts for path in server.paths
        )
        for (host, path), number in places.items():
            if number > 1:
                raise ValueError(f"host {host} and path {path} are of two servers")
        payloads = [provider.payload for provider in self.jwt]
        if len(payloads) != len(set(payloads)):
            raise ValueError("two providers in jwt have the same payload: one would overwrite the other's claims")
        return self

    @model_validator(mode="after")
    def _outside(self) -> "GatewayValues":
        """Refuse a literal address of an inner network: no resolver is asked for it, so nothing else would."""
        if self.egress is None:
            return self
        allowed = [read_network(text) for text in self.egress.allow]
        for server in self.servers:
            upstream = parse_upstream(server.upstream)
            if upstream.is_address and is_inner(upstream.host, allowed):
                raise ValueError(f"server {server.name} is at {upstream.host}, which is in no network of egress.allow")
            if not upstream.is_address and server.tls.name is not None:
                # Measured: what Envoy resolves itself it checks by the name it resolved, whatever else is configured.
                raise ValueError(f"server {server.name}: with egress its certificate must be for the host in upstream")
        return self

    def _fields(self) -> dict[str, Any]:
        local, shared = self.rate_limit.local, self.rate_limit.global_
        strict = None
        if self.egress is not None:
            strict = Egress(resolvers=tuple(self.egress.resolvers), allowed=tuple(self.egress.allow))
        return {
            **super()._fields(),
            "servers": tuple(server.value() for server in self.servers),
            "jwt": tuple(provider.value() for provider in self.jwt),
            "local_limit": None if local is None else local.value(),
            "global_limit": None if shared is None else shared.value(),
            "egress": strict,
        }


class EdgeValues(GatewayValues):
    """Clients connect here: TLS is not a choice."""

    tls: Tls


class BehindEdgeValues(GatewayValues):
    """A proxy in front, and what of it is believed."""

    trusted_hops: Annotated[int, Field(ge=0, le=16)] = 1
    edge_addresses: Annotated[list[Network], Field(default_factory=list)]
    forwarded: Forwarded = Forwarded()

    @model_validator(mode="after")
    def _vouched(self) -> "BehindEdgeValues":
        """Believe certificates of a proxy only that has shown one itself, of a name that is written here."""
        if not self.forwarded.certificates:
            return self
        if self.tls is None or self.tls.client_ca is None or self.tls.client_certificates != "required":
            raise ValueError("forwarded.certificates need tls.client_ca: the proxy must show a certificate of its own")
        if not self.tls.client_names:
            raise ValueError("forwarded.certificates need tls.client_names: not all that client_ca signs is a proxy")
        return self

    def _fields(self) -> dict[str, Any]:
        return {
            **super()._fields(),
            "trusted_hops": self.trusted_hops,
            "edge_addresses": tuple(self.edge_addresses),
            "forwarded_certificates": "believed_over_mtls" if self.forwarded.certificates else "removed",
        }


class StrictEgressValues(GatewayValues):
    """Nothing but the named servers can be reached."""

    egress: EgressValues


def _secured(tls: Tls) -> dict[str, Any]:
    return {
        "tls_certificate": file(tls.certificate),
        "tls_key": file(tls.key),
        "client_ca": file(tls.client_ca),
        "client_certificates": tls.client_certificates,
        "client_names": tuple(tls.client_names),
    }


def _scheme(url: str, *, tls: bool) -> str:
    if parse_upstream(url).tls != tls:
        raise ValueError("expected https://" if tls else "expected http://; for https:// use the profile upstream-tls")
    return url
