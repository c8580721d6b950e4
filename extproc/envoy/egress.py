"""Builds strict egress: names resolved by named resolvers only, and no way from a name to an inner network.

Two locks, each of which holds alone. Answers are filtered where they enter Envoy's cache, so there is no moment between
a check and a connection; but Envoy calls the type of that filter's ranges unfinished, and says so in its log. Behind it
rbac, which is finished, lets a request go on only to an address that is public or excepted.
"""

from typing import Final

from envoy_data_plane.envoy.config.cluster import v3 as cluster
from envoy_data_plane.envoy.config.core import v3 as core
from envoy_data_plane.envoy.config.rbac import v3 as access
from envoy_data_plane.envoy.config.route import v3 as route
from envoy_data_plane.envoy.extensions.clusters.dynamic_forward_proxy import v3 as forward_cluster
from envoy_data_plane.envoy.extensions.common.dynamic_forward_proxy import v3 as forward
from envoy_data_plane.envoy.extensions.filters.http.dynamic_forward_proxy import v3 as forward_filter
from envoy_data_plane.envoy.extensions.filters.http.rbac import v3 as rbac
from envoy_data_plane.envoy.extensions.filters.network.http_connection_manager import v3 as hcm
from envoy_data_plane.envoy.extensions.network.dns_resolver.cares import v3 as cares
from envoy_data_plane.envoy.extensions.rbac.matchers.upstream_ip_port import v3 as upstream_ip_port
from envoy_data_plane.envoy.type.matcher import v3 as matcher
from envoy_data_plane.google.protobuf import Any
from envoy_data_plane.xds.core import v3 as xds

from extproc.envoy.networks import INNER, Network, read_network, without
from extproc.envoy.options import Egress
from extproc.envoy.typed import address_of, http_filter, seconds

EGRESS: Final = "envoy.filters.http.dynamic_forward_proxy"
RBAC: Final = "envoy.filters.http.rbac"
_EVERYWHERE: Final = (read_network("0.0.0.0/0"), read_network("::/0"))


def resolver(egress: Egress) -> core.TypedExtensionConfig:
    """Build the resolver: these servers, no search domains of the machine, none of its own as a fallback."""
    config = cares.CaresDnsResolverConfig(
        resolvers=[address_of(address) for address in egress.resolvers],
        dns_resolver_options=core.DnsResolverOptions(no_default_search_domain=True),
    )
    return core.TypedExtensionConfig(name="envoy.network.dns_resolver.cares", typed_config=Any.pack(config))


def egress_filters(egress: Egress) -> list[hcm.HttpFilter]:
    """Build the filters that resolve the name of a route's server, and look at the address before the request goes on.

    Only what is known to be good passes: no address at all is a refusal too.
    """
    resolving = forward_filter.FilterConfig(dns_cache_config=_cache(egress), save_upstream_address=True)
    known = _any([_at(network) for network in _EVERYWHERE])
    inner = _any([_at(network) for network in _refused(egress)])
    outside = access.Permission(and_rules=access.PermissionSet(rules=[known, access.Permission(not_rule=inner)]))
    policy = access.Policy(permissions=[outside], principals=[access.Principal(any=True)])
    rules = access.Rbac(action=access.RbacAction.ALLOW, policies={"outside": policy})
    return [http_filter(EGRESS, resolving), http_filter(RBAC, rbac.Rbac(rules=rules))]


def without_egress() -> dict[str, Any]:
    """Switch the second lock off for a route that goes to no name: to an address that was read, or nowhere."""
    return {RBAC: Any.pack(route.FilterConfig(disabled=True))}


def egress_route(authority: str) -> dict[str, Any]:
    """Name the server of a route; what the client wrote as Host is never resolved."""
    return {EGRESS: Any.pack(forward_filter.PerRouteConfig(host_rewrite_literal=authority))}


def egress_cluster_type(egress: Egress) -> cluster.ClusterCustomClusterType:
    """Build the type of a cluster whose address comes from that cache.

    The "insecure" option means that the name is not taken from the request: here it is written in the cluster.
    """
    config = forward_cluster.ClusterConfig(dns_cache_config=_cache(egress), allow_insecure_cluster_options=True)
    return cluster.ClusterCustomClusterType(name="envoy.clusters.dynamic_forward_proxy", typed_config=Any.pack(config))


def _refused(egress: Egress) -> tuple[Network, ...]:
    return without(INNER, [read_network(text) for text in egress.allowed])


def _at(network: Network) -> access.Permission:
    ranges = core.CidrRange(address_prefix=str(network.network_address), prefix_len=network.prefixlen)
    config = upstream_ip_port.UpstreamIpPortMatcher(upstream_ip=ranges)
    return access.Permission(
        matcher=core.TypedExtensionConfig(name="envoy.rbac.matchers.upstream_ip_port", typed_config=Any.pack(config))
    )


def _any(permissions: list[access.Permission]) -> access.Permission:
    return access.Permission(or_rules=access.PermissionSet(rules=permissions))


def _cache(egress: Egress) -> forward.DnsCacheConfig:
    ranges = [
        xds.CidrRange(address_prefix=str(network.network_address), prefix_len=network.prefixlen)
        for network in _refused(egress)
    ]
    return forward.DnsCacheConfig(
        name="egress",
        dns_lookup_family=cluster.ClusterDnsLookupFamily.V4_PREFERRED,
        dns_refresh_rate=seconds(60),
        dns_query_timeout=seconds(5),
        typed_dns_resolver_config=resolver(egress),
        resolved_address_filter=matcher.AddressMatcher(ranges=ranges),
    )
