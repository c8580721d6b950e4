"""The certificate that is served: exchanged as a whole, or not at all."""

import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from extproc.kubernetes.certificates import make, pem
from extproc.kubernetes.tls import ServedCertificate

NOW = datetime.now(UTC)


def shaken(served: ServedCertificate, authority: bytes) -> bytes | None:
    """Do a handshake in memory; return the certificate that the client saw."""
    trust = ssl.create_default_context(cadata=authority.decode())
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trust.wrap_bio(to_client, to_server, server_hostname="a.test")
    server = served.context.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return client.getpeercert(binary_form=True)


def test_a_new_certificate_is_served_from_the_next_handshake_on() -> None:
    served = ServedCertificate()
    one, two = (make(("a.test",), NOW, 1) for _ in range(2))
    for material in (one, two):
        served.load(material.chain, material.key)
        assert served.ends == material.ends.timestamp()
        assert shaken(served, pem(material.authorities)) is not None
    with pytest.raises(ssl.SSLCertVerificationError):
        shaken(served, pem(one.authorities))


def test_a_pair_that_does_not_fit_leaves_what_is_served() -> None:
    served = ServedCertificate()
    one, two = (make(("a.test",), NOW, 1) for _ in range(2))
    served.load(one.chain, one.key)
    for chain, key in ((two.chain, one.key), (two.chain, b""), (b"", two.key), (b"-----BEGIN", two.key)):
        with pytest.raises(ValueError, match="cannot be read, or do not belong together"):
            served.load(chain, key)
    assert served.ends == one.ends.timestamp()
    assert shaken(served, pem(one.authorities)) is not None


def test_old_protocols_are_not_spoken_and_no_descriptor_stays_open() -> None:
    served = ServedCertificate()
    before = len([*Path("/proc/self/fd").iterdir()])
    material = make(("a.test",), NOW, 1)
    served.load(material.chain, material.key)
    assert len([*Path("/proc/self/fd").iterdir()]) == before
    assert served.context.minimum_version is ssl.TLSVersion.TLSv1_2
