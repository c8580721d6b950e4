"""NetworkPolicies leave one way in, and one way out."""

from copy import deepcopy
from typing import Any

import helm_python
import pytest

from tests.helm.rendering import NAMESPACE, Object, named, of_kind, render
from tests.helm.test_objects import MESHES, SETS

_TEAM: dict[str, Any] = {"namespaces": {"team-a": {}, "team-b": {"networkPolicy": {"from": [{"podSelector": {}}]}}}}
_OBSERVERS = [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}]


def _ports(policy: Object, direction: str = "ingress") -> dict[int, Any]:
    """Return who may come or where one may go, by port."""
    found: dict[int, Any] = {}
    for rule in policy["spec"][direction]:
        for port in rule.get("ports", [{"port": 0}]):
            found[port["port"]] = rule.get("from" if direction == "ingress" else "to", "everybody")
    return found


def test_the_only_way_into_a_guarded_pod_is_envoy() -> None:
    objects = render(_TEAM)
    for namespace, who in (("team-a", "everybody"), ("team-b", [{"podSelector": {}}])):
        policy = named(objects, "NetworkPolicy", "mcp-extproc", namespace)
        assert policy["spec"]["podSelector"] == {"matchLabels": {"mcp-extproc.io/injected": "true"}}
        assert policy["spec"]["policyTypes"] == ["Ingress"]
        assert _ports(policy) == {8080: who}
        assert policy["metadata"]["labels"]["mcp-extproc.io/managed"] == "true"


def test_statistics_are_for_those_who_are_named() -> None:
    values = {**_TEAM, "sidecar": {"networkPolicy": {"metricsFrom": _OBSERVERS}}}
    ports = _ports(named(render(values), "NetworkPolicy", "mcp-extproc", "team-a"))
    assert ports == {8080: "everybody", 8081: _OBSERVERS, 9464: _OBSERVERS}


def test_the_injector_reaches_the_api_server_and_its_names_and_nothing_else() -> None:
    policy = named(render({}), "NetworkPolicy", "guard-mcp-extproc-injector")
    assert _ports(policy) == {8443: "everybody"}
    assert set(_ports(policy, "egress")) == {53, 443, 6443}
    own = {"injector": {"certificates": {"mode": "existingSecret", "existingSecret": "own", "caBundle": "PEM"}}}
    assert named(render(own), "NetworkPolicy", "guard-mcp-extproc-injector")["spec"]["egress"] == []


def test_the_gateway_is_reached_by_the_proxy_in_front_and_reaches_its_servers() -> None:
    values = SETS["behind-kong"]
    policy = named(render(values), "NetworkPolicy", "guard-mcp-extproc-gateway")
    ports = _ports(policy)
    assert ports[8443] == values["gateway"]["networkPolicy"]["from"]
    assert set(ports) == {8443, 8081, 8082, 9464, 9466}
    assert set(_ports(policy, "egress")) == {53, 443, 6443, 9000, 6379}


def test_servers_behind_the_gateway_are_reached_by_nobody_else() -> None:
    objects = render(SETS["behind-kong"])
    labels = named(objects, "Deployment", "guard-mcp-extproc-gateway")["spec"]["selector"]["matchLabels"]
    for namespace in ("sales", "support"):
        policy = named(objects, "NetworkPolicy", "mcp-extproc", namespace)
        assert policy["spec"]["podSelector"] == {"matchLabels": {"mcp-extproc.io/guarded": "true"}}
        assert policy["spec"]["ingress"] == [
            {
                "from": [
                    {
                        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": NAMESPACE}},
                        "podSelector": {"matchLabels": labels},
                    }
                ]
            }
        ]
    whole = {**SETS["behind-kong"], "namespaces": {"sales": {"inject": "all"}}}
    assert named(render(whole), "NetworkPolicy", "mcp-extproc", "sales")["spec"]["podSelector"] == {}


def test_servers_behind_somebody_elses_gateway_are_reached_by_that() -> None:
    values = deepcopy(MESHES)
    values["namespaces"] = {"sales": {}}
    with pytest.raises(helm_python.HelmError, match=r"namespaces.sales.networkPolicy.from must name the gateway"):
        render(values)
    values["namespaces"]["sales"] = {"networkPolicy": {"from": _OBSERVERS}}
    policy = named(render(values), "NetworkPolicy", "mcp-extproc", "sales")
    assert policy["spec"]["ingress"] == [{"from": _OBSERVERS}]


def test_the_guards_of_servers_are_changed_by_the_platform_alone() -> None:
    policies = {one["metadata"]["name"] for one in of_kind(render(SETS["behind-kong"]), "ValidatingAdmissionPolicy")}
    assert policies == {"guard-mcp-extproc-managed"}
