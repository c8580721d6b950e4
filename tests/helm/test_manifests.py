"""The manifests for those without Helm have the containers of the chart, but for what a value sets."""

from typing import Any

import yaml

from tests.helm.rendering import Object, data, named, of_kind, pod_specs, render
from tests.helm.test_objects import MESHES
from tests.k8s.kustomize import K8S, build

# What differs because a value says so there, or because a file is read from elsewhere.
_VALUES = {"image", "imagePullPolicy", "resources", "startupProbe", "readinessProbe", "livenessProbe", "volumeMounts"}


def _overlay(name: str) -> list[Object]:
    return build(K8S / "overlays" / name)


def _sidecars(spec: Object) -> dict[str, Object]:
    return {one["name"]: one for one in spec["initContainers"] if one["name"].startswith("mcp-extproc")}


def _pods() -> tuple[Object, Object]:
    """Return a guarded pod of the manifests, and what the chart injects."""
    (theirs,) = (
        spec
        for _, spec in pod_specs(_overlay("sidecar"))
        if any(one["name"] == "mcp-extproc" for one in spec.get("initContainers", []))
    )
    ours: Object = yaml.safe_load(data(render({}), "guard-mcp-extproc-injector-template")["template.yaml"])
    return theirs, ours


def test_the_containers_beside_a_server_are_the_same() -> None:
    theirs, ours = (_sidecars(spec) for spec in _pods())
    assert list(theirs) == list(ours) == ["mcp-extproc-render", "mcp-extproc", "mcp-extproc-envoy"]
    for name, one in ours.items():
        other = theirs[name]
        for part in {*one, *other} - _VALUES - {"args", "env", "ports", "securityContext"}:
            assert other.get(part) == one.get(part), (name, part)
        assert _words(other["args"]) == _words(one["args"])
        assert [_bare(port) for port in other.get("ports", [])] == [_bare(port) for port in one.get("ports", [])]
        assert other["securityContext"] == one["securityContext"]


def test_what_is_asked_of_them_is_the_same() -> None:
    theirs, ours = (_sidecars(spec) for spec in _pods())
    for name, one in ours.items():
        for probe in ("startupProbe", "readinessProbe"):
            asked = [
                {how: other[probe].get(how) for how in ("grpc", "httpGet")}
                for other in (theirs[name], one)
                if probe in other
            ]
            assert asked == [] or asked[0] == asked[1]


def test_what_differs_from_pod_to_pod_reaches_the_sidecar_by_the_same_variables() -> None:
    theirs, ours = ({name: _environment(one) for name, one in _sidecars(spec).items()} for spec in _pods())
    for name in ours:
        assert set(theirs[name]) == set(ours[name])
    both = [yaml.safe_load(one["mcp-extproc"]["EXTPROC_SERVERS"]) for one in (theirs, ours)]
    assert both[0] == both[1]


def test_configuration_and_policies_are_where_the_chart_puts_them() -> None:
    theirs, ours = _pods()
    for name in ("mcp-extproc-config", "mcp-extproc-policy", "mcp-extproc-team"):
        assert _sources(theirs, name) == _sources(ours, name)
    for spec in (theirs, ours):
        places = {mount["name"]: mount["mountPath"] for mount in _sidecars(spec)["mcp-extproc"]["volumeMounts"]}
        assert places["mcp-extproc-config"] == "/etc/mcp-extproc"
        assert places["mcp-extproc-policy"] == "/etc/mcp-extproc/policy"
        assert places["mcp-extproc-team"] == "/etc/mcp-extproc/team"
        assert places["mcp-extproc-run"] == "/run/mcp-extproc"


def test_gateways_of_others_are_told_the_same() -> None:
    ours = render(MESHES)
    for overlay, kind, path in (
        ("envoy-gateway", "EnvoyExtensionPolicy", "extProc"),
        ("kgateway", "GatewayExtension", "extProc"),
    ):
        (theirs,) = of_kind(_overlay(overlay), kind)
        assert _placeless(theirs["spec"][path]) == _placeless(of_kind(ours, kind)[0]["spec"][path])
    (theirs,) = of_kind(_overlay("istio"), "EnvoyFilter")
    (own,) = of_kind(ours, "EnvoyFilter")
    assert _placeless(theirs["spec"]["configPatches"]) == _placeless(own["spec"]["configPatches"])


def test_the_floor_is_one_that_the_chart_takes() -> None:
    floor = yaml.safe_load(named(_overlay("sidecar"), "ConfigMap", "mcp-extproc")["data"]["platform.yaml"])
    values = {
        "policy": {"floor": {"name": floor["metadata"]["name"], "spec": floor["spec"]}},
        "namespaces": {"team-a": {}},
    }
    text = data(render(values), "mcp-extproc", "team-a")["platform.yaml"]
    assert yaml.safe_load(text)["spec"]["default"] == floor["spec"]["default"]


def _words(args: list[Any]) -> list[str]:
    """Return arguments but for the number of threads, which is a value."""
    words = [str(word) for word in args]
    if "--concurrency" in words:
        del words[words.index("--concurrency") + 1]
    return words


def _bare(port: Object) -> tuple[str, int]:
    return port["name"], port["containerPort"]


def _environment(container: Object) -> dict[str, str]:
    return {entry["name"]: entry.get("value", "") for entry in container.get("env", [])}


def _sources(spec: Object, name: str) -> list[Any]:
    (volume,) = (one for one in spec["volumes"] if one["name"] == name)
    found: list[Any] = volume["projected"]["sources"]
    return found


def _placeless(value: Any) -> Any:
    """Return what is said without whom it is about: names, namespaces and clusters are those of the release."""
    if isinstance(value, dict):
        about = {"name", "namespace", "service", "cluster_name"} if "@type" not in value else set()
        return {key: _placeless(one) for key, one in value.items() if key not in about or "envoy." in str(one)}
    if isinstance(value, list):
        return [_placeless(one) for one in value]
    return value
