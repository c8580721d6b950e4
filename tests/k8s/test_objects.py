"""Every object of every overlay is one of its kind: fields, types and values, strictly."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import kubernetes_validate  # type: ignore[import-untyped]  # it has no types
import pytest

from tests.k8s.custom_resources import faults_of, group_of, is_modelled
from tests.k8s.kgateway import SCHEMAS
from tests.k8s.kustomize import K8S, OVERLAYS, Object, build

_KGATEWAY = "gateway.kgateway.dev"
_VERSIONS = ("1.30", "1.34", "1.37")


def _objects() -> Iterator[Object]:
    """Yield every object once, however many overlays have it."""
    seen = set()
    for overlay in OVERLAYS:
        for one in build(K8S / "overlays" / overlay):
            text = json.dumps(one, sort_keys=True)
            if text not in seen:
                seen.add(text)
                yield one


_OBJECTS = list(_objects())
_CUSTOM = [one for one in _OBJECTS if is_modelled(one)]
_OF_KGATEWAY = [one for one in _OBJECTS if group_of(one) == _KGATEWAY]
_BUILT_IN = [one for one in _OBJECTS if one not in _CUSTOM and one not in _OF_KGATEWAY]


@pytest.mark.parametrize("version", _VERSIONS)
def test_built_in_objects_are_what_the_api_takes(version: str) -> None:
    for one in _BUILT_IN:
        kubernetes_validate.validate(one, version, strict=True)


def test_a_field_that_the_api_does_not_know_is_found() -> None:
    deployment = copy.deepcopy(next(one for one in _BUILT_IN if one["kind"] == "Deployment"))
    deployment["spec"]["template"]["spec"]["containers"][0]["imagePulPolicy"] = "Always"
    with pytest.raises(kubernetes_validate.ValidationError, match="imagePulPolicy"):
        kubernetes_validate.validate(deployment, _VERSIONS[-1], strict=True)


def test_custom_resources_are_what_their_models_take_and_a_wrong_one_is_found() -> None:
    unknown, unlike = (copy.deepcopy(_named("EnvoyExtensionPolicy")) for _ in range(2))
    unknown["spec"]["extProc"][0]["failOpenn"] = False
    unlike["spec"]["extProc"][0]["messageTimeout"] = "2 seconds"
    *faults, of_unknown, of_unlike = faults_of([*_CUSTOM, unknown, unlike])
    assert {one["kind"]: found for one, found in zip(_CUSTOM, faults, strict=True) if found} == {}
    assert any("failOpenn" in fault for fault in of_unknown)
    assert any("messageTimeout must match pattern" in fault for fault in of_unlike)


@pytest.mark.parametrize("one", _OF_KGATEWAY, ids=lambda one: str(one["kind"]))
def test_objects_of_kgateway_are_in_the_part_of_its_api_that_we_know(one: Object) -> None:
    jsonschema_rs.validate(SCHEMAS[one["kind"]], one)


def test_a_field_that_kgateway_does_not_have_is_found() -> None:
    (extension,) = [one for one in _OF_KGATEWAY if one["kind"] == "GatewayExtension"]
    wrong: dict[str, Any] = copy.deepcopy(extension)
    wrong["spec"]["extProc"]["failureModeAllow"] = False
    with pytest.raises(jsonschema_rs.ValidationError, match="failureModeAllow"):
        jsonschema_rs.validate(SCHEMAS["GatewayExtension"], wrong)


def _named(kind: str) -> Object:
    (one,) = (one for one in _CUSTOM if one["kind"] == kind)
    return one
