"""Builds strict egress: names resolved by named resolvers only, and no answer taken that leads to an inner network.

The answers are filtered where they enter Envoy's cache, so there is no moment between a check and a connection.
"""

from typing import Final

from envoy_data_plane.envoy.config.cluster import v3 as cluster
from envoy_data_plane.envoy.config.core import v3 as core
from envoy_data_plane.envoy.extensions.clusters.dynamic_forward_proxy import v3 as forward_cluster
from envoy_data_plane.envoy.extensions.common.dynamic_forward_proxy import v3 as forward
from envoy_data_plane.envoy.extensions.filters.http.dynamic_forward_proxy import v3 as forward_filter
from envoy_data_plane.envoy.extensions.filters.network.http_connection_manager import v3 as hcm
from envoy_data_plane.envoy.extensions.network.dns_resolver.cares import v3 as cares
from envoy_data_plane.envoy.type.matcher import v3 as matcher
from envoy_data_plane.google.protobuf import Any
from envoy_data_plane.xds.core import v3 as xds

from extproc.envoy.networks import INNER, read_network, without
from extproc.envoy.options import Egress
from extproc.envoy.typed import address_of, http_filter, seconds

EGRESS: Final = "envoy.filters.http.dynamic_forward_proxy"


def resolver(egress: Egress) -> core.TypedExtensionConfig:
    """Build the resolver: these servers, no search domains of the machine, none of its own as a fallback."""
    config = cares.CaresDnsResolverConfig(
        resolvers=[address_of(address) for address in egress.resolvers],
        dns_resolver_options=core.DnsResolverOptions(no_default_search_domain=True),
    )
    return core.TypedExtensionConfig(name="envoy.network.dns_resolver.cares", typed_config=Any.pack(config))


def egress_filter(egress: Egress) -> hcm.HttpFilter:
    """Build the filter that resolves the name of a route's server before the request goes on."""
    return http_filter(EGRESS, forward_filter.FilterConfig(dns_cache_config=_cache(egress)))


def egress_route(authority: str) -> dict[str, Any]:
    """Name the server of a route; what the client wrote as Host is never resolved."""
    return {EGRESS: Any.pack(forward_filter.PerRouteConfig(host_rewrite_literal=authority))}


def egress_cluster_type(egress: Egress) -> cluster.ClusterCustomClusterType:
    """Build the type of a cluster whose address comes from that cache.

    The "insecure" option means that the name is not taken from the request: here it is written in the cluster.
    """
    config = forward_cluster.ClusterConfig(dns_cache_config=_cache(egress), allow_insecure_cluster_options=True)
    return cluster.ClusterCustomClusterType(name="envoy.clusters.dynamic_forward_proxy", typed_config=Any.pack(config))


def _cache(egress: Egress) -> forward.DnsCacheConfig:
    refused = without(INNER, [read_network(text) for text in egress.allowed])
    ranges = [
        xds.CidrRange(address_prefix=str(network.network_address), prefix_len=network.prefixlen) for network in refused
    ]
    return forward.DnsCacheConfig(
        name="egress",
        dns_lookup_family=cluster.ClusterDnsLookupFamily.V4_PREFERRED,
        dns_refresh_rate=seconds(60),
        dns_query_timeout=seconds(5),
        typed_dns_resolver_config=resolver(egress),
        resolved_address_filter=matcher.AddressMatcher(ranges=ranges),
    )
