"""Builds the listener: who may connect, how the connection is secured, and what is done with its requests."""

from typing import Final

from envoy_data_plane.envoy.config.accesslog import v3 as accesslog
from envoy_data_plane.envoy.config.core import v3 as core
from envoy_data_plane.envoy.config.listener import v3 as listener
from envoy_data_plane.envoy.extensions.access_loggers.file import v3 as file_log
from envoy_data_plane.envoy.extensions.filters.http.router import v3 as router
from envoy_data_plane.envoy.extensions.filters.network.http_connection_manager import v3 as hcm
from envoy_data_plane.google.protobuf import Any, Struct

from extproc.envoy.egress import egress_filters
from extproc.envoy.jwt import jwt_filter
from extproc.envoy.limits import global_filter, local_filter, waits_for_the_sidecar
from extproc.envoy.networks import read_network
from extproc.envoy.options import METADATA_NAMESPACE, BootstrapOptions
from extproc.envoy.processor import processor
from extproc.envoy.replies import local_reply_config
from extproc.envoy.routes import routes_of
from extproc.envoy.tls import to_clients
from extproc.envoy.typed import http_filter, seconds, socket_address

_DETAILS: Final = hcm.HttpConnectionManagerForwardClientCertDetails
_FORWARDED: Final = {
    "removed": _DETAILS.SANITIZE,
    "believed_over_mtls": _DETAILS.FORWARD_ONLY,
    "believed": _DETAILS.ALWAYS_FORWARD_ONLY,
}
_ACCESS_LOG_FIELDS: Final = {
    "time": "%START_TIME%",
    "rid": "%REQ(X-REQUEST-ID)%",
    "method": "%REQ(:METHOD)%",
    "path": "%PATH(NQ:PATH)%",  # a query may hold a token
    "status": "%RESPONSE_CODE%",
    "duration": "%DURATION%",
    "flags": "%RESPONSE_FLAGS%",
    "details": "%RESPONSE_CODE_DETAILS%",
    METADATA_NAMESPACE: f"%DYNAMIC_METADATA({METADATA_NAMESPACE})%",
}


def listener_of(options: BootstrapOptions) -> listener.Listener:
    """Build the listener, with TLS where a certificate is given."""
    chain = listener.FilterChain(
        filter_chain_match=_edges(options),
        filters=[
            listener.Filter(
                name="envoy.filters.network.http_connection_manager",
                typed_config=Any.pack(_connection_manager(options)),
            )
        ],
        transport_socket=to_clients(options),
    )
    return listener.Listener(
        name="mcp",
        address=socket_address(options.listen_host, options.listen_port),
        # The limit of what BUFFERED bodies hold, in both directions: above it 413 for requests, 500 for responses.
        per_connection_buffer_limit_bytes=options.body_bytes,
        # With SO_REUSEPORT a second Envoy on the same port would silently take half of the connections.
        enable_reuse_port=False,
        filter_chains=[chain],
    )


def _edges(options: BootstrapOptions) -> listener.FilterChainMatch | None:
    """Match the peers that may connect; a connection that matches no chain is closed."""
    networks = [read_network(text) for text in options.edge_addresses]
    if not networks:
        return None
    return listener.FilterChainMatch(
        direct_source_prefix_ranges=[
            core.CidrRange(address_prefix=str(network.network_address), prefix_len=network.prefixlen)
            for network in networks
        ]
    )


def _connection_manager(options: BootstrapOptions) -> hcm.HttpConnectionManager:
    return hcm.HttpConnectionManager(
        stat_prefix="mcp",
        # The peer's own X-Forwarded-For and x-envoy-* headers are not to be believed.
        use_remote_address=True,
        xff_num_trusted_hops=options.trusted_hops,
        forward_client_cert_details=_FORWARDED[options.forwarded_certificates],
        generate_request_id=True,
        normalize_path=True,
        merge_slashes=True,
        path_with_escaped_slashes_action=hcm.HttpConnectionManagerPathWithEscapedSlashesAction.REJECT_REQUEST,
        common_http_protocol_options=core.HttpProtocolOptions(
            headers_with_underscores_action=core.HttpProtocolOptionsHeadersWithUnderscoresAction.REJECT_REQUEST
        ),
        # A slow request ends by these two; once it has arrived, holds and event streams may take as long as they need.
        request_headers_timeout=seconds(options.request_headers_timeout),
        request_timeout=seconds(options.request_timeout),
        # The route's idle_timeout takes over from this one as soon as the headers are read.
        stream_idle_timeout=seconds(options.request_timeout),
        access_log=_access_log(options),
        local_reply_config=local_reply_config(),
        route_config=routes_of(options),
        http_filters=_filters(options),
    )


def _filters(options: BootstrapOptions) -> list[hcm.HttpFilter]:
    """Build the filters in their order: tokens, limits by address, the sidecar, limits by what it says, names."""
    shared = options.global_limit
    late = shared is not None and bool(options.sidecars) and waits_for_the_sidecar(shared)
    asked = [global_filter(shared)] if shared is not None else []
    return [
        *([jwt_filter(options.jwt)] if options.jwt else []),
        *([local_filter(options.local_limit)] if options.local_limit is not None else []),
        *([] if late else asked),
        *([processor(options)] if options.sidecars else []),
        *(asked if late else []),
        *(egress_filters(options.egress) if options.egress is not None else []),
        http_filter("envoy.filters.http.router", router.Router(suppress_envoy_headers=True)),
    ]


def _access_log(options: BootstrapOptions) -> list[accesslog.AccessLog]:
    if options.access_log is None:
        return []
    config = file_log.FileAccessLog(
        path=str(options.access_log),
        log_format=core.SubstitutionFormatString(json_format=Struct.from_dict(_ACCESS_LOG_FIELDS)),
    )
    return [accesslog.AccessLog(name="envoy.access_loggers.file", typed_config=Any.pack(config))]
