"""What must hold of every way in: nothing fails open, and Services, policies and pods are about each other."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.k8s.built import BUILT, MESHES, of_kind, pods, spec_of
from tests.k8s.kustomize import OVERLAYS, Object, containers

_SELECTED_BY = {"Service": ("spec", "selector"), "NetworkPolicy": ("spec", "podSelector", "matchLabels")}


def test_the_gateway_reaches_names_guarded_servers_state_and_keys_and_nothing_else() -> None:
    (policy,) = [one for one in of_kind("gateway", "NetworkPolicy") if one["metadata"]["namespace"] == "mcp-system"]
    assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
    ports = [[port["port"] for port in rule["ports"]] for rule in policy["spec"]["egress"]]
    assert ports == [[53, 53], ["http-mcp"], ["redis"], [443]]
    (outside,) = policy["spec"]["egress"][-1]["to"]
    assert "169.254.0.0/16" in outside["ipBlock"]["except"]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_nothing_that_asks_the_sidecar_fails_open(overlay: str) -> None:
    switches = dict(_switches(BUILT[overlay]))
    assert {path: value for path, value in switches.items() if value is not False} == {}
    if overlay in MESHES:
        assert switches


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_selectors_match_pods_and_ports_are_theirs(overlay: str) -> None:
    for one in BUILT[overlay]:
        path = _SELECTED_BY.get(one["kind"])
        if path is None:
            continue
        labels: Any = one
        for key in path:
            labels = labels[key]
        selected = pods(overlay, one["metadata"]["namespace"], labels)
        assert selected, one["metadata"]["name"]
        offered = {
            known
            for pod in selected
            for container in containers(spec_of(pod))
            for port in container.get("ports", ())
            for known in (port["name"], port["containerPort"])
        }
        taken = _targets(one)
        assert taken
        assert taken <= offered


def _targets(one: Object) -> set[int | str]:
    """Return the ports of pods that a Service or a NetworkPolicy lets in."""
    if one["kind"] == "Service":
        return {port["targetPort"] for port in one["spec"]["ports"]}
    return {port["port"] for rule in one["spec"]["ingress"] for port in rule["ports"]}


def _switches(part: Any, path: str = "") -> Iterator[tuple[str, object]]:
    """Yield everything that says what happens when the sidecar does not answer."""
    if isinstance(part, dict):
        for key, value in part.items():
            if re.sub("_", "", key).lower() in {"failopen", "failuremodeallow", "unsafefailopen"}:
                yield f"{path}/{key}", value
            yield from _switches(value, f"{path}/{key}")
    elif isinstance(part, list):
        for index, value in enumerate(part):
            yield from _switches(value, f"{path}/{index}")
