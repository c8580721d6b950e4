"""Addresses of the network: which texts in their form are an address of somebody."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from extproc.detect.detector import Candidate, Validators
from extproc.detect.personal.surroundings import about, named, word_set

# A product or a word for a version directly before: `Chrome/120.0.6099.109`, `version 10.30.3.600`, `v1.2.3.4`.
_VERSION: Final = re.compile(
    r"(?:[A-Za-z][\w.+-]*[/@=-]|\b(?:versions?|ver|vers|release|build|firmware|driver|update|upgrade|upgraded|patch|rev"
    r"|revision|section|chapter|clause|kernel|bios|agent|sdk|api|schema|v)[ \"':=(.]{0,6}|[~^><=] ?|v|\.)$",
    re.IGNORECASE,
)
_URL: Final = re.compile(
    r"(?:[a-z][a-z0-9+.-]*:)?//(?:[^\s/]*@)?$|\b(?:ip|addr|address|host|peer|src|dst|client|server)=$", re.IGNORECASE
)
# In the path of a drawing numbers with points stand on both sides.
_NUMBER_BEFORE: Final = re.compile(r"[0-9]\.[0-9]+[ ,-]$")
_NUMBER_AFTER: Final = re.compile(r"[ ,-]{1,2}[0-9]*\.[0-9]")
_VERSION_LABEL: Final = named(
    ".*versions?", "ver", "build", "release", "firmware", "section", "oid", "schema", "revision", "product", "kernel"
)
# Other versions beside it; then a word before it is the name of a product, unless it leads to an address.
_RELEASES: Final = re.compile(r"\bbuild\b|\b(?!HTTP)[A-Za-z]\w+/[0-9]+\.[0-9]|\bversions?\b")
_WORD_BEFORE: Final = re.compile(r"([A-Za-z][\w-]*) $")
_TO_ADDRESS: Final = word_set("from to by at on via for of and or is was with peer host client server ip")
_ADDRESS: Final = named(
    "ip", "ips", "ipv4", "ipv6", "addr(?:ess)?(?:es)?", "host", "remote", "peer", "client", "server"
)
_HARDWARE: Final = named(
    "mac", "hw", "hardware", "ether", "ethernet", "bssid", "lladdr", "physical", "wlan", "wifi", "device"
)
_NOT_HARDWARE: Final = named(
    "fingerprint", "sha(?:1|256)?", "md5", "digest", "hash", "key", "serial", "thumbprint", "uuid"
)
_DOCUMENTATION: Final = tuple(map(ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")))


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _is_of_nobody(address: IPv4Address | IPv6Address) -> bool:
    """Loopback, the unspecified address, multicast and netmasks are of nobody; private addresses are of somebody."""
    if address.is_loopback or address.is_unspecified or address.is_multicast or address.is_link_local:
        return True
    return isinstance(address, IPv4Address) and address.packed[0] in {0, 255}


def _ipv4(candidate: Candidate) -> float | None:
    address = _address(candidate.text)
    if address is None or _is_of_nobody(address) or _VERSION_LABEL.search(candidate.label):
        return None
    lead = candidate.before[-32:]
    if _VERSION.search(lead) and not _URL.search(lead):
        return None
    if _NUMBER_BEFORE.search(lead) and _NUMBER_AFTER.match(candidate.after):
        return None
    if candidate.after[:2].startswith((".0", "-")) or re.match(r"\.[0-9]|-[a-z0-9]|\+", candidate.after):
        return None
    if _RELEASES.search(lead) or _RELEASES.search(candidate.after):
        word = _WORD_BEFORE.search(lead)
        if word is not None and word[1].lower() not in _TO_ADDRESS and not about(candidate, _ADDRESS):
            return None
    is_example = any(address in network for network in _DOCUMENTATION)
    return 0.6 if is_example and not about(candidate, _ADDRESS) else 0.9


def _ipv6(candidate: Candidate) -> float | None:
    text = candidate.text
    if text.count(":") < 3 and not about(candidate, _ADDRESS):  # noqa: PLR2004 - `a::b` is syntax in many languages
        return None
    address = _address(text)
    return None if address is None or _is_of_nobody(address) else 0.85


def _mac(candidate: Candidate) -> float | None:
    """Accept six octets, unless they are part of a longer fingerprint, all equal, or named otherwise."""
    if candidate.after[:1] in {":", "-"} or candidate.before[-1:] in {":", "-"}:
        if candidate.after[:1] in {":", "-"} and re.match(r"[:-][0-9A-Fa-f]{2}", candidate.after):
            return None
        if re.search(r"[0-9A-Fa-f]{2}[:-]$", candidate.before):
            return None
    octets = re.split(r"[:.-]", candidate.text.lower())
    if len(set("".join(octets))) == 1 or _NOT_HARDWARE.search(candidate.label):
        return None
    return 0.95 if about(candidate, _HARDWARE) else 0.85


VALIDATORS: Final[Validators] = {"ipv4": _ipv4, "ipv6": _ipv6, "mac": _mac}
