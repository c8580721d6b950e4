"""Nobody but those that should reach a guarded server, the sidecar or its state, whatever labels strangers wear."""

from typing import Final

import pytest

from tests.k8s.built import BEHIND, BESIDE, BUILT, MESHES, of_kind, spec_of
from tests.k8s.kustomize import Object
from tests.k8s.reach import Pod, pod_of, reached

_MONITORING: Final = Pod(namespace="monitoring", labels={"app": "prometheus"}, ports={})
_PROXIES: Final = {
    "gateway": Pod(
        namespace="mcp-system",
        labels={"app.kubernetes.io/name": "mcp-extproc", "app.kubernetes.io/component": "gateway"},
        ports={},
    ),
    "istio": Pod(namespace="mcp-gateway", labels={"istio": "mcp-gateway"}, ports={}),
    "envoy-gateway": Pod(
        namespace="envoy-gateway-system",
        labels={
            "gateway.envoyproxy.io/owning-gateway-namespace": "mcp-gateway",
            "gateway.envoyproxy.io/owning-gateway-name": "mcp",
        },
        ports={},
    ),
    "kgateway": Pod(namespace="mcp-gateway", labels={"gateway.networking.k8s.io/gateway-name": "mcp"}, ports={}),
}


def _strangers(overlay: str) -> list[Pod | None]:
    """Return who has no business here: outside, in every namespace, and with labels that are right elsewhere."""
    namespaces = {one["metadata"]["namespace"] for one in BUILT[overlay] if "namespace" in one["metadata"]}
    proxy = _PROXIES.get(overlay)
    around = namespaces | {"default", "kube-system"} | ({proxy.namespace} if proxy else set())
    plain: list[Pod | None] = [Pod(namespace=name, labels={}, ports={}) for name in around]
    worn = [
        one["spec"]["template"]["metadata"]["labels"] for one in BUILT[overlay] if "template" in one.get("spec", {})
    ]
    worn += [proxy.labels] if proxy else []
    return [None, *plain, *(Pod(namespace="elsewhere", labels=labels, ports={}) for labels in worn)]


def _ports(overlay: str, workload: Object, source: Pod | None) -> frozenset[int]:
    return reached(pod_of(workload), source, of_kind(overlay, "NetworkPolicy"))


@pytest.mark.parametrize("overlay", BESIDE)
def test_beside_a_server_agents_reach_envoy_and_nobody_the_server(overlay: str) -> None:
    (workload,) = of_kind(overlay, "Deployment")
    agent = Pod(namespace="agents", labels={}, ports={})
    assert _ports(overlay, workload, agent) == {8080}
    assert _ports(overlay, workload, _MONITORING) == {8081, 9464}
    assert [_ports(overlay, workload, stranger) for stranger in _strangers(overlay) if stranger != agent] == [
        frozenset()
    ] * len(_strangers(overlay))
    (service,) = of_kind(overlay, "Service")
    assert [port["targetPort"] for port in service["spec"]["ports"]] == [8080]


@pytest.mark.parametrize("overlay", BEHIND)
def test_a_guarded_server_is_reached_by_the_proxies_that_ask_the_sidecar(overlay: str) -> None:
    (workload,) = [one for one in of_kind(overlay, "Deployment") if one["metadata"]["name"] == "mcp-server"]
    assert _ports(overlay, workload, _PROXIES[overlay]) == {9000}
    for stranger in [*_strangers(overlay), _MONITORING]:
        assert _ports(overlay, workload, stranger) == frozenset()


@pytest.mark.parametrize("overlay", MESHES)
def test_the_plaintext_channel_is_reached_by_those_proxies_and_nobody_else(overlay: str) -> None:
    (workload,) = [one for one in of_kind(overlay, "Deployment") if one["metadata"]["name"] == "mcp-extproc"]
    assert _ports(overlay, workload, _PROXIES[overlay]) == {18080}
    assert _ports(overlay, workload, _MONITORING) == {9464}
    for stranger in _strangers(overlay):
        assert _ports(overlay, workload, stranger) == frozenset()


def test_the_gateway_of_our_own_shows_clients_tls_and_nothing_else() -> None:
    (workload,) = [one for one in of_kind("gateway", "Deployment") if one["metadata"]["name"] == "mcp-extproc-gateway"]
    for anybody in _strangers("gateway"):
        assert _ports("gateway", workload, anybody) == {8443}
    assert _ports("gateway", workload, _MONITORING) == {8443, 8081, 9464}


def test_redis_is_reached_by_sidecars_of_its_namespace() -> None:
    (workload,) = of_kind("redis", "StatefulSet")
    assert _ports("redis", workload, _PROXIES["gateway"]) == {6379}
    for stranger in [*_strangers("redis"), _MONITORING]:
        assert _ports("redis", workload, stranger) == frozenset()
    (policy,) = of_kind("redis", "NetworkPolicy")
    assert (policy["spec"]["policyTypes"], policy["spec"]["egress"]) == (["Ingress", "Egress"], [])


def test_a_pod_without_the_label_is_not_guarded_which_this_reader_sees() -> None:
    (workload,) = [one for one in of_kind("gateway", "Deployment") if one["metadata"]["name"] == "mcp-server"]
    labels = {key: value for key, value in pod_of(workload).labels.items() if "guarded" not in key}
    bare = Pod(namespace="mcp-demo", labels=labels, ports=pod_of(workload).ports)
    assert 9000 in reached(bare, None, of_kind("gateway", "NetworkPolicy"))


@pytest.mark.parametrize("overlay", BESIDE)
def test_the_port_of_a_server_beside_the_sidecar_is_named_to_the_server_and_to_envoy_only(overlay: str) -> None:
    (one,) = of_kind(overlay, "Deployment")
    (server,) = spec_of(one)["containers"]
    assert "ports" not in server
    assert {entry["name"]: entry["value"] for entry in server["env"]} == {"HOST": "127.0.0.1", "PORT": "9000"}
    render = spec_of(one)["initContainers"][0]
    assert {entry["name"]: entry["value"] for entry in render["env"]} == {"MCP_EXTPROC_PORT": "9000"}
    for kind in (*of_kind(overlay, "Service"), *of_kind(overlay, "NetworkPolicy")):
        assert "9000" not in str(kind)
