"""The networks that no public name should lead to, and how exceptions are cut out of them."""

import ipaddress
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from extproc.envoy.addresses import OptionsError

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

INNER: Final = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT; metadata of Alibaba Cloud
        "127.0.0.0/8",
        "168.63.129.16/32",  # the platform of Azure, under a public address
        "169.254.0.0/16",  # link-local; metadata of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",  # metadata of Oracle Cloud
        "192.168.0.0/16",
        "198.18.0.0/15",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "::1/128",
        "::ffff:0:0/96",  # IPv4 in another dress
        "64:ff9b::/96",  # the same, by translation
        "64:ff9b:1::/48",
        "2002::/16",  # the same, by tunnel
        "fc00::/7",  # metadata of AWS
        "fe80::/10",
        "ff00::/8",
    )
)
"""Loopback, private, link-local, shared, multicast and reserved networks, and those that hide one of these."""


def read_network(text: str) -> Network:
    """Read `address/length`; an address alone is a network of one."""
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise OptionsError(f"network {text!r}: {error}") from error


def without(networks: Iterable[Network], exceptions: Sequence[Network]) -> tuple[Network, ...]:
    """Return the networks less the exceptions."""
    left = list(networks)
    for exception in exceptions:
        left = [piece for network in left for piece in _cut(network, exception)]
    return tuple(left)


def is_inner(address: str, exceptions: Sequence[Network]) -> bool:
    """Tell whether a literal address is in a network that is refused."""
    one = ipaddress.ip_address(address)
    return any(one in network for network in without(INNER, exceptions))


def _cut(network: Network, exception: Network) -> Iterable[Network]:
    if isinstance(network, ipaddress.IPv4Network) and isinstance(exception, ipaddress.IPv4Network):
        if network.subnet_of(exception):
            return ()
        return network.address_exclude(exception) if exception.subnet_of(network) else (network,)
    if isinstance(network, ipaddress.IPv6Network) and isinstance(exception, ipaddress.IPv6Network):
        if network.subnet_of(exception):
            return ()
        return network.address_exclude(exception) if exception.subnet_of(network) else (network,)
    return (network,)
