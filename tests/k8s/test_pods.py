"""What must hold of every pod: what its containers may do, when they are ready, and that what they mount is there."""

from collections.abc import Iterator

import pytest

from tests.k8s.built import BESIDE, BUILT, WORKLOADS, of_kind, pods, spec_of
from tests.k8s.kustomize import OVERLAYS, Object, containers, pod_spec


@pytest.mark.parametrize(("overlay", "one"), WORKLOADS)
def test_every_container_is_restricted(overlay: str, one: Object) -> None:
    spec = spec_of(one)
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, overlay
    assert not {"hostNetwork", "hostPID", "hostIPC", "hostUsers", "shareProcessNamespace"} & spec.keys()
    for container in containers(spec):
        context = {**spec["securityContext"], **container["securityContext"]}
        assert context["runAsNonRoot"] is True
        assert context["runAsUser"] > 0
        assert context["readOnlyRootFilesystem"] is True
        assert context["allowPrivilegeEscalation"] is False
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert context["privileged"] is False
        assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
        assert "memory" in container["resources"]["limits"]
        assert [port for port in container.get("ports", ()) if "hostPort" in port] == []
    assert [volume for volume in spec.get("volumes", ()) if "hostPath" in volume] == []


@pytest.mark.parametrize(("overlay", "one"), WORKLOADS)
def test_no_pod_has_a_token_of_the_api_server(overlay: str, one: Object) -> None:
    spec = spec_of(one)
    assert spec["automountServiceAccountToken"] is False
    accounts = {account["metadata"]["name"]: account for account in of_kind(overlay, "ServiceAccount")}
    account = accounts[spec["serviceAccountName"]]
    assert account["automountServiceAccountToken"] is False
    assert account["metadata"]["namespace"] == one["metadata"]["namespace"]


@pytest.mark.parametrize(("overlay", "one"), WORKLOADS)
def test_our_containers_have_one_user_and_the_server_another(overlay: str, one: Object) -> None:
    spec = spec_of(one)
    users = {
        container["name"]: {**spec["securityContext"], **container["securityContext"]}["runAsUser"]
        for container in containers(spec)
    }
    assert {user for name, user in users.items() if name != "server"} <= {65532}, overlay
    assert users.get("server", 10001) == 10001
    if "mcp-extproc" in users:
        assert spec["securityContext"]["fsGroup"] == 65532


@pytest.mark.parametrize(("overlay", "one"), WORKLOADS)
def test_every_container_that_serves_is_probed(overlay: str, one: Object) -> None:
    spec = spec_of(one)
    for container in containers(spec):
        # The kubelet cannot reach a server on loopback; Envoy answers for it.
        if container["name"] in {"mcp-extproc-render", "server"}:
            continue
        probes = [container[kind] for kind in ("startupProbe", "readinessProbe", "livenessProbe")]
        if container["name"] == "mcp-extproc":
            assert [probe["grpc"] for probe in probes] == [{"port": 9465}] * 3, overlay
        if container["name"] == "mcp-extproc-envoy":
            assert [probe["httpGet"] for probe in probes] == [{"path": "/ready", "port": 8081}] * 3


@pytest.mark.parametrize("overlay", BESIDE)
def test_the_sidecar_is_there_before_envoy_and_envoy_before_the_server(overlay: str) -> None:
    (one,) = of_kind(overlay, "Deployment")
    spec = spec_of(one)
    first = [(container["name"], container.get("restartPolicy")) for container in spec["initContainers"]]
    assert first == [("mcp-extproc-render", None), ("mcp-extproc", "Always"), ("mcp-extproc-envoy", "Always")]
    assert [container["name"] for container in spec["containers"]] == ["server"]
    assert all("startupProbe" in container for container in spec["initContainers"][1:])


@pytest.mark.parametrize("overlay", BESIDE)
def test_the_server_shares_no_folder_with_the_sidecar(overlay: str) -> None:
    (one,) = of_kind(overlay, "Deployment")
    (server,) = spec_of(one)["containers"]
    assert "volumeMounts" not in server
    ours = spec_of(one)["initContainers"]
    assert all({"mcp-extproc-run"} <= {mount["name"] for mount in container["volumeMounts"]} for container in ours)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_key_that_is_mounted_is_there(overlay: str) -> None:
    maps = {
        (one["metadata"]["namespace"], one["metadata"]["name"]): one["data"] for one in of_kind(overlay, "ConfigMap")
    }
    used = set()
    for one in BUILT[overlay]:
        for volume in (pod_spec(one) or {}).get("volumes", ()):
            for source in _config_maps(volume):
                place = (one["metadata"]["namespace"], source["name"])
                if not source.get("optional", False):
                    assert {item["key"] for item in source.get("items", ())} <= maps[place].keys()
                used |= {(*place, item["key"]) for item in source.get("items", ())}
                used |= {(*place, key) for key in maps.get(place, {})} if "items" not in source else set()
    assert {(*place, key) for place, data in maps.items() for key in data} <= used


@pytest.mark.parametrize(("overlay", "one"), WORKLOADS)
def test_every_mount_has_its_volume_and_every_volume_its_mount(overlay: str, one: Object) -> None:
    spec = spec_of(one)
    claims = {claim["metadata"]["name"] for claim in one["spec"].get("volumeClaimTemplates", ())}
    volumes = {volume["name"] for volume in spec.get("volumes", ())} | claims
    mounts = {mount["name"] for container in containers(spec) for mount in container.get("volumeMounts", ())}
    assert volumes == mounts, overlay


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_budgets_and_autoscalers_are_about_what_is_there(overlay: str) -> None:
    for budget in of_kind(overlay, "PodDisruptionBudget"):
        assert pods(overlay, budget["metadata"]["namespace"], budget["spec"]["selector"]["matchLabels"])
    for scaler in of_kind(overlay, "HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]
        (one,) = [one for one in of_kind(overlay, target["kind"]) if one["metadata"]["name"] == target["name"]]
        assert "replicas" not in one["spec"]
        # Native sidecars are not in `containers`, which is what the autoscaler looks at.
        counted = {metric["containerResource"]["container"] for metric in scaler["spec"]["metrics"]}
        assert counted <= {container["name"] for container in spec_of(one)["containers"]}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_the_platform_owns_and_what_a_team_owns_is_labelled(overlay: str) -> None:
    labels = {one["metadata"]["name"]: one["metadata"].get("labels", {}) for one in of_kind(overlay, "ConfigMap")}
    assert labels.get("mcp-extproc", {"mcp-extproc.io/managed": "true"}) == {"mcp-extproc.io/managed": "true"}
    assert labels.get("mcp-extproc-policy", {"mcp-extproc.io/policy": "true"}) == {"mcp-extproc.io/policy": "true"}


def _config_maps(volume: Object) -> Iterator[Object]:
    if "configMap" in volume:
        yield volume["configMap"]
    for source in volume.get("projected", {}).get("sources", ()):
        if "configMap" in source:
            yield source["configMap"]
