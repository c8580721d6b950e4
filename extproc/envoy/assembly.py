"""Puts Envoy's bootstrap together: one listener, the server upstream, the sidecars, and a limit on connections."""

from typing import Final

from envoy_data_plane.envoy.config.bootstrap import v3 as bootstrap
from envoy_data_plane.envoy.config.core import v3 as core
from envoy_data_plane.envoy.config.overload import v3 as overload
from envoy_data_plane.envoy.extensions.resource_monitors.downstream_connections import v3 as downstream
from envoy_data_plane.google.protobuf import Any

from extproc.envoy.clusters import sidecar_cluster, upstream_cluster
from extproc.envoy.listener import listener_of
from extproc.envoy.options import BootstrapOptions, host_and_port, socket_path

_ADMIN_MODE: Final = 0o600


def assemble(options: BootstrapOptions) -> bootstrap.Bootstrap:
    """Build the whole bootstrap."""
    connections = downstream.DownstreamConnectionsConfig(max_active_downstream_connections=options.max_connections)
    monitor = overload.ResourceMonitor(
        name="envoy.resource_monitors.global_downstream_max_connections", typed_config=Any.pack(connections)
    )
    return bootstrap.Bootstrap(
        admin=bootstrap.Admin(address=_admin_address(options.admin)),
        static_resources=bootstrap.BootstrapStaticResources(
            listeners=[listener_of(options)],
            clusters=[upstream_cluster(options), *([sidecar_cluster(options)] if options.sidecars else [])],
        ),
        overload_manager=overload.OverloadManager(resource_monitors=[monitor]),
    )


def _admin_address(address: str) -> core.Address:
    path = socket_path(address)
    if path is not None:
        return core.Address(pipe=core.Pipe(path=path, mode=_ADMIN_MODE))
    host, port = host_and_port(address)
    return core.Address(socket_address=core.SocketAddress(address=host, port_value=port))
