"""Builds the routes: everything to the one server, or each of several by host and exact path; none past the sidecar.

What may pass is for the sidecar to say, so every request that Envoy does not refuse itself has a route: what belongs to
no server gets one that ends in 404 after the sidecar has seen it (it answers the metadata of protected servers there).
"""

from collections.abc import Iterator, Sequence
from typing import Final

from envoy_data_plane.envoy.config.route import v3 as route
from envoy_data_plane.google.protobuf import Any

from extproc.envoy.addresses import parse_upstream
from extproc.envoy.clusters import UPSTREAM, server_cluster_name
from extproc.envoy.egress import egress_route, without_egress
from extproc.envoy.hosts import ANY_HOST, covers
from extproc.envoy.limits import descriptors_of
from extproc.envoy.options import BootstrapOptions, Server
from extproc.envoy.processor import enabled
from extproc.envoy.typed import seconds

_NOT_FOUND: Final = 404


def routes_of(options: BootstrapOptions) -> route.RouteConfiguration:
    """Build the route configuration, with ext_proc switched on for all of it."""
    several = bool(options.servers)
    return route.RouteConfiguration(
        name="mcp",
        virtual_hosts=_by_host(options) if several else [_everything(options)],
        # The sidecar takes a host with and without its port; so must this, or the two would not mean the same server.
        ignore_port_in_host_matching=several,
        typed_per_filter_config=enabled() if options.sidecars else {},
    )


def _everything(options: BootstrapOptions) -> route.VirtualHost:
    action = _to(UPSTREAM, options.upstream or "", options)
    match = route.RouteMatch(prefix="/")
    return _virtual_host("mcp", [ANY_HOST], [route.Route(name="everything", match=match, route=action)])


def _by_host(options: BootstrapOptions) -> list[route.VirtualHost]:
    """Build one virtual host for each pattern.

    Envoy looks at the most specific one only, so it needs the routes of the wider ones too. The sidecar takes the
    first server of the file that fits, and so does the order here.
    """
    patterns = list(dict.fromkeys(host for server in options.servers for host in server.hosts))
    patterns += [] if ANY_HOST in patterns else [ANY_HOST]
    return [_host(number, pattern, options) for number, pattern in enumerate(patterns)]


def _host(number: int, pattern: str, options: BootstrapOptions) -> route.VirtualHost:
    here = [server for server in options.servers if any(covers(host, pattern) for host in server.hosts)]
    nothing = route.Route(
        name="nothing",
        match=route.RouteMatch(prefix="/"),
        direct_response=route.DirectResponseAction(status=_NOT_FOUND),
        typed_per_filter_config={} if options.egress is None else without_egress(),
    )
    return _virtual_host(f"mcp-{number}", [pattern], [*_of(here, options), nothing])


def _of(servers: Sequence[Server], options: BootstrapOptions) -> Iterator[route.Route]:
    for server in servers:
        for path in server.paths:
            yield route.Route(
                name=server.name,
                match=route.RouteMatch(path=path),
                route=_to(server_cluster_name(server.name), server.upstream, options, server),
                typed_per_filter_config=_resolved(server, options),
            )


def _resolved(server: Server, options: BootstrapOptions) -> dict[str, Any]:
    if options.egress is None:
        return {}
    upstream = parse_upstream(server.upstream)
    return without_egress() if upstream.is_address else egress_route(upstream.authority)


def _to(cluster: str, url: str, options: BootstrapOptions, server: Server | None = None) -> route.RouteAction:
    upstream = parse_upstream(url)
    kept = not options.rewrite_host
    resolved_by_name = options.egress is not None and not upstream.is_address
    return route.RouteAction(
        cluster=cluster,
        # A server elsewhere needs its own name. One on loopback often takes loopback's names only (a guard against
        # pages in a browser), which clients on the same machine use, and those of a pod do not.
        host_rewrite_literal=None if resolved_by_name or (upstream.is_loopback and kept) else upstream.authority,
        timeout=seconds(0),
        idle_timeout=seconds(0),
        rate_limits=descriptors_of(options.global_limit, server),
    )


def _virtual_host(name: str, domains: list[str], routes: list[route.Route]) -> route.VirtualHost:
    # The sidecar cannot read a compressed response and would refuse it.
    return route.VirtualHost(name=name, domains=domains, request_headers_to_remove=["accept-encoding"], routes=routes)
