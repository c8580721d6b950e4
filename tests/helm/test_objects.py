"""What the chart makes is what Kubernetes takes, whatever the values."""

from copy import deepcopy
from typing import Any

import helm_python
import pytest

from tests.helm import schemas
from tests.helm.rendering import CHART, EXAMPLES, Object, containers, example, named, of_kind, pod_specs, render

MESHES: dict[str, Any] = {
    "mode": "central",
    "gateway": {
        "profile": "external",
        "ownState": True,
        "servers": [{"name": "crm", "namespace": "sales", "hosts": ["crm.example.com"]}],
        "networkPolicy": {"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "gw"}}}]},
    },
    "mesh": {
        "istio": {"enabled": True},
        "envoyGateway": {"enabled": True, "patchListeners": ["https"]},
        "kgateway": {"enabled": True},
    },
    "monitoring": {"podMonitor": {"enabled": True}, "rules": {"enabled": True}},
}
OUTSIDE: dict[str, Any] = {
    "mode": "central",
    "gateway": {
        "profile": "strict-egress",
        "replicas": 1,
        "values": {"egress": {"resolvers": ["10.96.0.10:53"]}},
        "servers": [
            {
                "name": "vendor",
                "namespace": "vendors",
                "hosts": ["vendor.mcp.example.com"],
                "upstream": "https://mcp.vendor.example",
            }
        ],
        "networkPolicy": {"egress": [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": [{"port": 443}]}]},
        "policies": {"collect": False},
    },
    "dns": {"to": [{"ipBlock": {"cidr": "10.96.0.10/32"}}]},
}
SETS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "meshes": MESHES,
    "strict-egress": OUTSIDE,
    **{path.stem: example(path) for path in EXAMPLES},
}


@pytest.mark.parametrize("name", SETS)
def test_the_chart_has_nothing_that_the_linter_objects_to(name: str) -> None:
    report = helm_python.lint(CHART, SETS[name], strict=True, kube_version="v1.34.0")
    # Without a cluster's APIs `needsApi` says so; that is told apart from what is wrong.
    assert [one for one in report["messages"] if one["severity"] > 1] == []
    assert report["errors"] == []


@pytest.mark.parametrize("version", schemas.VERSIONS)
@pytest.mark.parametrize("name", SETS)
def test_every_object_is_one_that_kubernetes_knows(name: str, version: str) -> None:
    objects = [one for one in render(SETS[name], kubernetes=f"v{version}.0") if not schemas.is_custom(one)]
    assert objects
    assert [fault for one in objects if (fault := schemas.fault(one, version)) is not None] == []


def test_every_custom_resource_is_one_that_its_project_knows() -> None:
    custom = [one for values in SETS.values() for one in render(values) if schemas.is_custom(one)]
    kinds = {one["kind"] for one in custom}
    assert kinds >= {
        *("EnvoyFilter", "EnvoyExtensionPolicy", "EnvoyPatchPolicy", "ReferenceGrant", "GatewayExtension"),
        *("ClientTrafficPolicy", "ListenerPolicy", "TrafficPolicy", "PodMonitor", "PrometheusRule", "Certificate"),
    }
    assert schemas.custom_faults(custom) == []


def test_what_is_wrong_with_an_object_is_found() -> None:
    objects = render(MESHES)
    deployment = deepcopy(of_kind(objects, "Deployment")[0])
    deployment["spec"]["template"]["spec"]["containers"][0]["imagePulPolicy"] = "Always"
    for version in schemas.VERSIONS:
        assert "imagePulPolicy" in str(schemas.fault(deployment, version))
    filter_ = deepcopy(of_kind(objects, "EnvoyFilter")[0])
    filter_["spec"]["configPatches"][0]["applyTo"] = "LISTENERS"
    policy = deepcopy(of_kind(objects, "EnvoyExtensionPolicy")[0])
    policy["spec"]["extProc"][0]["faiOpen"] = False
    (unfitting, unknown) = schemas.custom_faults([filter_, policy])
    assert "applyTo" in unfitting
    assert "faiOpen" in unknown


@pytest.mark.parametrize("name", SETS)
def test_every_container_is_as_restricted_as_namespaces_can_ask(name: str) -> None:
    objects = render(SETS[name])
    specs = list(pod_specs(objects))
    assert specs
    for _, spec in specs:
        for container in containers(spec):
            security = container["securityContext"]
            assert security["runAsNonRoot"] is True
            assert security["runAsUser"] == security["runAsGroup"] == 65532
            assert security["readOnlyRootFilesystem"] is True
            assert security["allowPrivilegeEscalation"] is False
            assert security["capabilities"] == {"drop": ["ALL"]}
            assert security["seccompProfile"] == {"type": "RuntimeDefault"}
            assert set(container["resources"]) == {"requests", "limits"}
            mounted = {mount["name"] for mount in container.get("volumeMounts", [])}
            assert mounted <= {volume["name"] for volume in spec.get("volumes", [])}


@pytest.mark.parametrize("name", SETS)
def test_nobody_gets_a_token_of_the_api_server_who_does_not_speak_to_it(name: str) -> None:
    objects = render(SETS[name])
    for account in of_kind(objects, "ServiceAccount"):
        assert account["automountServiceAccountToken"] is False
    for called, spec in pod_specs(objects):
        speaks = called.endswith("injector") and SETS[name].get("injector", {}).get("certificates", {}) == {}
        if called != "injected":
            assert spec["automountServiceAccountToken"] is speaks
        holders = [
            one["name"]
            for one in containers(spec)
            for mount in one.get("volumeMounts", [])
            if mount["name"] == "mcp-extproc-account"
        ]
        assert set(holders) <= {"mcp-extproc-policies"}


def test_rights_are_to_named_objects_or_to_namespaces_of_servers() -> None:
    for values in SETS.values():
        objects = render(values)
        for role in [*of_kind(objects, "Role"), *of_kind(objects, "ClusterRole")]:
            for rule in role["rules"]:
                assert "*" not in [*rule["resources"], *rule["verbs"], *rule["apiGroups"]]
                if role["kind"] == "ClusterRole":
                    assert rule["resourceNames"]
                elif "secrets" in rule["resources"]:
                    assert rule.get("resourceNames") or rule["verbs"] == ["create"]
                else:
                    assert (rule["resources"], rule["verbs"]) == (["configmaps"], ["list", "watch"])


def test_images_are_taken_by_digest_from_the_registry_of_the_house() -> None:
    objects = render(example(CHART / "examples" / "air-gapped.yaml"))
    images = {one["image"] for _, spec in pod_specs(objects) for one in containers(spec)}
    assert len(images) == 2
    assert all(image.startswith("registry.inner.example.com/security/") for image in images)
    assert all("@sha256:" in image for image in images)
    assert all(spec["imagePullSecrets"] == [{"name": "inner-registry"}] for _, spec in pod_specs(objects))


def test_without_a_digest_the_tag_is_that_of_the_chart() -> None:
    (spec,) = (spec for name, spec in pod_specs(render({})) if name.endswith("injector"))
    assert containers(spec)[0]["image"] == "mcp-extproc:0.1.0"


@pytest.mark.parametrize("name", ["behind-kong", "air-gapped", "istio"])
def test_a_rollout_takes_nothing_away_and_leaves_time_to_end(name: str) -> None:
    deployment = named(render(SETS[name]), "Deployment", "guard-mcp-extproc-gateway")
    assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    spec = deployment["spec"]["template"]["spec"]
    pauses = {one["name"]: one["lifecycle"]["preStop"]["sleep"]["seconds"] for one in spec["containers"]}
    drain = 10
    assert spec["terminationGracePeriodSeconds"] > max(pauses.values()) + drain
    if "mcp-extproc-envoy" in pauses:
        assert all(pauses[one] > pauses["mcp-extproc-envoy"] for one in pauses if one != "mcp-extproc-envoy")


def test_before_kubernetes_1_30_nothing_is_asked_that_is_not_there() -> None:
    for values in SETS.values():
        objects = render(values, kubernetes="v1.29.0")
        assert not of_kind(objects, "ValidatingAdmissionPolicy")
        assert not [one for _, spec in pod_specs(objects) for one in containers(spec) if "lifecycle" in one]
        assert [schemas.fault(one, "1.29") for one in objects if not schemas.is_custom(one)].count(None) > 0
        assert not [one for one in objects if not schemas.is_custom(one) and schemas.fault(one, "1.29")]


def test_sidecars_are_probed_by_grpc_and_envoy_by_its_own_page() -> None:
    for values in SETS.values():
        for _, spec in pod_specs(render(values)):
            for one in containers(spec):
                _probed(one)


def _probed(container: Object) -> None:
    if container.get("args", [""])[0] == "serve":
        ports = [port["containerPort"] for port in container["ports"] if port["name"].startswith("mcp-health")]
        assert [{"port": port} for port in ports] == [container["readinessProbe"]["grpc"]]
    if container["name"] == "mcp-extproc-envoy":
        assert container["readinessProbe"]["httpGet"] == {"path": "/ready", "port": 8081}


def test_replicas_are_spread_and_never_all_gone() -> None:
    for name in ("behind-kong", "platform"):
        objects = render(SETS[name])
        deployment = of_kind(objects, "Deployment")[0]
        labels = deployment["spec"]["selector"]["matchLabels"]
        (budget,) = of_kind(objects, "PodDisruptionBudget")
        assert budget["spec"] == {"maxUnavailable": 1, "selector": {"matchLabels": labels}}
        (term,) = deployment["spec"]["template"]["spec"]["affinity"]["podAntiAffinity"][
            "preferredDuringSchedulingIgnoredDuringExecution"
        ]
        assert term["podAffinityTerm"]["labelSelector"]["matchLabels"] == labels
        assert labels.items() <= deployment["spec"]["template"]["metadata"]["labels"].items()


def test_an_autoscaler_and_a_number_of_replicas_do_not_stand_side_by_side() -> None:
    objects = render(SETS["behind-kong"])
    assert "replicas" not in of_kind(objects, "Deployment")[0]["spec"]
    (scaler,) = of_kind(objects, "HorizontalPodAutoscaler")
    assert (scaler["spec"]["minReplicas"], scaler["spec"]["maxReplicas"]) == (3, 12)


def test_processes_have_sockets_and_ports_of_their_own_and_envoy_knows_them_all() -> None:
    values = deepcopy(SETS["behind-kong"])
    values["gateway"]["processes"] = 3
    objects = render(values)
    spec = named(objects, "Deployment", "guard-mcp-extproc-gateway")["spec"]["template"]["spec"]
    processes = [one for one in spec["containers"] if one["args"][0] == "serve"]
    env = [{entry["name"]: entry.get("value") for entry in one["env"]} for one in processes]
    for name in ("EXTPROC_LISTEN__ADDRESS", "EXTPROC_METRICS__ADDRESS", "EXTPROC_HEALTH__ADDRESS"):
        assert len({one[name] for one in env}) == 3
    ports = [port["containerPort"] for one in containers(spec) for port in one.get("ports", [])]
    assert len(ports) == len(set(ports))
    config = named(objects, "ConfigMap", "guard-mcp-extproc-gateway")["data"]["envoy.yaml"]
    assert all(f"- {one['EXTPROC_LISTEN__ADDRESS']}\n" in config for one in env)


def test_a_change_that_is_not_watched_starts_pods_again_and_one_of_policy_does_not() -> None:
    def annotations(values: dict[str, Any]) -> dict[str, str]:
        deployment = named(render(values), "Deployment", "guard-mcp-extproc-gateway")
        found: dict[str, str] = deployment["spec"]["template"]["metadata"]["annotations"]
        return found

    values = SETS["behind-kong"]
    limits = {**values, "extproc": {**values["extproc"], "limits": {"body_bytes": 1048576}}}
    policy = {**values, "namespaces": {"sales": {}, "support": {}}}
    assert annotations(values) != annotations(limits)
    assert annotations(values) == annotations(policy)


def test_the_readme_names_every_example() -> None:
    text = (CHART / "examples" / "README.md").read_text(encoding="utf-8")
    assert len(EXAMPLES) == 5
    assert all(f"[{path.name}]({path.name})" in text for path in EXAMPLES)
