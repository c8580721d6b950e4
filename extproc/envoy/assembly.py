"""Puts Envoy's bootstrap together: the listeners, the clusters, and a limit on connections."""

from typing import Final

from envoy_data_plane.envoy.config.bootstrap import v3 as bootstrap
from envoy_data_plane.envoy.config.overload import v3 as overload
from envoy_data_plane.envoy.extensions.resource_monitors.downstream_connections import v3 as downstream
from envoy_data_plane.google.protobuf import Any

from extproc.envoy.clusters import clusters_of
from extproc.envoy.egress import resolver
from extproc.envoy.listener import listener_of
from extproc.envoy.options import BootstrapOptions
from extproc.envoy.probe import admin_cluster, probe_listener
from extproc.envoy.typed import address_of

_ADMIN_MODE: Final = 0o600


def assemble(options: BootstrapOptions) -> bootstrap.Bootstrap:
    """Build the whole bootstrap."""
    connections = downstream.DownstreamConnectionsConfig(max_active_downstream_connections=options.max_connections)
    monitor = overload.ResourceMonitor(
        name="envoy.resource_monitors.global_downstream_max_connections", typed_config=Any.pack(connections)
    )
    probed = options.probe is not None
    return bootstrap.Bootstrap(
        admin=bootstrap.Admin(address=address_of(options.admin, _ADMIN_MODE)),
        static_resources=bootstrap.BootstrapStaticResources(
            listeners=[listener_of(options), *([probe_listener(*options.probe)] if options.probe is not None else [])],
            clusters=[*clusters_of(options), *([admin_cluster(options.admin)] if probed else [])],
        ),
        # Names of other services go to the same resolvers.
        typed_dns_resolver_config=resolver(options.egress) if options.egress is not None else None,
        overload_manager=overload.OverloadManager(resource_monitors=[monitor]),
    )
