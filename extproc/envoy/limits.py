"""Builds the filters that limit how often is asked: by Envoy itself, and by a service that many Envoys share.

A limit by what Envoy sees stands before the sidecar and spares it the work; a limit by what the sidecar says (method,
tool, rules) stands behind it.
"""

from typing import Final

from envoy_data_plane.envoy.config.core import v3 as core
from envoy_data_plane.envoy.config.ratelimit import v3 as service
from envoy_data_plane.envoy.config.route import v3 as route
from envoy_data_plane.envoy.extensions.common.ratelimit import v3 as common
from envoy_data_plane.envoy.extensions.filters.http.local_ratelimit import v3 as local
from envoy_data_plane.envoy.extensions.filters.http.ratelimit import v3 as ratelimit
from envoy_data_plane.envoy.extensions.filters.network.http_connection_manager import v3 as hcm
from envoy_data_plane.envoy.type import v3 as envoy_type
from envoy_data_plane.envoy.type.metadata import v3 as metadata

from extproc.envoy.clusters import LIMITER
from extproc.envoy.options import METADATA_NAMESPACE, GlobalLimit, LimitedBy, LocalLimit, Server
from extproc.envoy.typed import http_filter, seconds

_CLIENT: Final = "remote_address"
_SAID_BY_THE_SIDECAR: Final = {"method": "method", "tool": "tool", "rule": "rate_limit"}
_ALWAYS: Final = core.RuntimeFractionalPercent(default_value=envoy_type.FractionalPercent(numerator=100))


def local_filter(limit: LocalLimit) -> hcm.HttpFilter:
    """Build the limit that Envoy keeps itself; of each client: an entry without a value is a bucket for every value."""
    bucket = envoy_type.TokenBucket(
        max_tokens=limit.burst, tokens_per_fill=limit.requests, fill_interval=seconds(limit.seconds)
    )
    each = common.LocalRateLimitDescriptor(entries=[common.RateLimitDescriptorEntry(key=_CLIENT)], token_bucket=bucket)
    by_address = route.RateLimit(actions=[_action("client", None)])
    config = local.LocalRateLimit(
        stat_prefix="mcp",
        # Requests without any such entry; there are none when the limit is of each client.
        token_bucket=bucket,
        filter_enabled=_ALWAYS,
        filter_enforced=_ALWAYS,
        descriptors=[each] if limit.by_client else [],
        rate_limits=[by_address] if limit.by_client else [],
        max_dynamic_descriptors=limit.clients if limit.by_client else None,
        always_consume_default_token_bucket=False if limit.by_client else None,
    )
    return http_filter("envoy.filters.http.local_ratelimit", config)


def global_filter(limit: GlobalLimit) -> hcm.HttpFilter:
    """Build the limit that a service keeps; when it is down or slow the request is refused, unless told otherwise."""
    config = ratelimit.RateLimit(
        domain=limit.domain,
        timeout=seconds(limit.seconds),
        failure_mode_deny=limit.refuse_when_down,
        status_on_error=envoy_type.HttpStatus(code=envoy_type.StatusCode.ServiceUnavailable),
        disable_x_envoy_ratelimited_header=True,
        rate_limit_service=service.RateLimitServiceConfig(
            grpc_service=core.GrpcService(envoy_grpc=core.GrpcServiceEnvoyGrpc(cluster_name=LIMITER)),
            transport_api_version=core.ApiVersion.V3,
        ),
    )
    return http_filter("envoy.filters.http.ratelimit", config)


def waits_for_the_sidecar(limit: GlobalLimit) -> bool:
    """Tell whether a limit needs what the sidecar says."""
    return any(entry in _SAID_BY_THE_SIDECAR for descriptor in limit.descriptors for entry in descriptor)


def descriptors_of(limit: GlobalLimit | None, server: Server | None) -> list[route.RateLimit]:
    """Build what a route tells the service."""
    if limit is None:
        return []
    return [
        route.RateLimit(actions=[_action(entry, server) for entry in descriptor]) for descriptor in limit.descriptors
    ]


def _action(entry: LimitedBy, server: Server | None) -> route.RateLimitAction:
    match entry:
        case "client":
            return route.RateLimitAction(remote_address=route.RateLimitActionRemoteAddress())
        case "server":
            name = server.name if server is not None else "upstream"
            return route.RateLimitAction(
                generic_key=route.RateLimitActionGenericKey(descriptor_key="server", descriptor_value=name)
            )
        case "method" | "tool" | "rule":
            segment = metadata.MetadataKeyPathSegment(key=_SAID_BY_THE_SIDECAR[entry])
            # Where the sidecar says nothing of it, this descriptor is not sent: such a message is not meant.
            return route.RateLimitAction(
                metadata=route.RateLimitActionMetaData(
                    descriptor_key=entry,
                    metadata_key=metadata.MetadataKey(key=METADATA_NAMESPACE, path=[segment]),
                    source=route.RateLimitActionMetaDataSource.DYNAMIC,
                )
            )
