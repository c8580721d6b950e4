"""Envoys of others are told what ours are told: processing modes, timeouts, metadata and rules of mutation."""

import re
from typing import Any

import pytest
import yaml

from tests.helm.rendering import CHART, Object, of_kind, render
from tests.helm.test_objects import MESHES

SIDECAR = CHART.parents[1] / "envoy" / "sidecar.yaml"
# Where it is asked is what differs.
_WHERE = ("grpc_service",)
_SECONDS = re.compile(r"([0-9.]+)s")


def _ours() -> dict[str, Any]:
    bootstrap = yaml.safe_load(SIDECAR.read_text(encoding="utf-8"))
    (chain,) = bootstrap["static_resources"]["listeners"][0]["filter_chains"]
    manager = chain["filters"][0]["typed_config"]
    (found,) = (one for one in manager["http_filters"] if one["name"] == "envoy.filters.http.ext_proc")
    return {"manager": _same(manager), **_same(found)}


def _same(value: Any) -> Any:
    """Return a value with durations as what they mean: 0.02s is 0.020s."""
    if isinstance(value, dict):
        return {name: _same(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_same(one) for one in value]
    found = _SECONDS.fullmatch(value) if isinstance(value, str) else None
    return float(found[1]) if found else value


def _one(kind: str) -> Object:
    (found,) = of_kind(render(MESHES), kind)
    return {name: _same(value) for name, value in found.items()}


def test_istio_is_given_the_same_filter() -> None:
    patches = _one("EnvoyFilter")["spec"]["configPatches"]
    by_place = {one["applyTo"]: one["patch"]["value"] for one in patches}
    theirs, ours = by_place["HTTP_FILTER"], _ours()
    assert theirs["disabled"] is ours["disabled"] is True
    for name in set(ours["typed_config"]) - {*_WHERE}:
        assert theirs["typed_config"][name] == ours["typed_config"][name], name
    assert set(theirs["typed_config"]) == set(ours["typed_config"])
    retries = [one["typed_config"]["grpc_service"]["retry_policy"] for one in (theirs, ours)]
    assert retries[0] == retries[1]
    switched = ours["manager"]["route_config"]["typed_per_filter_config"]
    assert by_place["ROUTE_CONFIGURATION"]["typed_per_filter_config"] == switched
    for name in ("normalize_path", "merge_slashes", "path_with_escaped_slashes_action", "common_http_protocol_options"):
        assert by_place["NETWORK_FILTER"]["typed_config"][name] == ours["manager"][name]


def test_istio_asks_the_service_of_the_chart() -> None:
    objects = render(MESHES)
    (service,) = of_kind(objects, "Service")
    host = f"{service['metadata']['name']}.{service['metadata']['namespace']}.svc.cluster.local"
    (filter_,) = of_kind(objects, "EnvoyFilter")
    by_place = {one["applyTo"]: one for one in filter_["spec"]["configPatches"]}
    asked = by_place["HTTP_FILTER"]["patch"]["value"]["typed_config"]["grpc_service"]["envoy_grpc"]["cluster_name"]
    port = service["spec"]["ports"][0]["port"]
    assert asked == f"outbound|{port}||{host}"
    assert by_place["CLUSTER"]["match"]["cluster"] == {"service": host, "portNumber": port}


def test_the_body_limit_is_one_number() -> None:
    values = {**MESHES, "extproc": {"limits": {"body_bytes": 1048576}}}
    (filter_,) = of_kind(render(values), "EnvoyFilter")
    limits = [
        one["patch"]["value"]["per_connection_buffer_limit_bytes"]
        for one in filter_["spec"]["configPatches"]
        if one["applyTo"] == "LISTENER"
    ]
    assert limits == [1048576]
    (client,) = of_kind(render(values), "ClientTrafficPolicy")
    (listener,) = of_kind(render(values), "ListenerPolicy")
    assert client["spec"]["connection"]["bufferLimit"] == "1048576"
    assert listener["spec"]["default"]["perConnectionBufferLimitBytes"] == 1048576


def test_envoy_gateway_is_given_the_same_by_two_policies() -> None:
    ours = _ours()["typed_config"]
    (ext_proc,) = _one("EnvoyExtensionPolicy")["spec"]["extProc"]
    assert ext_proc["failOpen"] is ours["failure_mode_allow"]
    assert ext_proc["messageTimeout"] == ours["message_timeout"]
    assert ext_proc["processingMode"]["allowModeOverride"] is ours["allow_mode_override"]
    for side in ("request", "response"):
        assert ext_proc["processingMode"][side]["body"].upper() == ours["processing_mode"][f"{side}_body_mode"]
    metadata = ours["metadata_options"]
    assert ext_proc["metadata"]["writableNamespaces"] == metadata["receiving_namespaces"]["untyped"]
    assert ext_proc["metadata"]["accessibleNamespaces"] == metadata["forwarding_namespaces"]["untyped"]
    patched = {
        one["operation"]["path"]: one["operation"]["value"] for one in _one("EnvoyPatchPolicy")["spec"]["jsonPatches"]
    }
    for side in ("request", "response"):
        assert patched[f"processing_mode/{side}_trailer_mode"] == ours["processing_mode"][f"{side}_trailer_mode"]
    for name in ("max_message_timeout", "status_on_error", "route_cache_action", "mutation_rules"):
        assert patched[name] == ours[name]


def test_kgateway_is_given_the_same() -> None:
    ours = _ours()["typed_config"]
    theirs = _one("GatewayExtension")["spec"]["extProc"]
    modes = {name.replace("_mode", "").replace("_", ""): mode for name, mode in ours["processing_mode"].items()}
    assert {name.removesuffix("Mode").lower(): mode for name, mode in theirs["processingMode"].items()} == modes
    assert theirs["failOpen"] is ours["failure_mode_allow"]
    assert theirs["messageTimeout"] == ours["message_timeout"]
    assert theirs["maxMessageTimeout"] == ours["max_message_timeout"]
    assert theirs["allowProcessingModeOverride"] is ours["allow_mode_override"]
    assert theirs["routeCacheAction"].upper() == ours["route_cache_action"]


def test_a_gateway_that_has_such_policies_keeps_its_own() -> None:
    own = {
        "envoyGateway": {"enabled": True, "clientTrafficPolicy": False},
        "kgateway": {"enabled": True, "listenerPolicy": False},
    }
    objects = render({**MESHES, "mesh": own})
    assert of_kind(objects, "EnvoyExtensionPolicy")
    assert not [*of_kind(objects, "ClientTrafficPolicy"), *of_kind(objects, "ListenerPolicy")]


@pytest.mark.parametrize("kind", ["EnvoyExtensionPolicy", "TrafficPolicy", "EnvoyPatchPolicy", "ClientTrafficPolicy"])
def test_whole_gateways_are_meant_and_not_routes(kind: str) -> None:
    spec = _one(kind)["spec"]
    targets = spec.get("targetRefs", [spec.get("targetRef")])
    assert [one["kind"] for one in targets] == ["Gateway"]


def test_who_stands_elsewhere_is_let_to_the_service() -> None:
    grants = of_kind(render(MESHES), "ReferenceGrant")
    assert {one["spec"]["from"][0]["kind"] for one in grants} == {"EnvoyExtensionPolicy", "GatewayExtension"}
    here = {**MESHES, "mesh": {"envoyGateway": {"enabled": True, "namespace": "mcp-system"}}}
    assert of_kind(render(here), "ReferenceGrant") == []
