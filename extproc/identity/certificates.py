"""From a client certificate to a principal: as Envoy tells it of the connection, or an edge in a header."""

from extproc.identity.claims import LONGEST_TEXT
from extproc.identity.fault import FaultKind, IdentityFault, forbidden
from extproc.identity.sources import CertificateName, PeerCertificateSource, XfccPick, XfccSource
from extproc.identity.spiffe import parse_spiffe
from extproc.identity.xfcc import XfccElement, parse_xfcc
from extproc.model.message import JsonObject
from extproc.model.principal import Principal

MTLS = "connection.mtls"
URI_SAN = "connection.uri_san_peer_certificate"
DNS_SAN = "connection.dns_san_peer_certificate"
SUBJECT = "connection.subject_peer_certificate"
# What ext_proc must be told to send (`request_attributes`) where a source reads the certificate of the connection.
ATTRIBUTES = (MTLS, URI_SAN, DNS_SAN, SUBJECT)


def from_connection(source: PeerCertificateSource, connection: JsonObject) -> Principal | IdentityFault | None:
    """Return whose certificate the client has shown; None when it has shown none.

    Envoy sends `connection.mtls` for every connection, so its absence is a fault of Envoy's configuration and must
    not be taken for a client without a certificate.
    """
    shown = connection.get(MTLS)
    if not isinstance(shown, bool):
        return IdentityFault(
            kind=FaultKind.MISCONFIGURED,
            reason="certificate_not_forwarded",
            message="the gateway does not tell whether the client has a certificate",
        )
    if not shown:
        return None
    match source.takes:
        case CertificateName.SPIFFE:
            return _workload(source.name, _text(connection, URI_SAN), source.trust_domains)
        case CertificateName.DNS:
            return _named(source.name, _text(connection, DNS_SAN))
        case CertificateName.SUBJECT:
            return _named(source.name, _text(connection, SUBJECT))


def from_header(source: XfccSource, header: str) -> Principal | IdentityFault:
    """Return whose certificate the edge was shown."""
    elements = parse_xfcc(header)
    if elements is None:
        return forbidden("certificate_header", "the forwarded client certificate cannot be read")
    element = _picked(source.pick, elements)
    if element is None:
        return forbidden("certificate_header", "more than one client certificate was forwarded")
    if source.by and source.by.isdisjoint(element.all("by")):
        return forbidden("certificate_header", "the client certificate was forwarded by a proxy that is not trusted")
    uris = element.all("uri")
    if len(uris) != 1:  # a SPIFFE certificate has exactly one (X.509-SVID §2)
        return forbidden("certificate_identity", "the forwarded client certificate has not exactly one URI")
    return _workload(source.name, uris[0], source.trust_domains)


def _picked(pick: XfccPick, elements: tuple[XfccElement, ...]) -> XfccElement | None:
    match pick:
        case XfccPick.LAST:
            return elements[-1]
        case XfccPick.FIRST:
            return elements[0]
        case XfccPick.ONLY:
            return elements[0] if len(elements) == 1 else None


def _workload(name: str, uri: str, trust_domains: frozenset[str]) -> Principal | IdentityFault:
    identity = parse_spiffe(uri)
    if identity is None:
        return forbidden("certificate_identity", "the client certificate carries no SPIFFE identity of a workload")
    if trust_domains and identity.trust_domain not in trust_domains:
        return forbidden("certificate_trust_domain", "the client certificate is from a trust domain not trusted here")
    return Principal(subject=str(identity), source=name, issuer=identity.trust_domain)


def _named(name: str, subject: str) -> Principal | IdentityFault:
    if not 0 < len(subject) <= LONGEST_TEXT or not subject.isprintable():
        return forbidden("certificate_identity", "the client certificate does not carry the name that is read here")
    return Principal(subject=subject, source=name)


def _text(connection: JsonObject, name: str) -> str:
    value = connection.get(name)
    return value if isinstance(value, str) else ""
