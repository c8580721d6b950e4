"""Client certificates: whose they are, and when they are nobody's here."""

from typing import Any

import pytest

from extproc.identity.certificates import DNS_SAN, MTLS, SUBJECT, URI_SAN, from_connection, from_header
from extproc.identity.fault import FaultKind, IdentityFault
from extproc.identity.sources import CertificateName, PeerCertificateSource, XfccPick, XfccSource
from extproc.model.principal import Principal

ID = "spiffe://prod.acme/ns/a/sa/b"
MESH = PeerCertificateSource(name="mesh", trust_domains=frozenset({"prod.acme"}))
FRONT = XfccSource(name="front", trust_domains=frozenset({"prod.acme"}))


def test_a_spiffe_certificate_is_its_workload() -> None:
    assert from_connection(MESH, {MTLS: True, URI_SAN: ID}) == Principal(subject=ID, source="mesh", issuer="prod.acme")


def test_no_certificate_is_nobody() -> None:
    assert from_connection(MESH, {MTLS: False, URI_SAN: ID}) is None


@pytest.mark.parametrize("connection", [{}, {URI_SAN: ID}, {MTLS: "true", URI_SAN: ID}, {MTLS: None}])
def test_an_envoy_that_does_not_tell_is_misconfigured_and_not_taken_for_no_certificate(
    connection: dict[str, Any],
) -> None:
    fault = from_connection(MESH, connection)
    assert isinstance(fault, IdentityFault)
    assert fault.kind is FaultKind.MISCONFIGURED


@pytest.mark.parametrize(
    ("connection", "reason"),
    [
        ({}, "certificate_identity"),
        ({URI_SAN: "https://prod.acme/a"}, "certificate_identity"),
        ({URI_SAN: 7}, "certificate_identity"),
        ({URI_SAN: "spiffe://dev.acme/a"}, "certificate_trust_domain"),
    ],
)
def test_a_certificate_of_nobody_trusted_is_refused(connection: dict[str, Any], reason: str) -> None:
    fault = from_connection(MESH, {MTLS: True, **connection})
    assert isinstance(fault, IdentityFault)
    assert (fault.kind, fault.reason) == (FaultKind.FORBIDDEN, reason)


@pytest.mark.parametrize(
    ("takes", "connection", "subject"),
    [
        (CertificateName.DNS, {DNS_SAN: "agent.acme"}, "agent.acme"),
        (CertificateName.SUBJECT, {SUBJECT: "CN=agent,O=acme"}, "CN=agent,O=acme"),
    ],
)
def test_other_names_of_a_certificate_can_be_read(
    takes: CertificateName, connection: dict[str, Any], subject: str
) -> None:
    source = PeerCertificateSource(name="mesh", takes=takes)
    assert from_connection(source, {MTLS: True, **connection}) == Principal(subject=subject, source="mesh")
    assert isinstance(from_connection(source, {MTLS: True}), IdentityFault)


_TWO = f"By=spiffe://prod.acme/edge;URI=spiffe://prod.acme/first,By=spiffe://prod.acme/near;URI={ID}"


@pytest.mark.parametrize(
    ("pick", "subject"), [(XfccPick.LAST, ID), (XfccPick.FIRST, "spiffe://prod.acme/first"), (XfccPick.ONLY, None)]
)
def test_the_configured_element_counts(pick: XfccPick, subject: str | None) -> None:
    found = from_header(XfccSource(name="front", pick=pick, trust_domains=FRONT.trust_domains), _TWO)
    assert (found.subject if isinstance(found, Principal) else None) == subject


@pytest.mark.parametrize(
    "header",
    ["nonsense", "Hash=1", "URI=", f"URI={ID};URI={ID}", "URI=spiffe://dev.acme/a", 'Subject="CN=a"', f'URI="{ID}'],
)
def test_a_header_that_names_nobody_trusted_is_refused(header: str) -> None:
    fault = from_header(FRONT, header)
    assert isinstance(fault, IdentityFault)
    assert fault.kind is FaultKind.FORBIDDEN


def test_only_the_edge_that_is_named_may_forward_certificates() -> None:
    source = XfccSource(name="front", trust_domains=FRONT.trust_domains, by=frozenset({"spiffe://prod.acme/near"}))
    assert isinstance(from_header(source, _TWO), Principal)
    assert isinstance(from_header(source, f"By=spiffe://prod.acme/edge;URI={ID}"), IdentityFault)
    assert isinstance(from_header(source, f"URI={ID}"), IdentityFault)
