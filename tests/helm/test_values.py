"""Values that cannot be meant are refused before anything is made, in words that say where."""

import re
from copy import deepcopy
from typing import Any

import helm_python
import pytest
import yaml

from helm import readme, schema
from tests.helm.rendering import CHART, CUSTOM, example, refused, render

GATEWAY: dict[str, Any] = {
    "mode": "central",
    "gateway": {
        "ownState": True,
        "servers": [{"name": "crm", "namespace": "sales", "upstream": "http://crm.sales.svc:9000"}],
        "networkPolicy": {"enabled": False},
    },
}
RULE: dict[str, Any] = {"id": "x", "match": {"intents": ["write"]}, "effect": "deny"}


def _over(values: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """Return values with another one at a path of dots."""
    result = deepcopy(values)
    inner = result
    *above, last = path.split(".")
    for name in above:
        inner = inner.setdefault(name, {})
    inner[last] = value
    return result


def _namespace(**members: object) -> dict[str, Any]:
    return {"namespaces": {"team-a": members}}


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"replicas": 2}, "additional properties 'replicas' not allowed"),
    ({"image": {"digset": ""}}, "at '/image': additional properties 'digset' not allowed"),
    ({"mode": "ambient"}, "at '/mode': value must be one of 'sidecar', 'central'"),
    ({"image": {"digest": "sha256:abc"}}, "at '/image/digest': 'sha256:abc' does not match pattern"),
    ({"injector": {"replicas": 0}}, "at '/injector/replicas': minimum: got 0, want 1"),
    ({"injector": {"timeoutSeconds": 60}}, "at '/injector/timeoutSeconds': maximum: got 60, want 30"),
    ({"injector": {"certificates": {"mode": "none"}}}, "at '/injector/certificates/mode': value must be one of"),
    ({"state": {"url": "mysql://x"}}, "at '/state/url': 'mysql://x' does not match pattern"),
    ({"extproc": {"policy": "mine.yaml"}}, "at '/extproc': additional properties 'policy' not allowed"),
    ({"extproc": {"listen": {}}}, "at '/extproc': additional properties 'listen' not allowed"),
    ({"extproc": {"state": {"url": "memory:"}}}, "at '/extproc/state': additional properties 'url' not allowed"),
    ({"extproc": {"timeouts": {"hold": 4000}}}, "at '/extproc/timeouts/hold': maximum: got 4,000, want 3,500"),
    ({"extproc": {"log": {"level": "loud"}}}, "at '/extproc/log/level': value must be one of"),
    ({"policy": {"floor": {"spec": {"default": "maybe"}}}}, "at '/policy/floor/spec/default': value must be one of"),
    ({"policy": {"floor": {"layer": "server"}}}, "at '/policy/floor': additional properties 'layer' not allowed"),
    (
        {"policy": {"floor": {"spec": {"rules": [{**RULE, "match": {"on": ["request"], "tool": ["x"]}}]}}}},
        "additional properties 'tool' not allowed",
    ),
    (_namespace(enroll=True), "at '/namespaces/team-a': additional properties 'enroll' not allowed"),
    ({"namespaces": {"Team_A": {}}}, "invalid propertyName 'Team_A'"),
    (_namespace(policy={"layer": "platform", "spec": {}}), "additional properties 'layer' not allowed"),
    (
        _namespace(policy={"namespaces": ["team-b"], "spec": {"rules": [RULE]}}),
        "at '/namespaces/team-a/policy': additional properties 'namespaces' not allowed",
    ),
    (
        _namespace(policy={"spec": {"rules": [{"id": "x", "effect": "allow", "forward_token": True}]}}),
        "at '/namespaces/team-a/policy/spec/rules/0': additional properties 'forward_token' not allowed",
    ),
    (
        _namespace(policy={"spec": {"default": "allow", "rules": [RULE]}}),
        "namespaces.team-a.policy.spec.default: allow is weaker than deny, the default of policy.floor",
    ),
    (
        _namespace(policy={"spec": {"rules": [{**RULE, "id": "platform-reading"}]}}),
        "namespaces.team-a.policy.spec.rules: the id platform-reading is that of a rule of policy.floor",
    ),
    (
        _namespace(policy={"name": "platform", "spec": {"rules": [RULE]}}),
        "namespaces.team-a.policy.name: platform is the name of policy.floor",
    ),
    (_namespace(policy={"spec": {"rules": [{"id": "x", "match": {True: ["request"]}}]}}), "'true' not allowed"),
    (
        {"state": {"url": "redis://redis:6379/0"}},
        "state.url names Redis, so fingerprints.existingSecret.name must name a Secret",
    ),
    ({"namespaces": {"mcp-system": {}}}, "namespaces.mcp-system: the namespace of the release is never injected"),
    ({"namespaces": {"kube-system": {}}}, "namespaces.kube-system: names that begin with kube-"),
    (
        {**_namespace(), "injector": {"excludedNamespaces": ["team-a"]}},
        "namespaces.team-a: it stands in injector.excludedNamespaces too",
    ),
    (
        {"injector": {"certificates": {"mode": "existingSecret", "existingSecret": "own"}}},
        "needs injector.certificates.existingSecret, and its authority in injector.certificates.caBundle",
    ),
    (
        {"monitoring": {"podMonitor": {"enabled": True}, "serviceMonitor": {"enabled": True}}},
        "monitoring.podMonitor and monitoring.serviceMonitor would read the same twice",
    ),
    ({"envoy": {"values": {"listen": {}}}}, "at '/envoy/values': additional properties 'listen' not allowed"),
    (_over(GATEWAY, "gateway.values", {"trusted_hop": 1}), "additional properties 'trusted_hop' not allowed"),
    (_over(GATEWAY, "gateway.values", {"tls": {"key": "/x"}}), "at '/gateway/values/tls': additional properties 'key'"),
    (_over(GATEWAY, "gateway.values", {"trusted_hops": 99}), "at '/gateway/values/trusted_hops': maximum: got 99"),
    ({"mesh": {"istio": {"enabled": True}}}, "mesh.istio.enabled needs mode central, with gateway.profile external"),
    (
        _over(GATEWAY, "namespaces", {"sales": {"extproc": {"limits": {"depth": 20}}}}),
        "namespaces.sales.extproc: in central mode one sidecar serves all namespaces",
    ),
    ({"mode": "central"}, "gateway.servers must name the servers behind the gateway"),
    (_over(GATEWAY, "gateway.profile", "edge"), "gateway.tls.existingSecret must name a Secret"),
    (_over(GATEWAY, "gateway.profile", "strict-egress"), "strict-egress needs gateway.values.egress.resolvers"),
    (_over(GATEWAY, "gateway.clientCa", {"existingSecret": "ca"}), "which needs gateway.tls.existingSecret"),
    (_over(GATEWAY, "gateway.profile", "external"), "crm has an upstream, but with gateway.profile external"),
    (
        _over(GATEWAY, "gateway.servers", [{"name": "crm", "namespace": "sales"}]),
        "gateway.servers: crm needs an upstream, as http://name.namespace.svc:9000",
    ),
    (_over(GATEWAY, "gateway.servers", [{"name": "crm"}]), "missing property 'namespace'"),
    (_over(GATEWAY, "gateway.ownState", value=False), "more than one process needs state.url"),
    (_over(GATEWAY, "gateway.networkPolicy.enabled", value=True), "gateway.networkPolicy.egress must say where"),
    (_over(GATEWAY, "gateway.processes", 9), "at '/gateway/processes': maximum: got 9, want 8"),
    (_over(GATEWAY, "mesh.istio.enabled", value=True), "mesh.istio.enabled needs gateway.profile external"),
]


@pytest.mark.parametrize(("values", "expected"), REFUSED, ids=[expected[:60] for _, expected in REFUSED])
def test_what_cannot_be_meant_is_refused_with_the_place(values: dict[str, Any], expected: str) -> None:
    assert expected in refused(_as_helm_reads(values) if "'true'" in expected else values)


def _as_helm_reads(values: dict[str, Any]) -> dict[str, Any]:
    """Return what Helm makes of a bare `on`, which YAML 1.1 reads as true."""
    text = yaml.safe_dump(values).replace("true:", "on:")
    assert "on:" in text
    return helm_python.values_from_yaml(text)


def test_the_namespace_in_the_readme_is_one_that_the_chart_takes() -> None:
    text = (CHART / "README.md").read_text(encoding="utf-8")
    (shown,) = (block for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if block.startswith("namespaces:"))
    assert render(helm_python.values_from_yaml(shown))


def test_the_gateway_of_the_table_is_right_without_the_fault() -> None:
    with pytest.raises(AssertionError, match="Helm takes these values"):
        refused(GATEWAY)
    assert render(_namespace(policy={"spec": {"rules": [RULE]}}))


@pytest.mark.parametrize(
    ("name", "api"),
    [
        ("platform", "cert-manager.io/v1"),
        ("platform", "monitoring.coreos.com/v1"),
        ("istio", "networking.istio.io/v1alpha3"),
    ],
)
def test_an_api_that_is_not_there_is_named(name: str, api: str) -> None:
    values = example(CHART / "examples" / f"{name}.yaml")
    with pytest.raises(helm_python.HelmError, match=f"this cluster does not have {api}"):
        render(values, apis=[one for one in CUSTOM if one != api])


def test_admission_policies_cannot_be_forced_on_a_cluster_without_them() -> None:
    values = {"namespaces": {"team-a": {}}, "admission": {"enabled": True}}
    assert render(values)
    with pytest.raises(helm_python.HelmError, match=r"Kubernetes v1.29.0 has no ValidatingAdmissionPolicy"):
        render(values, kubernetes="v1.29.0")


def test_the_schema_is_that_of_the_models() -> None:
    assert schema.TARGET.read_text(encoding="utf-8") == schema.written(), "run python -m helm.schema"


def test_the_schema_knows_every_value_and_the_readme_tells_of_it() -> None:
    text = (CHART / "values.yaml").read_text(encoding="utf-8")
    assert readme.uncommented(text) == []
    written = readme.TARGET.read_text(encoding="utf-8")
    assert readme.written(written, text) == written, "run python -m helm.readme"
    assert "| `gateway.drainSeconds` | `15` |" in written


def test_every_record_of_the_schema_refuses_what_it_does_not_name() -> None:
    open_ones = list(_open(schema.schema(), "values"))
    free = {"values.global", "values.gateway.affinity", "values.injector.affinity"}
    assert free <= set(open_ones)
    shapes = (".valueFrom", ".extraVolumes[]", ".topologySpreadConstraints[]")
    rest = [one for one in open_ones if one not in free and not one.endswith(shapes)]
    assert rest == []


def _open(value: dict[str, Any], place: str) -> list[str]:
    found = []
    others = value.get("additionalProperties", True)
    if value == {} or (value.get("type") == "object" and others is True):
        found.append(place)
    for name, one in value.get("properties", {}).items():
        found += _open(one, f"{place}.{name}")
    if isinstance(value.get("additionalProperties"), dict):
        found += _open(value["additionalProperties"], f"{place}.*")
    if isinstance(value.get("items"), dict):
        found += _open(value["items"], f"{place}[]")
    return found
