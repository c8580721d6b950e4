"""Builds the two clusters of the bootstrap: the MCP server upstream and the sidecars that Envoy asks."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from envoy_data_plane.envoy.config.cluster import v3 as cluster
from envoy_data_plane.envoy.config.core import v3 as core
from envoy_data_plane.envoy.config.endpoint import v3 as endpoint
from envoy_data_plane.envoy.extensions.transport_sockets.tls import v3 as tls
from envoy_data_plane.envoy.extensions.upstreams.http import v3 as upstream_http
from envoy_data_plane.envoy.type.matcher import v3 as matcher
from envoy_data_plane.google.protobuf import Any

from extproc.envoy.options import BootstrapOptions, OptionsError, Upstream, host_and_port, parse_upstream, socket_path

UPSTREAM: Final = "upstream"
SIDECARS: Final = "extproc"
_PROTOCOL_OPTIONS: Final = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
_CA_FILES: Final = (
    Path("/etc/ssl/certs/ca-certificates.crt"),  # Debian, Ubuntu, Alpine, Arch
    Path("/etc/pki/tls/certs/ca-bundle.crt"),  # Fedora, RHEL
    Path("/etc/ssl/ca-bundle.pem"),  # openSUSE
    Path("/etc/ssl/cert.pem"),  # macOS, BSD
)


def upstream_cluster(options: BootstrapOptions) -> cluster.Cluster:
    """Build the cluster of the MCP server; over TLS its certificate is checked against the name in the URL."""
    upstream = parse_upstream(options.upstream)
    address = core.Address(socket_address=core.SocketAddress(address=upstream.host, port_value=upstream.port))
    return cluster.Cluster(
        name=UPSTREAM,
        type=cluster.ClusterDiscoveryType.STATIC if upstream.is_address else cluster.ClusterDiscoveryType.LOGICAL_DNS,
        # `localhost` is ::1 and 127.0.0.1, and most servers listen on one of them: LOGICAL_DNS with ALL tries both for
        # each connection. STRICT_DNS would take them for two servers and fail every other request.
        dns_lookup_family=cluster.ClusterDnsLookupFamily.ALL,
        connect_timeout=dt.timedelta(seconds=5),
        circuit_breakers=_raised_limits(options.max_streams),
        load_assignment=_assignment(UPSTREAM, [address]),
        transport_socket=_tls_to(upstream, options.upstream_ca) if upstream.tls else None,
    )


def sidecar_cluster(options: BootstrapOptions) -> cluster.Cluster:
    """Build the cluster of the sidecars: HTTP/2, one endpoint for each process."""
    keepalive = core.KeepaliveSettings(
        interval=dt.timedelta(seconds=options.keepalive_interval),
        timeout=dt.timedelta(seconds=options.keepalive_timeout),
    )
    http2 = core.Http2ProtocolOptions(connection_keepalive=keepalive)
    protocol = upstream_http.HttpProtocolOptions(
        explicit_http_config=upstream_http.HttpProtocolOptionsExplicitHttpConfig(http2_protocol_options=http2)
    )
    addresses = [_address(sidecar) for sidecar in options.sidecars]
    return cluster.Cluster(
        name=SIDECARS,
        type=cluster.ClusterDiscoveryType.STATIC,
        connect_timeout=dt.timedelta(milliseconds=250),
        typed_extension_protocol_options={_PROTOCOL_OPTIONS: Any.pack(protocol)},
        circuit_breakers=_raised_limits(options.max_streams),
        outlier_detection=_ejection() if len(addresses) > 1 else None,
        load_assignment=_assignment(SIDECARS, addresses),
    )


def _raised_limits(streams: int) -> cluster.CircuitBreakers:
    """Lift the default of 1,024: every open event stream and every held call is one request in both clusters."""
    thresholds = cluster.CircuitBreakersThresholds(
        max_connections=streams, max_pending_requests=streams, max_requests=streams, max_retries=streams
    )
    return cluster.CircuitBreakers(thresholds=[thresholds])


def _ejection() -> cluster.OutlierDetection:
    """Take a dead worker out at once. A lone sidecar is never taken out: there is nothing else to send to."""
    return cluster.OutlierDetection(
        consecutive_gateway_failure=2,
        enforcing_consecutive_gateway_failure=100,
        base_ejection_time=dt.timedelta(seconds=2),
        max_ejection_percent=50,
    )


def _address(address: str) -> core.Address:
    path = socket_path(address)
    if path is not None:
        return core.Address(pipe=core.Pipe(path=path))
    host, port = host_and_port(address)
    return core.Address(socket_address=core.SocketAddress(address=host, port_value=port))


def _assignment(name: str, addresses: Sequence[core.Address]) -> endpoint.ClusterLoadAssignment:
    endpoints = [endpoint.LbEndpoint(endpoint=endpoint.Endpoint(address=address)) for address in addresses]
    return endpoint.ClusterLoadAssignment(
        cluster_name=name, endpoints=[endpoint.LocalityLbEndpoints(lb_endpoints=endpoints)]
    )


def _tls_to(upstream: Upstream, ca: Path | None) -> core.TransportSocket:
    """Demand a certificate for exactly this host. Envoy checks only the chain unless it is told the name."""
    kinds = tls.SubjectAltNameMatcherSanType
    san_type = kinds.IP_ADDRESS if upstream.is_address else kinds.DNS
    validation = tls.CertificateValidationContext(
        trusted_ca=core.DataSource(filename=str(ca or _system_ca())),
        match_typed_subject_alt_names=[
            tls.SubjectAltNameMatcher(san_type=san_type, matcher=matcher.StringMatcher(exact=upstream.host))
        ],
    )
    context = tls.UpstreamTlsContext(
        # RFC 6066 section 3: a literal address is not permitted as server name.
        sni="" if upstream.is_address else upstream.host,
        common_tls_context=tls.CommonTlsContext(validation_context=validation, alpn_protocols=["http/1.1"]),
    )
    return core.TransportSocket(name="envoy.transport_sockets.tls", typed_config=Any.pack(context))


def _system_ca() -> Path:
    for candidate in _CA_FILES:
        if candidate.is_file():
            return candidate
    raise OptionsError("no bundle of certificate authorities found on this system; name one with upstream_ca")
