"""Builds the clusters: the MCP servers, the sidecars that Envoy asks, and the services its filters use."""

from typing import Final

from envoy_data_plane.envoy.config.cluster import v3 as cluster
from envoy_data_plane.envoy.config.core import v3 as core

from extproc.envoy.addresses import Upstream, host_and_port, is_address, parse_upstream, socket_path
from extproc.envoy.egress import egress_cluster_type
from extproc.envoy.jwt import keys_cluster_name
from extproc.envoy.options import BootstrapOptions, RemoteKeys, UpstreamTls
from extproc.envoy.tls import to_server
from extproc.envoy.typed import address_of, assignment, http2, raised_limits, seconds, socket_address

UPSTREAM: Final = "upstream"
SIDECARS: Final = "extproc"
LIMITER: Final = "rate_limit"
_STATIC: Final = cluster.ClusterDiscoveryType.STATIC
# `localhost` is ::1 and 127.0.0.1, and most servers listen on one of them: LOGICAL_DNS with ALL tries both for each
# connection. STRICT_DNS would take them for two servers and fail every other request.
_BY_NAME: Final = cluster.ClusterDiscoveryType.LOGICAL_DNS
_FAMILIES: Final = cluster.ClusterDnsLookupFamily.ALL


def clusters_of(options: BootstrapOptions) -> list[cluster.Cluster]:
    """Build all clusters but the one of the probes."""
    servers = [_server(name, url, tls, options) for name, url, tls in _servers(options)]
    keys = [
        _keys(keys_cluster_name(number), provider.jwks)
        for number, provider in enumerate(options.jwt)
        if isinstance(provider.jwks, RemoteKeys)
    ]
    sidecars = [_sidecars(options)] if options.sidecars else []
    limiter = [_limiter(options.global_limit.service)] if options.global_limit is not None else []
    return [*servers, *sidecars, *keys, *limiter]


def server_cluster_name(server: str) -> str:
    """Return the name of the cluster of one server among several."""
    return f"{UPSTREAM}-{server}"


def _servers(options: BootstrapOptions) -> list[tuple[str, str, UpstreamTls]]:
    if options.upstream is not None:
        return [(UPSTREAM, options.upstream, options.upstream_tls)]
    return [(server_cluster_name(server.name), server.upstream, server.tls) for server in options.servers]


def _server(name: str, url: str, tls: UpstreamTls, options: BootstrapOptions) -> cluster.Cluster:
    """Build the cluster of an MCP server; over TLS its certificate is checked against the name in the URL."""
    upstream = parse_upstream(url)
    secured = to_server(upstream.host, tls) if upstream.tls else None
    if options.egress is not None and not upstream.is_address:
        return cluster.Cluster(
            name=name,
            cluster_type=egress_cluster_type(options.egress),
            lb_policy=cluster.ClusterLbPolicy.CLUSTER_PROVIDED,
            connect_timeout=seconds(5),
            circuit_breakers=raised_limits(options.max_streams),
            transport_socket=secured,
        )
    return cluster.Cluster(
        name=name,
        type=_STATIC if upstream.is_address else _BY_NAME,
        dns_lookup_family=_FAMILIES,
        connect_timeout=seconds(5),
        circuit_breakers=raised_limits(options.max_streams),
        load_assignment=assignment(name, [_at(upstream)]),
        transport_socket=secured,
    )


def _sidecars(options: BootstrapOptions) -> cluster.Cluster:
    """Build the cluster of the sidecars: HTTP/2, one endpoint for each process."""
    addresses = [address_of(sidecar) for sidecar in options.sidecars]
    return cluster.Cluster(
        name=SIDECARS,
        type=_STATIC,
        connect_timeout=seconds(0.25),
        typed_extension_protocol_options=http2(interval=options.keepalive_interval, timeout=options.keepalive_timeout),
        circuit_breakers=raised_limits(options.max_streams),
        outlier_detection=_ejection() if len(addresses) > 1 else None,
        load_assignment=assignment(SIDECARS, addresses),
    )


def _ejection() -> cluster.OutlierDetection:
    """Take a dead worker out at once. A lone sidecar is never taken out: there is nothing else to send to."""
    return cluster.OutlierDetection(
        consecutive_gateway_failure=2,
        enforcing_consecutive_gateway_failure=100,
        base_ejection_time=seconds(2),
        max_ejection_percent=50,
    )


def _limiter(service: str) -> cluster.Cluster:
    """Build the cluster of the rate-limit service."""
    literal = socket_path(service) is not None or is_address(host_and_port(service)[0])
    return cluster.Cluster(
        name=LIMITER,
        type=_STATIC if literal else _BY_NAME,
        dns_lookup_family=_FAMILIES,
        connect_timeout=seconds(0.25),
        typed_extension_protocol_options=http2(interval=5, timeout=5),
        load_assignment=assignment(LIMITER, [address_of(service)]),
    )


def _keys(name: str, keys: RemoteKeys) -> cluster.Cluster:
    """Build the cluster of an issuer's keys."""
    issuer = parse_upstream(keys.url)
    return cluster.Cluster(
        name=name,
        type=_STATIC if issuer.is_address else _BY_NAME,
        dns_lookup_family=_FAMILIES,
        connect_timeout=seconds(5),
        load_assignment=assignment(name, [_at(issuer)]),
        transport_socket=to_server(issuer.host, keys.tls) if issuer.tls else None,
    )


def _at(upstream: Upstream) -> core.Address:
    return socket_address(upstream.host, upstream.port)
