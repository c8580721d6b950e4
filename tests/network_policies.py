"""From NetworkPolicies to rules of nftables for one pod, as a network plugin makes them.

Knows incoming traffic, peers by labels and by address, and ports by number; anything else is an error, so that no test
passes because a rule was not read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_NAME = "kubernetes.io/metadata.name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A pod, or whatever else has an address; `namespace` is empty for what is outside of the cluster."""

    address: str
    namespace: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    namespace_labels: Mapping[str, str] = field(default_factory=dict)

    def labels_of_namespace(self) -> Mapping[str, str]:
        """Return them with the one that every namespace has."""
        return {_NAME: self.namespace, **self.namespace_labels}


def rules(policies: Sequence[Mapping[str, Any]], pod: Workload, others: Sequence[Workload]) -> str:
    """Return the ruleset for a pod; an empty one when no policy selects it."""
    specs = [
        policy["spec"]
        for policy in policies
        if policy["metadata"]["namespace"] == pod.namespace and _selected(policy["spec"]["podSelector"], pod.labels)
    ]
    if not specs:
        return ""
    lines = ['iif "lo" accept', "ct state established,related accept"]
    for spec in specs:
        if spec.keys() - {"podSelector", "policyTypes", "ingress"} or spec["policyTypes"] != ["Ingress"]:
            raise ValueError(f"not known here: {spec}")
        for rule in spec.get("ingress", []):
            sources = _sources(rule.get("from"), pod, others)
            lines += [f"{source}{port} accept" for source in sources for port in _ports(rule.get("ports"))]
    body = "\n    ".join(lines)
    head = "type filter hook input priority 0; policy drop;"
    return f"table inet policies {{\n  chain input {{\n    {head}\n    {body}\n  }}\n}}\n"


def _sources(peers: Sequence[Mapping[str, Any]] | None, pod: Workload, others: Sequence[Workload]) -> list[str]:
    """Return what stands before the port: one for each address, or one that is empty for everybody."""
    if not peers:
        return [""]
    found: list[str] = []
    for peer in peers:
        if peer.keys() == {"ipBlock"}:
            block = peer["ipBlock"]
            without = "".join(f"ip saddr != {one} " for one in block.get("except", []))
            found.append(f"ip saddr {block['cidr']} {without}")
        elif peer and not peer.keys() - {"podSelector", "namespaceSelector"}:
            found += [f"ip saddr {one.address} " for one in others if _is_peer(peer, pod, one)]
        else:
            raise ValueError(f"not known here: {peer}")
    return found


def _is_peer(peer: Mapping[str, Any], pod: Workload, other: Workload) -> bool:
    if not other.namespace:
        return False
    if "namespaceSelector" in peer:
        within = _selected(peer["namespaceSelector"], other.labels_of_namespace())
    else:
        within = other.namespace == pod.namespace
    return within and _selected(peer.get("podSelector", {}), other.labels)


def _ports(ports: Sequence[Mapping[str, Any]] | None) -> list[str]:
    if not ports:
        return ["meta l4proto { tcp, udp }"]
    found = []
    for port in ports:
        if port.keys() - {"port", "endPort", "protocol"} or not isinstance(port["port"], int):
            raise ValueError(f"not known here: {port}")
        last = f"-{port['endPort']}" if "endPort" in port else ""
        found.append(f"{port.get('protocol', 'TCP').lower()} dport {port['port']}{last}")
    return found


def _selected(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    if selector.keys() - {"matchLabels", "matchExpressions"}:
        raise ValueError(f"not known here: {selector}")
    same = all(labels.get(name) == value for name, value in selector.get("matchLabels", {}).items())
    return same and all(_holds(one, labels) for one in selector.get("matchExpressions", []))


def _holds(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    there = labels.get(expression["key"])
    match expression["operator"]:
        case "In":
            return there in expression["values"]
        case "NotIn":
            return there not in expression["values"]
        case "Exists":
            return there is not None
        case "DoesNotExist":
            return there is None
        case other:
            raise ValueError(other)
