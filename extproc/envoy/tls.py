"""Builds TLS on both sides of Envoy: what it shows and demands of clients, and of servers."""

from pathlib import Path
from typing import Final

from envoy_data_plane.envoy.config.core import v3 as core
from envoy_data_plane.envoy.extensions.transport_sockets.tls import v3 as tls
from envoy_data_plane.envoy.type.matcher import v3 as matcher
from envoy_data_plane.google.protobuf import Any

from extproc.envoy.addresses import is_address
from extproc.envoy.options import BootstrapOptions, UpstreamTls

_NAME: Final = "envoy.transport_sockets.tls"
_SAN: Final = tls.SubjectAltNameMatcherSanType
_CA_FILES: Final = (
    Path("/etc/ssl/certs/ca-certificates.crt"),  # Debian, Ubuntu, Alpine, Arch
    Path("/etc/pki/tls/certs/ca-bundle.crt"),  # Fedora, RHEL
    Path("/etc/ssl/ca-bundle.pem"),  # openSUSE
    Path("/etc/ssl/cert.pem"),  # macOS, BSD
)


def to_clients(options: BootstrapOptions) -> core.TransportSocket | None:
    """Build TLS of the listener, where a certificate is given."""
    if options.tls_certificate is None or options.tls_key is None:
        return None
    asks = options.client_ca is not None
    common = tls.CommonTlsContext(
        tls_params=_modern(),
        tls_certificates=[_certificate(options.tls_certificate, options.tls_key)],
        alpn_protocols=["h2", "http/1.1"],
        # A certificate that another authority signed, or of another name, ends the connection: the sidecar is told of
        # good ones only.
        validation_context=tls.CertificateValidationContext(
            trusted_ca=core.DataSource(filename=str(options.client_ca)),
            match_typed_subject_alt_names=[_named(name) for name in options.client_names],
        )
        if asks
        else None,
    )
    required = options.client_certificates == "required" if asks else None
    context = tls.DownstreamTlsContext(common_tls_context=common, require_client_certificate=required)
    return core.TransportSocket(name=_NAME, typed_config=Any.pack(context))


def to_server(host: str, options: UpstreamTls) -> core.TransportSocket:
    """Demand a certificate for exactly this name. Envoy checks only the chain unless it is told the name."""
    name = options.name or host
    shown = options.certificate is not None and options.key is not None
    validation = tls.CertificateValidationContext(
        trusted_ca=core.DataSource(filename=str(options.ca or _system_ca())),
        match_typed_subject_alt_names=[_named(name)],
    )
    common = tls.CommonTlsContext(
        tls_params=_modern(),
        tls_certificates=[_certificate(options.certificate, options.key)] if shown else [],
        validation_context=validation,
        alpn_protocols=["http/1.1"],
    )
    # RFC 6066 section 3: a literal address is not permitted as server name; and an identity is not a host.
    unnamed = is_address(name) or "://" in name
    context = tls.UpstreamTlsContext(sni="" if unnamed else name, common_tls_context=common)
    return core.TransportSocket(name=_NAME, typed_config=Any.pack(context))


def _named(name: str) -> tls.SubjectAltNameMatcher:
    """Match one alternative name: an identity as `spiffe://…`, an address, or a host."""
    kind = _SAN.URI if "://" in name else _SAN.IP_ADDRESS if is_address(name) else _SAN.DNS
    return tls.SubjectAltNameMatcher(san_type=kind, matcher=matcher.StringMatcher(exact=name))


def _certificate(certificate: Path | None, key: Path | None) -> tls.TlsCertificate:
    return tls.TlsCertificate(
        certificate_chain=core.DataSource(filename=str(certificate)),
        private_key=core.DataSource(filename=str(key)),
    )


def _modern() -> tls.TlsParameters:
    return tls.TlsParameters(tls_minimum_protocol_version=tls.TlsParametersTlsProtocol.TLSv1_2)


def _system_ca() -> Path:
    """Find the system's authorities where this runs; where there are none (an image without any), name the usual place.

    Envoy may run elsewhere. Without that file it does not start, which is better than believing anybody.
    """
    return next((candidate for candidate in _CA_FILES if candidate.is_file()), _CA_FILES[0])
