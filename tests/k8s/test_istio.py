"""What the EnvoyFilter makes of a gateway is what this package would have built."""

import copy
from pathlib import Path
from typing import Any

import pytest

from tests.k8s.envoy_filter import patched
from tests.k8s.kustomize import K8S, Object, build
from tests.k8s.xds import EXT_PROC, Json, gateway, manager_of, our_filter, our_switch, typed, validate

_OBJECTS = build(K8S / "overlays/istio")
_CLUSTER = "outbound|18080||mcp-extproc.mcp-system.svc.cluster.local"


def _the(kind: str) -> Object:
    (one,) = (one for one in _OBJECTS if one["kind"] == kind)
    return one


def _guarded() -> Json:
    return patched(gateway(_CLUSTER), _the("EnvoyFilter"))


def test_the_filter_is_the_one_of_this_package_but_for_its_cluster() -> None:
    (inserted,) = (one for one in manager_of(_guarded())["http_filters"] if one["name"] == EXT_PROC)
    ours = our_filter()
    assert ours["typed_config"]["grpc_service"]["envoy_grpc"] == {"cluster_name": "extproc"}
    ours["typed_config"]["grpc_service"]["envoy_grpc"] = {"cluster_name": _CLUSTER}
    assert inserted == ours


def test_the_filter_stands_after_the_verified_token_and_before_the_router() -> None:
    names = [one["name"] for one in manager_of(_guarded())["http_filters"]]
    assert names == ["envoy.filters.http.jwt_authn", EXT_PROC, "envoy.filters.http.router"]


def test_the_filter_is_switched_on_for_all_routes() -> None:
    assert manager_of(_guarded())["route_config"]["typed_per_filter_config"] == our_switch()


def test_no_patch_depends_on_the_name_of_a_listener_or_a_route() -> None:
    matches = [patch["match"] for patch in _the("EnvoyFilter")["spec"]["configPatches"]]
    assert {match["context"] for match in matches} == {"GATEWAY"}
    assert [match for match in matches if "routeConfiguration" in match] == []
    assert [match for match in matches if {"portNumber", "name"} & match.get("listener", {}).keys()] == []


def test_every_field_of_every_patch_is_one_of_envoy() -> None:
    typed(_guarded())


@pytest.mark.parametrize("index", range(5))
def test_a_misspelt_field_is_found(index: int) -> None:
    wrong = copy.deepcopy(_the("EnvoyFilter"))
    value: dict[str, Any] = wrong["spec"]["configPatches"][index]["patch"]["value"]
    value["per_connection_bufer_limit_bytes"] = 1
    with pytest.raises(KeyError, match="per_connection_bufer_limit_bytes"):
        typed(patched(gateway(_CLUSTER), wrong))


@pytest.mark.envoy
def test_envoy_takes_the_patched_configuration(tmp_path: Path) -> None:
    validate(_guarded(), tmp_path)


def test_bodies_have_the_limit_that_the_sidecar_has_and_the_cluster_is_that_of_its_service() -> None:
    (listener,) = _guarded()["static_resources"]["listeners"]
    assert listener["per_connection_buffer_limit_bytes"] == 4 * 1024 * 1024
    (service,) = (one for one in _OBJECTS if one["kind"] == "Service" and one["metadata"]["name"] == "mcp-extproc")
    (port,) = service["spec"]["ports"]
    host = f"{service['metadata']['name']}.{service['metadata']['namespace']}.svc.cluster.local"
    assert f"outbound|{port['port']}||{host}" == _CLUSTER


def test_the_selected_gateway_is_the_one_that_may_come_in() -> None:
    selector = _the("EnvoyFilter")["spec"]["workloadSelector"]["labels"]
    assert _the("Gateway")["spec"]["selector"] == selector
    namespace = _the("EnvoyFilter")["metadata"]["namespace"]
    policies = [one for one in _OBJECTS if one["kind"] == "NetworkPolicy"]
    assert {one["metadata"]["namespace"] for one in policies} == {"mcp-system", "mcp-demo"}
    for policy in policies:
        (peer,) = policy["spec"]["ingress"][0]["from"]
        assert peer["podSelector"]["matchLabels"] == selector
        assert peer["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": namespace}


def test_plaintext_is_refused_where_the_sidecar_and_the_servers_are() -> None:
    strict = [one for one in _OBJECTS if one["kind"] == "PeerAuthentication"]
    assert {one["metadata"]["namespace"] for one in strict} == {"mcp-system", "mcp-demo"}
    assert [one["spec"] for one in strict] == [{"mtls": {"mode": "STRICT"}}] * 2
