"""Every overlay, built once, and what tests ask of it."""

from typing import Final

import pytest

from tests.k8s.kustomize import K8S, OVERLAYS, Object, build, pod_spec

BUILT: Final = {overlay: build(K8S / "overlays" / overlay) for overlay in OVERLAYS}
WORKLOADS: Final = [
    pytest.param(overlay, one, id=f"{overlay}-{one['metadata']['name']}")
    for overlay, objects in BUILT.items()
    for one in objects
    if pod_spec(one) is not None
]
BESIDE: Final = ("namespace-policy", "sidecar")
MESHES: Final = ("envoy-gateway", "istio", "kgateway")
BEHIND: Final = ("gateway", *MESHES)
assert {*BESIDE, *BEHIND, "redis"} == set(OVERLAYS)


def of_kind(overlay: str, kind: str) -> list[Object]:
    """Return the objects of a kind."""
    return [one for one in BUILT[overlay] if one["kind"] == kind]


def spec_of(one: Object) -> Object:
    """Return the pods of a workload."""
    spec = pod_spec(one)
    assert spec is not None
    return spec


def pods(overlay: str, namespace: str, labels: dict[str, str]) -> list[Object]:
    """Return the workloads whose pods have these labels."""
    return [
        one
        for one in BUILT[overlay]
        if pod_spec(one) is not None
        and one["metadata"]["namespace"] == namespace
        and labels.items() <= one["spec"]["template"]["metadata"]["labels"].items()
    ]
