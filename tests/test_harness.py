"""The harness that runs pods without a cluster reads them as Kubernetes does, and stops at what it does not know."""

from typing import Any

import pytest

from tests.network_policies import Workload, rules
from tests.pods import expanded

_POD = Workload(address="10.0.0.1", namespace="a", labels={"app": "shop"})
_OTHERS = [
    Workload(address="10.0.0.2", namespace="a", labels={"role": "client"}),
    Workload(address="10.0.0.3", namespace="b", labels={"role": "client"}),
    Workload(address="192.0.2.9"),
]


def _policy(*ingress: dict[str, Any], **changes: Any) -> dict[str, Any]:
    spec = {"podSelector": {"matchLabels": {"app": "shop"}}, "policyTypes": ["Ingress"], "ingress": list(ingress)}
    return {"metadata": {"namespace": "a"}, "spec": {**spec, **changes}}


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("$(PORT)", "9000"),
        ("http://127.0.0.1:$(PORT)/", "http://127.0.0.1:9000/"),
        ("$(OTHER)", "$(OTHER)"),
        ("$$(PORT)", "$(PORT)"),
        ("$PORT ${PORT}", "$PORT ${PORT}"),
    ],
)
def test_variables_are_put_in_as_the_kubelet_does(text: str, becomes: str) -> None:
    assert expanded(text, {"PORT": "9000"}) == becomes


@pytest.mark.parametrize(
    ("rule", "accepted"),
    [
        ({"ports": [{"port": 8080}]}, ["tcp dport 8080 accept"]),
        ({"ports": [{"port": 1, "endPort": 9, "protocol": "UDP"}]}, ["udp dport 1-9 accept"]),
        (
            {"from": [{"podSelector": {"matchLabels": {"role": "client"}}}], "ports": [{"port": 1}]},
            ["ip saddr 10.0.0.2 tcp dport 1 accept"],
        ),
        (
            {"from": [{"namespaceSelector": {}}], "ports": [{"port": 1}]},
            ["ip saddr 10.0.0.2 tcp dport 1 accept", "ip saddr 10.0.0.3 tcp dport 1 accept"],
        ),
        (
            {
                "from": [
                    {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "b"}}, "podSelector": {}}
                ],
                "ports": [{"port": 1}],
            },
            ["ip saddr 10.0.0.3 tcp dport 1 accept"],
        ),
        (
            {"from": [{"ipBlock": {"cidr": "192.0.2.0/24", "except": ["192.0.2.1/32"]}}], "ports": [{"port": 1}]},
            ["ip saddr 192.0.2.0/24 ip saddr != 192.0.2.1/32 tcp dport 1 accept"],
        ),
        (
            {"from": [{"podSelector": {"matchExpressions": [{"key": "role", "operator": "DoesNotExist"}]}}]},
            [],
        ),
    ],
)
def test_a_network_policy_lets_in_what_it_names(rule: dict[str, Any], accepted: list[str]) -> None:
    lines = [line.strip() for line in rules([_policy(rule)], _POD, _OTHERS).splitlines()]
    assert lines[2].endswith("policy drop;")
    assert [line for line in lines if line.endswith("accept")][2:] == accepted


def test_a_pod_that_no_policy_selects_is_open() -> None:
    elsewhere = _policy()
    elsewhere["metadata"]["namespace"] = "b"
    assert rules([elsewhere, _policy(podSelector={"matchLabels": {"app": "other"}})], _POD, _OTHERS) == ""


@pytest.mark.parametrize(
    "policy",
    [
        _policy(policyTypes=["Ingress", "Egress"]),
        _policy(egress=[]),
        _policy({"ports": [{"port": "mcp"}]}),
        _policy({"from": [{"service": "x"}]}),
        _policy({"from": [{"podSelector": {"matchFields": {}}}]}),
    ],
)
def test_what_is_not_read_of_a_network_policy_is_an_error(policy: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not known here"):
        rules([policy], _POD, _OTHERS)
