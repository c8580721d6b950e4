"""What the chart writes for sidecars is read by them, and no value loosens the floor."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from extproc.config.faults import ConfigError
from extproc.config.policy_file import load_policies
from extproc.config.settings_file import Config, load_config
from extproc.policy.rules import LayerKind
from tests.helm.rendering import EXAMPLES, containers, data, example, named, of_kind, pod_specs, render

BY_NAME = {path.stem: example(path) for path in EXAMPLES}
CENTRAL = ("behind-kong", "air-gapped", "istio")
SECRET = "0123456789abcdef"


def _written(folder: Path, files: dict[str, str], layers: dict[str, str]) -> Path:
    """Lay the files out as the volumes of a pod do."""
    (folder / "policy").mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    for name, text in layers.items():
        (folder / "policy" / name).write_text(text, encoding="utf-8")
    return folder


def _pod(folder: Path, namespace: str, values: dict[str, Any], team: str | None = None) -> tuple[Config, Path]:
    """Return what the sidecar in a pod reads, with the variables that the template gives it."""
    objects = render(values)
    files = data(objects, "mcp-extproc", namespace)
    layers: dict[str, str] = {name: files[name] for name in ("platform.yaml", "namespace.yaml") if name in files}
    _written(folder, {"extproc.yaml": files["extproc.yaml"]}, layers)
    (folder / "team").mkdir()
    if team is not None:
        (folder / "team" / "policy.yaml").write_text(team, encoding="utf-8")
    (spec,) = (spec for name, spec in pod_specs(objects) if name == "injected")
    (sidecar,) = (one for one in containers(spec) if one["name"] == "mcp-extproc")
    env = {entry["name"]: entry.get("value", SECRET) for entry in sidecar["env"]}
    own = {name: f"$({name})" for name in env}
    for name, text in env.items():
        for other, mark in own.items():
            env[name] = env[name].replace(mark, env[other]) if mark in text else env[name]
    return load_config(folder / "extproc.yaml", env), folder


@pytest.mark.parametrize(
    ("name", "namespace"),
    [("team-sidecars", "shop"), ("platform", "payments"), ("platform", "research"), ("platform", "support")],
)
def test_a_sidecar_reads_what_is_in_its_namespace(name: str, namespace: str, tmp_path: Path) -> None:
    config, folder = _pod(tmp_path / "pod", namespace, BY_NAME[name])
    assert config.namespace == namespace
    assert [server.name for server in config.servers] == ["default"]
    assert config.listen.address == "unix:/run/mcp-extproc/0.sock"
    assert config.health.address == "0.0.0.0:9465"
    policy = load_policies(config.places(folder))
    kinds = [layer.kind for layer in policy.layers]
    assert kinds[0] is LayerKind.PLATFORM
    asked = BY_NAME[name]["namespaces"][namespace].get("policy")
    assert kinds[1:] == ([LayerKind.NAMESPACE] if asked else [])


@pytest.mark.parametrize("name", CENTRAL)
def test_the_gateway_reads_its_files(name: str, tmp_path: Path) -> None:
    objects = render(BY_NAME[name])
    files = data(objects, "guard-mcp-extproc-gateway")
    folder = _written(
        tmp_path / "pod", {"extproc.yaml": files["extproc.yaml"]}, data(objects, "guard-mcp-extproc-gateway-policy")
    )
    config = load_config(folder / "extproc.yaml", {})
    assert {server.namespace for server in config.servers} == {
        server["namespace"] for server in BY_NAME[name]["gateway"]["servers"]
    }
    policy = load_policies([folder / "policy"])
    scoped = [layer for layer in policy.layers if layer.kind is LayerKind.NAMESPACE]
    assert len(scoped) == sum("policy" in one for one in BY_NAME[name]["namespaces"].values())


def test_the_default_floor_can_be_loaded(tmp_path: Path) -> None:
    config, folder = _pod(tmp_path / "pod", "team-a", {"namespaces": {"team-a": {}}})
    (layer,) = load_policies(config.places(folder)).layers
    assert (layer.kind, layer.default) == (LayerKind.PLATFORM, "deny")


def test_values_that_loosen_and_cannot_be_seen_without_judging_are_refused_when_they_are_loaded(tmp_path: Path) -> None:
    loosening = {"spec": {"rules": [{"id": "team-a-secrets", "match": {"tools": ["publish"]}, "effect": "allow"}]}}
    floor = {
        "name": "floor",
        "spec": {"default": "deny", "rules": [{"id": "no-publish", "match": {"tools": ["publish"]}, "effect": "deny"}]},
    }
    values = {"policy": {"floor": floor}, "namespaces": {"team-a": {"policy": loosening}}}
    _, folder = _pod(tmp_path / "pod", "team-a", values)
    with pytest.raises(ConfigError, match="team-a-secrets: it allows") as caught:
        load_policies([folder / "policy"])
    assert "namespace.yaml" in str(caught.value)


def _layer(default: str, **metadata: Any) -> str:
    return yaml.safe_dump(
        {
            "apiVersion": "mcp-extproc/v1",
            "kind": "Policy",
            "metadata": {"name": "team", **(metadata or {"layer": "namespace", "namespaces": ["payments"]})},
            "spec": {"default": default, "rules": [{"id": "t", "match": {"intents": ["write"]}, "effect": "deny"}]},
        }
    )


def test_a_layer_of_a_team_tightens(tmp_path: Path) -> None:
    config, folder = _pod(tmp_path / "pod", "payments", BY_NAME["platform"], _layer("deny"))
    assert len(load_policies(config.places(folder)).layers) == 3


@pytest.mark.parametrize(
    ("team", "expected"),
    [
        (_layer("allow"), "less restrictive"),
        (_layer("deny", layer="platform"), "only a policy of the layer namespace"),
        (_layer("deny", layer="namespace", namespaces=["support"]), r"namespaces: \[payments\]"),
        (_layer("deny", layer="namespace", namespaces=["*"]), "may stand here"),
    ],
)
def test_a_layer_of_a_team_that_loosens_or_is_not_its_own_is_refused(team: str, expected: str, tmp_path: Path) -> None:
    config, folder = _pod(tmp_path / "pod", "payments", BY_NAME["platform"], team)
    with pytest.raises(ConfigError, match=expected):
        load_policies(config.places(folder))


def test_an_edit_in_one_namespace_is_not_in_another() -> None:
    objects = render(BY_NAME["platform"])
    maps = {
        one["metadata"]["namespace"]: one["data"]
        for one in of_kind(objects, "ConfigMap")
        if "platform.yaml" in one["data"]
    }
    assert set(maps) == {"payments", "research", "support"}
    assert len({one["platform.yaml"] for one in maps.values()}) == 1
    assert "require-approval" in maps["research"]["extproc.yaml"]
    assert "require-approval" not in maps["support"]["extproc.yaml"]
    for name in ("payments", "support"):
        document = yaml.safe_load(maps[name]["namespace.yaml"])
        assert document["metadata"]["namespaces"] == [name]
        assert document["metadata"]["layer"] == "namespace"
    assert "namespace.yaml" not in maps["research"]


def test_a_setting_of_the_chart_holds_over_one_of_values() -> None:
    values = {"namespaces": {"team-a": {"extproc": {"limits": {"body_bytes": 1048576}}}}}
    objects = render(values)
    files = data(objects, "mcp-extproc", "team-a")
    assert yaml.safe_load(files["extproc.yaml"])["limits"] == {"body_bytes": 1048576}
    assert yaml.safe_load(files["envoy.yaml"])["limits"] == {"body_bytes": 1048576}


def test_policies_of_teams_are_read_where_they_are_let() -> None:
    def read(enabled: bool) -> tuple[bool, Any]:
        values = {"policy": {"team": {"enabled": enabled}}, "namespaces": {"team-a": {}}}
        objects = render(values)
        (spec,) = (spec for name, spec in pod_specs(objects) if name == "injected")
        config = yaml.safe_load(data(objects, "mcp-extproc", "team-a")["extproc.yaml"])
        return "mcp-extproc-team" in {one["name"] for one in spec["volumes"]}, config["policy"]

    assert read(enabled=True) == (True, ["policy", {"path": "team", "namespace": "team-a"}])
    assert read(enabled=False) == (False, ["policy"])


def test_only_what_asks_for_it_gets_a_secret() -> None:
    objects = render(BY_NAME["platform"])
    (spec,) = (spec for name, spec in pod_specs(objects) if name == "injected")
    taken = {
        one["name"]: {
            entry["valueFrom"]["secretKeyRef"]["name"] for entry in one.get("env", []) if "valueFrom" in entry
        }
        for one in containers(spec)
    }
    assert taken["mcp-extproc"] == {"mcp-extproc-redis", "mcp-extproc-key"}
    assert taken["mcp-extproc-envoy"] == taken["mcp-extproc-render"] == set()
    text = named(objects, "ConfigMap", "mcp-extproc", "payments")["data"]["extproc.yaml"]
    assert "password_env: MCP_EXTPROC_STATE_PASSWORD" in text
    assert "key_env: MCP_EXTPROC_KEY" in text
