"""What must hold in every overlay: who may run what, and that there is no way around the sidecar."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.k8s.kustomize import K8S, OVERLAYS, Object, build, containers, pod_spec

_BUILT = {overlay: build(K8S / "overlays" / overlay) for overlay in OVERLAYS}
_WORKLOADS = [
    pytest.param(overlay, one, id=f"{overlay}-{one['metadata']['name']}")
    for overlay, objects in _BUILT.items()
    for one in objects
    if pod_spec(one) is not None
]
_SERVER_PORT = 9000
_SELECTED_BY = {"Service": ("spec", "selector"), "NetworkPolicy": ("spec", "podSelector", "matchLabels")}
_BEHIND = sorted(set(OVERLAYS) - {"redis", "sidecar", "namespace-policy"})


def _spec(one: Object) -> Object:
    spec = pod_spec(one)
    assert spec is not None
    return spec


def _pods(overlay: str, namespace: str, labels: dict[str, str]) -> list[Object]:
    """Return the workloads whose pods have these labels."""
    return [
        one
        for one in _BUILT[overlay]
        if pod_spec(one) is not None
        and one["metadata"]["namespace"] == namespace
        and labels.items() <= one["spec"]["template"]["metadata"]["labels"].items()
    ]


def _of(overlay: str, kind: str) -> list[Object]:
    return [one for one in _BUILT[overlay] if one["kind"] == kind]


@pytest.mark.parametrize(("overlay", "one"), _WORKLOADS)
def test_every_container_is_restricted(overlay: str, one: Object) -> None:
    spec = _spec(one)
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, overlay
    assert not {"hostNetwork", "hostPID", "hostIPC", "hostUsers", "shareProcessNamespace"} & spec.keys()
    for container in containers(spec):
        context = {**spec["securityContext"], **container["securityContext"]}
        assert context["runAsNonRoot"] is True
        assert context["runAsUser"] > 0
        assert context["readOnlyRootFilesystem"] is True
        assert context["allowPrivilegeEscalation"] is False
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert "privileged" not in context
        assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
        assert "memory" in container["resources"]["limits"]
        assert [port for port in container.get("ports", ()) if "hostPort" in port] == []
    assert [volume for volume in spec.get("volumes", ()) if "hostPath" in volume] == []


@pytest.mark.parametrize(("overlay", "one"), _WORKLOADS)
def test_no_pod_has_a_token_of_the_api_server(overlay: str, one: Object) -> None:
    spec = _spec(one)
    assert spec["automountServiceAccountToken"] is False
    accounts = {account["metadata"]["name"]: account for account in _of(overlay, "ServiceAccount")}
    account = accounts[spec["serviceAccountName"]]
    assert account["automountServiceAccountToken"] is False
    assert account["metadata"]["namespace"] == one["metadata"]["namespace"]


@pytest.mark.parametrize(("overlay", "one"), _WORKLOADS)
def test_our_containers_have_one_user_and_the_server_another(overlay: str, one: Object) -> None:
    spec = _spec(one)
    users = {
        container["name"]: {**spec["securityContext"], **container["securityContext"]}["runAsUser"]
        for container in containers(spec)
    }
    assert {user for name, user in users.items() if name != "server"} <= {65532}, overlay
    assert users.get("server", 10001) == 10001
    if "mcp-extproc" in users:
        assert spec["securityContext"]["fsGroup"] == 65532


@pytest.mark.parametrize(("overlay", "one"), _WORKLOADS)
def test_every_container_that_serves_is_probed(overlay: str, one: Object) -> None:
    spec = _spec(one)
    for container in containers(spec):
        # The kubelet cannot reach a server on loopback; Envoy answers for it.
        if container["name"] in {"mcp-extproc-render", "server"}:
            continue
        probes = [container[kind] for kind in ("startupProbe", "readinessProbe", "livenessProbe")]
        if container["name"] == "mcp-extproc":
            assert [probe["grpc"] for probe in probes] == [{"port": 9465}] * 3, overlay
        if container["name"] == "mcp-extproc-envoy":
            assert [probe["httpGet"] for probe in probes] == [{"path": "/ready", "port": 8081}] * 3


@pytest.mark.parametrize("overlay", ["sidecar", "namespace-policy"])
def test_the_sidecar_is_there_before_envoy_and_envoy_before_the_server(overlay: str) -> None:
    (one,) = _of(overlay, "Deployment")
    spec = _spec(one)
    first = [(container["name"], container.get("restartPolicy")) for container in spec["initContainers"]]
    assert first == [("mcp-extproc-render", None), ("mcp-extproc", "Always"), ("mcp-extproc-envoy", "Always")]
    assert [container["name"] for container in spec["containers"]] == ["server"]
    assert all("startupProbe" in container for container in spec["initContainers"][1:])


@pytest.mark.parametrize("overlay", ["sidecar", "namespace-policy"])
def test_the_port_of_a_server_beside_the_sidecar_is_nowhere(overlay: str) -> None:
    (one,) = _of(overlay, "Deployment")
    (server,) = _spec(one)["containers"]
    assert "ports" not in server
    environment = {entry["name"]: entry["value"] for entry in server["env"]}
    assert environment == {"HOST": "127.0.0.1", "PORT": str(_SERVER_PORT)}
    render = _spec(one)["initContainers"][0]
    assert {entry["name"]: entry["value"] for entry in render["env"]} == {"MCP_EXTPROC_PORT": str(_SERVER_PORT)}
    named = [*_of(overlay, "Service"), *_of(overlay, "NetworkPolicy")]
    assert {port for kind in named for port in _ports(kind)} <= {8080, 8081, 9464, 80, "http-mcp"}


@pytest.mark.parametrize("overlay", ["sidecar", "namespace-policy"])
def test_the_server_shares_no_folder_with_the_sidecar(overlay: str) -> None:
    (one,) = _of(overlay, "Deployment")
    (server,) = _spec(one)["containers"]
    assert "volumeMounts" not in server
    ours = _spec(one)["initContainers"]
    assert all({"mcp-extproc-run"} <= {mount["name"] for mount in container["volumeMounts"]} for container in ours)


@pytest.mark.parametrize("overlay", _BEHIND)
def test_a_guarded_server_is_reached_from_one_place_only(overlay: str) -> None:
    guard = {"mcp-extproc.io/guarded": "true"}
    (server,) = _pods(overlay, "mcp-demo", guard)
    assert server["metadata"]["name"] == "mcp-server"
    (policy,) = [one for one in _of(overlay, "NetworkPolicy") if one["metadata"]["namespace"] == "mcp-demo"]
    assert policy["spec"]["podSelector"] == {"matchLabels": guard}
    assert policy["spec"]["policyTypes"] == ["Ingress"]
    (rule,) = policy["spec"]["ingress"]
    (peer,) = rule["from"]
    assert peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
    assert peer["podSelector"]["matchLabels"]
    assert rule["ports"] == [{"port": "http-mcp", "protocol": "TCP"}]


@pytest.mark.parametrize("overlay", ["istio", "envoy-gateway", "kgateway"])
def test_the_plaintext_channel_is_open_to_the_proxies_that_reach_the_servers_and_to_nobody_else(overlay: str) -> None:
    policies = {one["metadata"]["namespace"]: one["spec"] for one in _of(overlay, "NetworkPolicy")}
    asked, metrics = policies["mcp-system"]["ingress"]
    assert asked["ports"] == [{"port": "grpc-extproc", "protocol": "TCP"}]
    assert asked["from"] == policies["mcp-demo"]["ingress"][0]["from"]
    assert metrics["ports"] == [{"port": "mcp-metrics", "protocol": "TCP"}]


def test_the_gateway_reaches_names_guarded_servers_state_and_keys_and_nothing_else() -> None:
    (policy,) = [one for one in _of("gateway", "NetworkPolicy") if one["metadata"]["namespace"] == "mcp-system"]
    assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
    ports = [[port["port"] for port in rule["ports"]] for rule in policy["spec"]["egress"]]
    assert ports == [[53, 53], ["http-mcp"], ["redis"], [443]]
    (outside,) = policy["spec"]["egress"][-1]["to"]
    assert "169.254.0.0/16" in outside["ipBlock"]["except"]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_nothing_that_asks_the_sidecar_fails_open(overlay: str) -> None:
    switches = dict(_switches(_BUILT[overlay]))
    assert {path: value for path, value in switches.items() if value is not False} == {}
    if overlay in {"istio", "envoy-gateway", "kgateway"}:
        assert switches


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_key_that_is_mounted_is_there(overlay: str) -> None:
    maps = {(one["metadata"]["namespace"], one["metadata"]["name"]): one["data"] for one in _of(overlay, "ConfigMap")}
    used = set()
    for one in _BUILT[overlay]:
        for volume in (pod_spec(one) or {}).get("volumes", ()):
            for source in _config_maps(volume):
                place = (one["metadata"]["namespace"], source["name"])
                if not source.get("optional", False):
                    assert {item["key"] for item in source.get("items", ())} <= maps[place].keys()
                used |= {(*place, item["key"]) for item in source.get("items", ())}
                used |= {(*place, key) for key in maps.get(place, {})} if "items" not in source else set()
    assert {(*place, key) for place, data in maps.items() for key in data} <= used


@pytest.mark.parametrize(("overlay", "one"), _WORKLOADS)
def test_every_mount_has_its_volume_and_every_volume_its_mount(overlay: str, one: Object) -> None:
    spec = _spec(one)
    claims = {claim["metadata"]["name"] for claim in one["spec"].get("volumeClaimTemplates", ())}
    volumes = {volume["name"] for volume in spec.get("volumes", ())} | claims
    mounts = {mount["name"] for container in containers(spec) for mount in container.get("volumeMounts", ())}
    assert volumes == mounts, overlay


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_selectors_match_pods_and_ports_are_theirs(overlay: str) -> None:
    for one in _BUILT[overlay]:
        path = _SELECTED_BY.get(one["kind"])
        if path is None:
            continue
        labels: Any = one
        for key in path:
            labels = labels[key]
        pods = _pods(overlay, one["metadata"]["namespace"], labels)
        assert pods, one["metadata"]["name"]
        offered = {
            known
            for pod in pods
            for container in containers(_spec(pod))
            for port in container.get("ports", ())
            for known in (port["name"], port["containerPort"])
        }
        taken = _targets(one)
        assert taken
        assert taken <= offered


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_budgets_and_autoscalers_are_about_what_is_there(overlay: str) -> None:
    for budget in _of(overlay, "PodDisruptionBudget"):
        assert _pods(overlay, budget["metadata"]["namespace"], budget["spec"]["selector"]["matchLabels"])
    for scaler in _of(overlay, "HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]
        (one,) = [one for one in _of(overlay, target["kind"]) if one["metadata"]["name"] == target["name"]]
        assert "replicas" not in one["spec"]
        # Native sidecars are not in `containers`, which is what the autoscaler looks at.
        counted = {metric["containerResource"]["container"] for metric in scaler["spec"]["metrics"]}
        assert counted <= {container["name"] for container in _spec(one)["containers"]}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_the_platform_owns_and_what_a_team_owns_is_labelled(overlay: str) -> None:
    labels = {one["metadata"]["name"]: one["metadata"].get("labels", {}) for one in _of(overlay, "ConfigMap")}
    assert labels.get("mcp-extproc", {"mcp-extproc.io/managed": "true"}) == {"mcp-extproc.io/managed": "true"}
    assert labels.get("mcp-extproc-policy", {"mcp-extproc.io/policy": "true"}) == {"mcp-extproc.io/policy": "true"}


def _ports(one: Object) -> Iterator[int | str]:
    """Yield every port that a Service or a NetworkPolicy names."""
    for port in one["spec"].get("ports", ()):
        yield from (port["name"], port["port"], port["targetPort"])
    yield from _targets(one)


def _targets(one: Object) -> set[int | str]:
    """Return the ports of pods that a Service or a NetworkPolicy lets in."""
    if one["kind"] == "Service":
        return {port["targetPort"] for port in one["spec"]["ports"]}
    return {port["port"] for rule in one["spec"]["ingress"] for port in rule["ports"]}


def _config_maps(volume: Object) -> Iterator[Object]:
    if "configMap" in volume:
        yield volume["configMap"]
    for source in volume.get("projected", {}).get("sources", ()):
        if "configMap" in source:
            yield source["configMap"]


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
