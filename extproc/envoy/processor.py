"""Builds the ext_proc filter: everything is sent, every answer is waited for, and no failure lets anything pass."""

import datetime as dt
from typing import Final

from envoy_data_plane.envoy.config.common.mutation_rules import v3 as mutation_rules
from envoy_data_plane.envoy.config.core import v3 as core
from envoy_data_plane.envoy.config.route import v3 as route
from envoy_data_plane.envoy.extensions.filters.http.ext_proc import v3 as ext_proc
from envoy_data_plane.envoy.extensions.filters.network.http_connection_manager import v3 as hcm
from envoy_data_plane.envoy.type import v3 as envoy_type
from envoy_data_plane.google.protobuf import Any

from extproc.envoy.clusters import SIDECARS
from extproc.envoy.jwt import JWT_AUTHN
from extproc.envoy.options import METADATA_NAMESPACE, BootstrapOptions
from extproc.envoy.typed import http_filter, seconds

_EXT_PROC: Final = "envoy.filters.http.ext_proc"
_SEND: Final = ext_proc.ProcessingModeHeaderSendMode.SEND
_BUFFERED: Final = ext_proc.ProcessingModeBodySendMode.BUFFERED
# What identity sources of kind `peer_certificate` read.
PEER_ATTRIBUTES: Final = (
    "connection.mtls",
    "connection.uri_san_peer_certificate",
    "connection.dns_san_peer_certificate",
    "connection.subject_peer_certificate",
)


def processor(options: BootstrapOptions) -> hcm.HttpFilter:
    """Build the filter, switched off until the route configuration switches it on.

    That is to say: on for every request that has a route. Without one Envoy only refuses (bad syntax, HTTP/1.0,
    headers too large, CONNECT), and an answer that must wait for the sidecar is lost there: Envoy closes the
    connection first.
    """
    config = ext_proc.ExternalProcessor(
        grpc_service=_grpc_service(),
        failure_mode_allow=False,
        status_on_error=envoy_type.HttpStatus(code=envoy_type.StatusCode.ServiceUnavailable),
        message_timeout=seconds(options.message_timeout),
        max_message_timeout=seconds(options.max_message_timeout),
        allow_mode_override=True,
        processing_mode=ext_proc.ProcessingMode(
            request_header_mode=_SEND,
            request_body_mode=_BUFFERED,
            request_trailer_mode=_SEND,
            response_header_mode=_SEND,
            response_body_mode=_BUFFERED,
            response_trailer_mode=_SEND,
        ),
        metadata_options=ext_proc.MetadataOptions(
            receiving_namespaces=ext_proc.MetadataOptionsMetadataNamespaces(untyped=[METADATA_NAMESPACE]),
            # Claims that jwt_authn has verified, where it stands before this filter.
            forwarding_namespaces=ext_proc.MetadataOptionsMetadataNamespaces(untyped=[JWT_AUTHN]),
        ),
        request_attributes=list(PEER_ATTRIBUTES) if options.client_ca is not None else [],
        route_cache_action=ext_proc.ExternalProcessorRouteCacheAction.RETAIN,
        mutation_rules=mutation_rules.HeaderMutationRules(
            allow_all_routing=False, disallow_system=True, disallow_is_error=True
        ),
    )
    return http_filter(_EXT_PROC, config, disabled=True)


def enabled() -> dict[str, Any]:
    """Switch ext_proc on for all routes, those that somebody adds included."""
    as_configured = ext_proc.ExtProcPerRoute(overrides=ext_proc.ExtProcOverrides())
    return {_EXT_PROC: Any.pack(route.FilterConfig(config=Any.pack(as_configured)))}


def _grpc_service() -> core.GrpcService:
    """Retry only what the sidecar has not begun to answer, and fast: the client is waiting."""
    back_off = core.BackoffStrategy(
        base_interval=dt.timedelta(milliseconds=20), max_interval=dt.timedelta(milliseconds=100)
    )
    return core.GrpcService(
        envoy_grpc=core.GrpcServiceEnvoyGrpc(cluster_name=SIDECARS),
        retry_policy=core.RetryPolicy(
            retry_on="connect-failure,refused-stream,unavailable,reset", num_retries=2, retry_back_off=back_off
        ),
    )
