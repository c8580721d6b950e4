"""Builds the listener of the bootstrap: the HTTP connection manager, ext_proc and one route for everything."""

import datetime as dt
from typing import Final

from envoy_data_plane.envoy.config.accesslog import v3 as accesslog
from envoy_data_plane.envoy.config.common.mutation_rules import v3 as mutation_rules
from envoy_data_plane.envoy.config.core import v3 as core
from envoy_data_plane.envoy.config.listener import v3 as listener
from envoy_data_plane.envoy.config.route import v3 as route
from envoy_data_plane.envoy.extensions.access_loggers.file import v3 as file_log
from envoy_data_plane.envoy.extensions.filters.http.ext_proc import v3 as ext_proc
from envoy_data_plane.envoy.extensions.filters.http.router import v3 as router
from envoy_data_plane.envoy.extensions.filters.network.http_connection_manager import v3 as hcm
from envoy_data_plane.envoy.extensions.transport_sockets.tls import v3 as tls
from envoy_data_plane.envoy.type import v3 as envoy_type
from envoy_data_plane.google.protobuf import Any, Struct

from extproc.envoy.clusters import SIDECARS, UPSTREAM
from extproc.envoy.jwt import JWT_AUTHN, jwt_filter
from extproc.envoy.options import METADATA_NAMESPACE, BootstrapOptions, parse_upstream
from extproc.envoy.replies import local_reply_config

_EXT_PROC: Final = "envoy.filters.http.ext_proc"
_SEND: Final = ext_proc.ProcessingModeHeaderSendMode.SEND
_BUFFERED: Final = ext_proc.ProcessingModeBodySendMode.BUFFERED
_DETAILS: Final = hcm.HttpConnectionManagerForwardClientCertDetails
_FORWARDED: Final = {
    "removed": _DETAILS.SANITIZE,
    "believed_over_mtls": _DETAILS.FORWARD_ONLY,
    "believed": _DETAILS.ALWAYS_FORWARD_ONLY,
}
# What identity sources of kind `peer_certificate` read.
PEER_ATTRIBUTES: Final = (
    "connection.mtls",
    "connection.uri_san_peer_certificate",
    "connection.dns_san_peer_certificate",
    "connection.subject_peer_certificate",
)
_NEVER: Final = dt.timedelta(0)
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
        filters=[
            listener.Filter(
                name="envoy.filters.network.http_connection_manager",
                typed_config=Any.pack(_connection_manager(options)),
            )
        ],
        transport_socket=_tls(options),
    )
    socket_address = core.SocketAddress(address=options.listen_host, port_value=options.listen_port)
    return listener.Listener(
        name="mcp",
        address=core.Address(socket_address=socket_address),
        # The limit of what BUFFERED bodies hold, in both directions: above it 413 for requests, 500 for responses.
        per_connection_buffer_limit_bytes=options.body_bytes,
        # With SO_REUSEPORT a second Envoy on the same port would silently take half of the connections.
        enable_reuse_port=False,
        filter_chains=[chain],
    )


def _connection_manager(options: BootstrapOptions) -> hcm.HttpConnectionManager:
    return hcm.HttpConnectionManager(
        stat_prefix="mcp",
        # The peer's own X-Forwarded-For and x-envoy-* headers are not to be believed.
        use_remote_address=True,
        forward_client_cert_details=_FORWARDED[options.forwarded_certificates],
        generate_request_id=True,
        normalize_path=True,
        merge_slashes=True,
        path_with_escaped_slashes_action=hcm.HttpConnectionManagerPathWithEscapedSlashesAction.REJECT_REQUEST,
        common_http_protocol_options=core.HttpProtocolOptions(
            headers_with_underscores_action=core.HttpProtocolOptionsHeadersWithUnderscoresAction.REJECT_REQUEST
        ),
        # A slow request ends by these two; once it has arrived, holds and event streams may take as long as they need.
        request_headers_timeout=dt.timedelta(seconds=options.request_headers_timeout),
        request_timeout=dt.timedelta(seconds=options.request_timeout),
        # The route's idle_timeout takes over from this one as soon as the headers are read.
        stream_idle_timeout=dt.timedelta(seconds=options.request_timeout),
        access_log=_access_log(options),
        local_reply_config=local_reply_config(),
        route_config=_routes(options),
        http_filters=_filters(options),
    )


def _filters(options: BootstrapOptions) -> list[hcm.HttpFilter]:
    last = hcm.HttpFilter(
        name="envoy.filters.http.router", typed_config=Any.pack(router.Router(suppress_envoy_headers=True))
    )
    tokens = [jwt_filter(options.jwt)] if options.jwt else []
    if not options.sidecars:
        return [*tokens, last]
    # Enabled by the route configuration, which is to say for every request that has a route. Without one Envoy only
    # refuses (bad syntax, HTTP/1.0, headers too large, CONNECT), and an answer that must wait for the sidecar is lost
    # there: Envoy closes the connection first.
    return [*tokens, hcm.HttpFilter(name=_EXT_PROC, typed_config=Any.pack(_ext_proc(options)), disabled=True), last]


def _ext_proc(options: BootstrapOptions) -> ext_proc.ExternalProcessor:
    """Send everything, wait for every answer, and let no failure pass anything."""
    return ext_proc.ExternalProcessor(
        grpc_service=_grpc_service(),
        failure_mode_allow=False,
        status_on_error=envoy_type.HttpStatus(code=envoy_type.StatusCode.ServiceUnavailable),
        message_timeout=dt.timedelta(seconds=options.message_timeout),
        max_message_timeout=dt.timedelta(seconds=options.max_message_timeout),
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


def _routes(options: BootstrapOptions) -> route.RouteConfiguration:
    """Route everything to the one server: what may pass is for the sidecar to say, so that nothing evades it."""
    upstream = parse_upstream(options.upstream)
    to_upstream = route.RouteAction(
        cluster=UPSTREAM,
        # A server on loopback checks Host against the name it is reached by; any other one needs its own name.
        host_rewrite_literal=None if upstream.is_loopback else upstream.authority,
        timeout=_NEVER,
        idle_timeout=_NEVER,
    )
    everything = route.Route(name="everything", match=route.RouteMatch(prefix="/"), route=to_upstream)
    host = route.VirtualHost(
        name="mcp",
        domains=["*"],
        # The sidecar cannot read a compressed response and would refuse it.
        request_headers_to_remove=["accept-encoding"],
        routes=[everything],
    )
    return route.RouteConfiguration(
        name="mcp", virtual_hosts=[host], typed_per_filter_config=_enabled() if options.sidecars else {}
    )


def _enabled() -> dict[str, Any]:
    """Switch ext_proc on for all routes, those that somebody adds included."""
    as_configured = ext_proc.ExtProcPerRoute(overrides=ext_proc.ExtProcOverrides())
    return {_EXT_PROC: Any.pack(route.FilterConfig(config=Any.pack(as_configured)))}


def _access_log(options: BootstrapOptions) -> list[accesslog.AccessLog]:
    if options.access_log is None:
        return []
    config = file_log.FileAccessLog(
        path=str(options.access_log),
        log_format=core.SubstitutionFormatString(json_format=Struct.from_dict(_ACCESS_LOG_FIELDS)),
    )
    return [accesslog.AccessLog(name="envoy.access_loggers.file", typed_config=Any.pack(config))]


def _tls(options: BootstrapOptions) -> core.TransportSocket | None:
    if options.tls_certificate is None or options.tls_key is None:
        return None
    certificate = tls.TlsCertificate(
        certificate_chain=core.DataSource(filename=str(options.tls_certificate)),
        private_key=core.DataSource(filename=str(options.tls_key)),
    )
    asks = options.client_ca is not None
    common = tls.CommonTlsContext(
        tls_params=tls.TlsParameters(tls_minimum_protocol_version=tls.TlsParametersTlsProtocol.TLSv1_2),
        tls_certificates=[certificate],
        alpn_protocols=["h2", "http/1.1"],
        # A certificate that another authority signed ends the connection: the sidecar is told of good ones only.
        validation_context=tls.CertificateValidationContext(trusted_ca=core.DataSource(filename=str(options.client_ca)))
        if asks
        else None,
    )
    required = options.client_certificates == "required" if asks else None
    context = tls.DownstreamTlsContext(common_tls_context=common, require_client_certificate=required)
    return core.TransportSocket(name="envoy.transport_sockets.tls", typed_config=Any.pack(context))
