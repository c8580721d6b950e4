"""Networks that no public name should lead to, and exceptions from them."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extproc.envoy.addresses import OptionsError
from extproc.envoy.networks import INNER, is_inner, read_network, without

_ADDRESSES = st.ip_addresses(v=4)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104
        "10.255.255.255",
        "100.100.100.200",
        "127.0.0.1",
        "168.63.129.16",
        "169.254.169.254",
        "172.31.0.1",
        "192.0.0.192",
        "192.168.1.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:8.8.8.8",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "fd00:ec2::254",
        "fe80::1",
        "ff02::1",
    ],
)
def test_an_inner_address_is_known_as_one(address: str) -> None:
    assert is_inner(address, ())


@pytest.mark.parametrize("address", ["8.8.8.8", "172.32.0.1", "192.0.2.1", "168.63.129.17", "2001:4860:4860::8888"])
def test_a_public_address_is_not(address: str) -> None:
    assert not is_inner(address, ())


@given(_ADDRESSES, st.integers(0, 32), _ADDRESSES)
def test_an_exception_takes_out_its_addresses_and_no_others(
    start: ipaddress.IPv4Address, length: int, address: ipaddress.IPv4Address
) -> None:
    exception = ipaddress.ip_network((start, length), strict=False)
    left = without(INNER, [exception])
    inside = any(address in network for network in left)
    assert inside == (any(address in network for network in INNER) and address not in exception)


def test_an_exception_of_the_other_family_changes_nothing() -> None:
    assert without([read_network("10.0.0.0/8")], [read_network("::/0")]) == (read_network("10.0.0.0/8"),)
    assert without([read_network("fc00::/7")], [read_network("fd00::/8")]) == (read_network("fc00::/8"),)


@pytest.mark.parametrize("text", ["10.0.0.1/8", "10.0.0.0/33", "a.test", ""])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(OptionsError, match="network"):
        read_network(text)
