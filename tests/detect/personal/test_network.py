"""Addresses of the network among versions, times and fingerprints."""

import pytest

from extproc.detect.detector import Candidate
from extproc.detect.personal.network import VALIDATORS

_IPV4, _IPV6, _MAC = (VALIDATORS[name] for name in ("ipv4", "ipv6", "mac"))


@pytest.mark.parametrize("before", ["", "ip=", "from ", "http://", "ssh://root@", "client: "])
def test_four_octets_are_an_address(before: str) -> None:
    assert _IPV4(Candidate(text="52.68.209.207", before=before))


@pytest.mark.parametrize("before", ["version ", "Chrome/", "v", "release: ", "openssl-", ">=", "1.", "section "])
def test_four_numbers_behind_a_product_or_a_version_are_none(before: str) -> None:
    assert _IPV4(Candidate(text="52.68.209.207", before=before)) is None


@pytest.mark.parametrize("text", ["127.0.0.1", "0.0.0.0", "255.255.255.0", "224.0.0.251", "169.254.1.1"])  # noqa: S104
def test_addresses_of_nobody_are_none(text: str) -> None:
    assert _IPV4(Candidate(text=text, label="ip")) is None


def test_numbers_of_a_drawing_are_no_address() -> None:
    assert _IPV4(Candidate(text="3.51.98.32", before="18c0 1.52-.87 2.83-2.12 ", after=" 2.03.5 3.11")) is None


def test_addresses_for_documentation_count_less_unless_they_are_named() -> None:
    assert _IPV4(Candidate(text="203.0.113.7")) == 0.6
    assert _IPV4(Candidate(text="203.0.113.7", label="client ip")) == 0.9


def test_short_forms_with_colons_need_a_name() -> None:
    assert _IPV6(Candidate(text="2a00:1450:4001:81b::200e"))
    assert _IPV6(Candidate(text="a::b")) is None
    assert _IPV6(Candidate(text="fd00::b", label="ip"))
    assert _IPV6(Candidate(text="1:2:3::4::5")) is None


def test_a_hardware_address_is_not_part_of_a_fingerprint() -> None:
    assert _MAC(Candidate(text="18:03:a9:43:4c:2a", before="mac "))
    assert _MAC(Candidate(text="18:03:a9:43:4c:2a", after=":77:88")) is None
    assert _MAC(Candidate(text="18:03:a9:43:4c:2a", before="77:88:")) is None
    assert _MAC(Candidate(text="00:00:00:00:00:00")) is None
    assert _MAC(Candidate(text="18:03:a9:43:4c:2a", label="fingerprint")) is None


def test_four_numbers_behind_a_word_among_versions_are_none() -> None:
    assert _IPV4(Candidate(text="52.68.209.207", before="app ", after=" (build 4353)")) is None
    assert _IPV4(Candidate(text="52.68.209.207", before="lib ", after=", Chrome/58.8.238.143")) is None
    assert _IPV4(Candidate(text="52.68.209.207", before="seen from ", after=" in build 4353"))
