"""Self-signed certificates: what is made verifies, when it is due, and whom the API server is to trust."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from extproc.kubernetes.certificates import (
    AUTHORITIES,
    CHAIN,
    KEY,
    Material,
    bundle,
    ends_at,
    host_names,
    is_due,
    is_good,
    make,
    moment,
    pem,
    read,
)

NAMES = host_names("injector", "mcp-system")
NOW = datetime(2030, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def made(now: datetime = NOW, former: tuple[x509.Certificate, ...] = ()) -> Material:
    return make(NAMES, now, 90, former)


def authorities(data: bytes) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(data)


def test_a_leaf_is_that_of_the_service_and_cannot_sign() -> None:
    material = made()
    names = material.leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [
        "injector.mcp-system.svc",
        "injector.mcp-system.svc.cluster.local",
    ]
    assert not material.leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    material.leaf.verify_directly_issued_by(material.authorities[0])
    context = ssl.create_default_context(cadata=pem(material.authorities).decode())
    assert len(context.get_ca_certs()) == 1


@pytest.mark.parametrize(
    ("day", "due"), [(0, False), (50, False), (55, True), (60, True), (89, True), (91, True), (-2, True)]
)
def test_a_leaf_is_due_before_two_thirds_of_its_life_are_over(day: int, due: bool) -> None:
    assert is_due(made(), NAMES, NOW + day * DAY) is due


def test_without_material_or_for_another_service_it_is_due() -> None:
    assert is_due(None, NAMES, NOW)
    assert is_due(made(), host_names("other", "mcp-system"), NOW)


def test_a_leaf_is_good_until_it_ends() -> None:
    material = made()
    assert is_good(material, NOW + 89 * DAY)
    assert not is_good(material, NOW + 90 * DAY)
    assert ends_at(material.chain) == material.ends == NOW + 90 * DAY


def test_what_is_kept_can_be_read_again() -> None:
    material = made()
    assert read(material.data()) == material


def test_parts_that_do_not_belong_together_are_nothing() -> None:
    one, two = made().data(), made().data()
    for name in (CHAIN, KEY, AUTHORITIES):
        assert read({**one, name: two[name]}) is None
        assert read({**one, name: b"-----BEGIN"}) is None
        assert read({key: value for key, value in one.items() if key != name}) is None
    assert read({}) is None


def test_old_and_new_authority_are_trusted_together_until_the_old_one_has_ended() -> None:
    old = made()
    trusted = bundle(old, b"", NOW)
    later = NOW + 54 * DAY
    new = made(later, old.authorities)
    assert new.authorities == (new.authorities[0], *old.authorities)
    trusted = bundle(new, trusted, later)
    assert authorities(trusted) == [new.authorities[0], old.authorities[0]]
    assert bundle(new, trusted, NOW + 89 * DAY) == trusted
    assert authorities(bundle(new, trusted, NOW + 90 * DAY)) == [new.authorities[0]]
    assert made(NOW + 90 * DAY, new.authorities).authorities[1:] == new.authorities[:1]


def test_a_replica_that_has_not_seen_the_newest_does_not_take_it_from_the_bundle() -> None:
    old = made()
    newest = made(NOW + 54 * DAY, old.authorities)
    trusted = bundle(newest, b"", NOW + 54 * DAY)
    assert bundle(old, trusted, NOW + 54 * DAY) == trusted


def test_what_is_no_authority_of_ours_is_not_kept_in_the_bundle() -> None:
    material = made()
    foreign = pem([make(NAMES, NOW, 90).leaf])
    assert authorities(bundle(material, b"Cg==", NOW)) == [material.authorities[0]]
    assert material.authorities[0] in authorities(bundle(material, foreign, NOW))


def test_the_bundle_does_not_grow_without_end() -> None:
    trusted = b""
    for _ in range(12):
        material = made()
        trusted = bundle(material, trusted, NOW)
    assert len(authorities(trusted)) == 8
    assert authorities(trusted)[0] == material.authorities[0]


def test_the_time_of_a_clock_has_its_zone() -> None:
    assert moment(NOW.timestamp()) == NOW
