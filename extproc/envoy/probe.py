"""Builds the listener for probes: readiness and statistics from the admin interface, and nothing else of it."""

from typing import Final

from envoy_data_plane.envoy.config.cluster import v3 as cluster
from envoy_data_plane.envoy.config.listener import v3 as listener
from envoy_data_plane.envoy.config.route import v3 as route
from envoy_data_plane.envoy.extensions.filters.http.router import v3 as router
from envoy_data_plane.envoy.extensions.filters.network.http_connection_manager import v3 as hcm
from envoy_data_plane.envoy.type.matcher import v3 as matcher
from envoy_data_plane.google.protobuf import Any

from extproc.envoy.typed import address_of, assignment, http_filter, seconds, socket_address

ADMIN: Final = "admin"
PAGES: Final = ("/ready", "/stats/prometheus")


def probe_listener(host: str, port: int) -> listener.Listener:
    """Build the listener. It stands outside the limit on connections, so that a busy Envoy is not called a dead one."""
    manager = hcm.HttpConnectionManager(
        stat_prefix="probe",
        use_remote_address=True,
        request_headers_timeout=seconds(5),
        request_timeout=seconds(5),
        route_config=route.RouteConfiguration(
            name="probe",
            virtual_hosts=[route.VirtualHost(name="probe", domains=["*"], routes=[_page(path) for path in PAGES])],
        ),
        http_filters=[http_filter("envoy.filters.http.router", router.Router(suppress_envoy_headers=True))],
    )
    chain = listener.FilterChain(
        filters=[listener.Filter(name="envoy.filters.network.http_connection_manager", typed_config=Any.pack(manager))]
    )
    return listener.Listener(
        name="probe",
        address=socket_address(host, port),
        per_connection_buffer_limit_bytes=64 * 1024,
        enable_reuse_port=False,
        ignore_global_conn_limit=True,
        filter_chains=[chain],
    )


def admin_cluster(address: str) -> cluster.Cluster:
    """Build the cluster of Envoy's own admin interface."""
    return cluster.Cluster(
        name=ADMIN,
        type=cluster.ClusterDiscoveryType.STATIC,
        connect_timeout=seconds(1),
        load_assignment=assignment(ADMIN, [address_of(address)]),
    )


def _page(path: str) -> route.Route:
    """Match a GET of exactly this page: a query could make the admin interface work."""
    exact = [
        route.HeaderMatcher(name=name, string_match=matcher.StringMatcher(exact=value))
        for name, value in ((":method", "GET"), (":path", path))
    ]
    return route.Route(
        name=path,
        match=route.RouteMatch(path=path, headers=exact),
        route=route.RouteAction(cluster=ADMIN, timeout=seconds(5)),
    )
