"""What Envoy Gateway makes of our policies is what this package would have built, but for what is listed here."""

import copy
from pathlib import Path

import pytest

from tests.k8s.envoy_gateway import CLUSTER, PolicyError, laid_in, patched, translated
from tests.k8s.kustomize import K8S, Object, build
from tests.k8s.xds import Json, gateway, manager_of, our_filter, typed, validate

_OBJECTS = build(K8S / "overlays/envoy-gateway")


def _the(kind: str, name: str | None = None) -> Object:
    (one,) = (one for one in _OBJECTS if one["kind"] == kind and name in {None, one["metadata"]["name"]})
    return one


def _guarded() -> Json:
    bootstrap = laid_in(gateway(CLUSTER), translated(_the("EnvoyExtensionPolicy")))
    return patched(bootstrap, _the("EnvoyPatchPolicy"))


def test_the_patched_filter_is_the_one_of_this_package_but_for_how_it_asks() -> None:
    ours = our_filter()["typed_config"]
    theirs = manager_of(_guarded())["http_filters"][1]["typed_config"]
    assert ours.pop("grpc_service")["retry_policy"]["num_retries"] == 2
    asks = theirs.pop("grpc_service")
    assert asks == {
        "envoy_grpc": {"cluster_name": CLUSTER, "authority": "mcp-extproc.mcp-system:18080"},
        "timeout": "10s",
    }
    assert theirs == ours


def test_without_the_patch_trailers_and_longer_holds_are_lost_and_nothing_else_that_matters() -> None:
    bare = translated(_the("EnvoyExtensionPolicy"))["typed_config"]
    ours = our_filter()["typed_config"]
    lost = {key for key in ours if bare.get(key) != ours[key]}
    assert lost == {
        "grpc_service",
        "status_on_error",
        "max_message_timeout",
        "processing_mode",
        "route_cache_action",
        "mutation_rules",
    }
    modes = {key for key, mode in ours["processing_mode"].items() if bare["processing_mode"][key] != mode}
    assert modes == {"request_trailer_mode", "response_trailer_mode"}


def test_every_field_is_one_of_envoy() -> None:
    guarded = _guarded()
    (host,) = manager_of(guarded)["route_config"]["virtual_hosts"]
    for route in host["routes"]:
        # An empty Any, which Envoy takes for "as it is configured" and the typed classes do not take.
        (switch,) = route.pop("typed_per_filter_config").values()
        assert switch["config"] == {}
    typed(guarded)
    assert manager_of(guarded)["http_filters"][1]["disabled"]


@pytest.mark.envoy
def test_envoy_takes_the_patched_configuration(tmp_path: Path) -> None:
    validate(_guarded(), tmp_path)


def test_a_patch_for_a_filter_of_another_name_is_found() -> None:
    elsewhere = copy.deepcopy(_the("EnvoyExtensionPolicy"))
    elsewhere["metadata"]["name"] = "another"
    bootstrap = laid_in(gateway(CLUSTER), translated(elsewhere))
    with pytest.raises(PolicyError, match="there is no filter"):
        patched(bootstrap, _the("EnvoyPatchPolicy"))


def test_patches_are_for_the_listener_of_the_gateway_that_the_policy_is_on() -> None:
    gateway_ = _the("Gateway")
    (listener,) = gateway_["spec"]["listeners"]
    name = f"{gateway_['metadata']['namespace']}/{gateway_['metadata']['name']}/{listener['name']}"
    assert {patch["name"] for patch in _the("EnvoyPatchPolicy")["spec"]["jsonPatches"]} == {name}
    target = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": gateway_["metadata"]["name"]}
    assert _the("EnvoyPatchPolicy")["spec"]["targetRef"] == target
    assert _the("EnvoyExtensionPolicy")["spec"]["targetRefs"] == [target]
    assert _the("ClientTrafficPolicy")["spec"]["targetRefs"] == [target]


def test_the_sidecar_in_another_namespace_may_be_named_by_the_policy() -> None:
    policy, grant = _the("EnvoyExtensionPolicy"), _the("ReferenceGrant")
    (ext_proc,) = policy["spec"]["extProc"]
    (backend,) = ext_proc["backendRefs"]
    (source,) = grant["spec"]["from"]
    group, _ = policy["apiVersion"].split("/")
    assert grant["metadata"]["namespace"] == backend["namespace"]
    assert source == {"group": group, "kind": policy["kind"], "namespace": policy["metadata"]["namespace"]}
    assert grant["spec"]["to"] == [{"group": "", "kind": "Service", "name": backend["name"]}]


def test_bodies_have_the_limit_that_the_sidecar_has() -> None:
    assert _the("ClientTrafficPolicy")["spec"]["connection"] == {"bufferLimit": "4Mi"}
