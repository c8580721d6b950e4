"""Who reaches which port of a pod, as NetworkPolicies say: what a network plugin that enforces them would let in.

Selectors by labels only, ports by number or name, TCP; a pod that no policy selects takes everything.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from tests.k8s.kustomize import Object, containers, pod_spec

_ANY: Final = frozenset(range(1, 65536))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """A pod as policies see it."""

    namespace: str
    labels: Mapping[str, str]
    ports: Mapping[str, int]


def pod_of(workload: Object) -> Pod:
    """Return one of a workload's pods."""
    spec = pod_spec(workload)
    assert spec is not None
    ports = {
        port["name"]: port["containerPort"] for container in containers(spec) for port in container.get("ports", ())
    }
    metadata = workload["spec"]["template"]["metadata"]
    return Pod(namespace=workload["metadata"]["namespace"], labels=metadata["labels"], ports=ports)


def reached(target: Pod, source: Pod | None, policies: Iterable[Object]) -> frozenset[int]:
    """Return the ports of `target` that `source` may connect to; no source is somebody outside the cluster."""
    selecting = [
        policy
        for policy in policies
        if policy["metadata"]["namespace"] == target.namespace
        and "Ingress" in policy["spec"]["policyTypes"]
        and _matches(policy["spec"]["podSelector"], target.labels)
    ]
    if not selecting:
        return _ANY
    return frozenset(
        number
        for policy in selecting
        for rule in policy["spec"]["ingress"]
        if _is_from(rule, source, policy["metadata"]["namespace"])
        for number in _ports(rule, target)
    )


def _is_from(rule: Object, source: Pod | None, namespace: str) -> bool:
    if "from" not in rule:
        return True
    return source is not None and any(_is_peer(peer, source, namespace) for peer in rule["from"])


def _is_peer(peer: Object, source: Pod, namespace: str) -> bool:
    if not peer or not set(peer) <= {"namespaceSelector", "podSelector"}:
        raise ValueError(f"a peer that is not known here: {peer}")
    if "namespaceSelector" in peer:
        # The API server puts this label on every namespace.
        right = _matches(peer["namespaceSelector"], {"kubernetes.io/metadata.name": source.namespace})
    else:
        right = source.namespace == namespace
    return right and _matches(peer.get("podSelector", {}), source.labels)


def _ports(rule: Object, target: Pod) -> frozenset[int]:
    if "ports" not in rule:
        return _ANY
    return frozenset(
        port["port"] if isinstance(port["port"], int) else target.ports[port["port"]] for port in rule["ports"]
    )


def _matches(selector: Object, labels: Mapping[str, str]) -> bool:
    if not set(selector) <= {"matchLabels"}:
        raise ValueError(f"a selector that is not known here: {selector}")
    return bool(selector.get("matchLabels", {}).items() <= labels.items())
