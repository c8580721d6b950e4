"""The few shapes of Envoy's configuration that every part of it needs: addresses, endpoints and typed extensions."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

from betterproto2 import Message
from envoy_data_plane.envoy.config.cluster import v3 as cluster
from envoy_data_plane.envoy.config.core import v3 as core
from envoy_data_plane.envoy.config.endpoint import v3 as endpoint
from envoy_data_plane.envoy.extensions.filters.network.http_connection_manager import v3 as hcm
from envoy_data_plane.envoy.extensions.upstreams.http import v3 as upstream_http
from envoy_data_plane.google.protobuf import Any

from extproc.envoy.addresses import host_and_port, socket_path

PROTOCOL_OPTIONS: Final = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"


def address_of(address: str, mode: int = 0) -> core.Address:
    """Build an address from `unix:/path` or `host:port`; `mode` is that of a socket which Envoy makes."""
    path = socket_path(address)
    if path is not None:
        return core.Address(pipe=core.Pipe(path=path, mode=mode))
    return socket_address(*host_and_port(address))


def socket_address(host: str, port: int) -> core.Address:
    """Build the address of a TCP port."""
    return core.Address(socket_address=core.SocketAddress(address=host, port_value=port))


def assignment(name: str, addresses: Sequence[core.Address]) -> endpoint.ClusterLoadAssignment:
    """Build the endpoints of a cluster."""
    endpoints = [endpoint.LbEndpoint(endpoint=endpoint.Endpoint(address=address)) for address in addresses]
    return endpoint.ClusterLoadAssignment(
        cluster_name=name, endpoints=[endpoint.LocalityLbEndpoints(lb_endpoints=endpoints)]
    )


def http2(*, interval: float, timeout: float) -> dict[str, Any]:
    """Speak HTTP/2 to a cluster, and notice a peer that hangs."""
    keepalive = core.KeepaliveSettings(interval=seconds(interval), timeout=seconds(timeout))
    protocol = upstream_http.HttpProtocolOptions(
        explicit_http_config=upstream_http.HttpProtocolOptionsExplicitHttpConfig(
            http2_protocol_options=core.Http2ProtocolOptions(connection_keepalive=keepalive)
        )
    )
    return {PROTOCOL_OPTIONS: Any.pack(protocol)}


def raised_limits(streams: int) -> cluster.CircuitBreakers:
    """Lift the default of 1,024: every open event stream and every held call is one request in its clusters."""
    thresholds = cluster.CircuitBreakersThresholds(
        max_connections=streams, max_pending_requests=streams, max_requests=streams, max_retries=streams
    )
    return cluster.CircuitBreakers(thresholds=[thresholds])


def http_filter(name: str, config: Message, *, disabled: bool = False) -> hcm.HttpFilter:
    """Build an HTTP filter."""
    return hcm.HttpFilter(name=name, typed_config=Any.pack(config), disabled=disabled)


def seconds(number: float) -> dt.timedelta:
    """Return a duration."""
    return dt.timedelta(seconds=number)
