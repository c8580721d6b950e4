"""Network namespaces joined by one cable each to a switch: hosts of a small cluster, gone when the context ends.

    with network("client", "pod") as net:
        subprocess.run(net.within("client", ["curl", net.address("pod")]))

Needs root and iproute2. Addresses are of 10.77.0.0/24, which nobody outside of these namespaces sees.
"""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_PREFIX = "10.77.0"
_SWITCH = "switch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Hosts by name; the switch is a namespace of its own."""

    hosts: Sequence[str]

    def name(self, host: str) -> str:
        """Return the name of a host's namespace, which no other run has."""
        return f"mcp{os.getpid()}-{host}"

    def address(self, host: str) -> str:
        """Return the address of a host."""
        return f"{_PREFIX}.{self.hosts.index(host) + 2}"

    def within(self, host: str, words: Sequence[str]) -> list[str]:
        """Return the words that run a program at a host."""
        return ["ip", "netns", "exec", self.name(host), *words]

    def filter(self, host: str, ruleset: str) -> None:
        """Put a ruleset of nftables in place of what a host has."""
        words = self.within(host, ["nft", "-f", "-"])
        subprocess.run(words, input=f"flush ruleset\n{ruleset}", text=True, check=True)


@cache
def refusal() -> str | None:
    """Return why there can be no namespaces here; None when there can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    missing = [name for name in ("ip", "nft") if not any(Path(at, name).exists() for at in ("/usr/sbin", "/sbin"))]
    if missing:
        return f"network namespaces need {' and '.join(missing)} (Debian: iproute2, nftables)"
    name = f"mcp{os.getpid()}-try"
    done = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        subprocess.run(["ip", "netns", "del", name], check=True)
        return None
    return f"no network namespaces: {done.stderr.strip()}"


@contextmanager
def network(*hosts: str) -> Iterator[Network]:
    """Make the hosts and the switch; take them away whatever happens."""
    net = Network(hosts=hosts)
    everything = [_SWITCH, *hosts]
    try:
        for host in everything:
            _ip("netns", "add", net.name(host))
            _ip("-n", net.name(host), "link", "set", "lo", "up")
        switch = net.name(_SWITCH)
        _ip("-n", switch, "link", "add", "bridge", "type", "bridge")
        _ip("-n", switch, "link", "set", "bridge", "up")
        for number, host in enumerate(hosts):
            port = f"port{number}"
            _ip("-n", switch, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", net.name(host))
            _ip("-n", switch, "link", "set", port, "master", "bridge", "up")
            _ip("-n", net.name(host), "address", "add", f"{net.address(host)}/24", "dev", "eth0")
            _ip("-n", net.name(host), "link", "set", "eth0", "up")
        yield net
    finally:
        for host in everything:
            with suppress(subprocess.CalledProcessError):
                _ip("netns", "del", net.name(host))


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
