"""What the ConfigMaps hold is what the programs in the pods read: configuration, policies and Envoy's values."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from extproc.config.faults import ConfigError
from extproc.config.identity_file import EnvoyJwtSettings
from extproc.config.policy_file import load_policies
from extproc.config.settings_file import Config, load_config
from tests.k8s.kustomize import K8S, OVERLAYS, Object, build, containers, pod_spec
from tests.k8s.volumes import command, config_maps, environment, mounted
from tests.k8s.xds import validate
from tests.up.certificates import write_certificate

_SECRETS: Final = {"mcp-extproc-key": "k" * 32}
_BUILT: Final = {overlay: build(K8S / "overlays" / overlay) for overlay in OVERLAYS}
_WITH_SIDECAR: Final = sorted(set(OVERLAYS) - {"redis"})
_WITH_ENVOY: Final = ["gateway", "sidecar"]


def _pod(overlay: str, name: str) -> tuple[Object, Object]:
    """Return the pod that has a container, and the container."""
    ((workload, container),) = [
        (one, container)
        for one in _BUILT[overlay]
        for container in containers(pod_spec(one) or {"containers": []})
        if container["name"] == name
    ]
    return workload, container


def _laid_out(overlay: str, name: str, root: Path) -> tuple[Path, dict[str, str], list[str]]:
    """Return the root, the variables and the command of a container, with all that is mounted in it below the root."""
    workload, container = _pod(overlay, name)
    spec = pod_spec(workload)
    assert spec is not None
    maps = config_maps(_BUILT[overlay], workload["metadata"]["namespace"])
    variables = environment(container, _SECRETS)
    return mounted(spec, container, maps, root), variables, command(container, variables)


def _config(overlay: str, root: Path) -> Config:
    root, variables, words = _laid_out(overlay, "mcp-extproc", root)
    assert words[:3] == ["extproc", "serve", "--config"]
    return load_config(root / words[3].removeprefix("/"), variables)


@pytest.mark.parametrize("overlay", _WITH_SIDECAR)
def test_the_sidecar_takes_its_configuration_and_its_policies(tmp_path: Path, overlay: str) -> None:
    config = _config(overlay, tmp_path)
    assert config.health.address == "0.0.0.0:9465"
    assert config.metrics.address == "0.0.0.0:9464"
    assert not any(config.unsafe_fail_open.model_dump().values())
    policy = load_policies(config.places(tmp_path / "etc/mcp-extproc"))
    expected = ["platform", "mcp-demo", "mcp-demo-team"] if overlay == "namespace-policy" else ["platform"]
    assert sorted(layer.name for layer in policy.layers) == sorted(expected)


@pytest.mark.parametrize("overlay", _WITH_ENVOY)
def test_the_sidecar_listens_where_envoy_asks_with_the_same_limit(tmp_path: Path, overlay: str) -> None:
    config = _config(overlay, tmp_path)
    values: dict[str, Any] = yaml.safe_load((tmp_path / "etc/mcp-extproc/envoy.yaml").read_text())
    assert config.listen.address == "unix:/run/mcp-extproc/0.sock"
    assert "sidecars" not in values  # that address is their default
    assert values["limits"] == {"body_bytes": config.limits.body_bytes}
    assert values["probe"]["port"] == 8081


@pytest.mark.parametrize("overlay", ["envoy-gateway", "istio", "kgateway"])
def test_the_sidecar_of_a_mesh_listens_at_the_port_of_its_service(tmp_path: Path, overlay: str) -> None:
    assert _config(overlay, tmp_path).listen.address == "0.0.0.0:18080"
    _, container = _pod(overlay, "mcp-extproc")
    assert {"name": "grpc-extproc", "containerPort": 18080} in container["ports"]


def test_what_the_pod_says_of_its_server_comes_from_its_variables(tmp_path: Path) -> None:
    (server,) = _config("sidecar", tmp_path).servers
    assert (server.name, server.hosts, server.paths) == ("demo", ["*"], ["/mcp"])


def test_envoy_and_the_sidecar_of_the_gateway_know_the_same_servers(tmp_path: Path) -> None:
    config = _config("gateway", tmp_path)
    values: dict[str, Any] = yaml.safe_load((tmp_path / "etc/mcp-extproc/envoy.yaml").read_text())
    ours = [(server.name, server.hosts, server.paths) for server in config.servers]
    assert [(server["name"], server["hosts"], server["paths"]) for server in values["servers"]] == ours
    (service,) = [
        one for one in _BUILT["gateway"] if one["kind"] == "Service" and "demo" in one["metadata"]["namespace"]
    ]
    (port,) = service["spec"]["ports"]
    host = f"{service['metadata']['name']}.{service['metadata']['namespace']}.svc.cluster.local"
    assert [server["upstream"] for server in values["servers"]] == [f"http://{host}:{port['port']}"]
    (source,) = config.identity.sources
    assert isinstance(source, EnvoyJwtSettings)
    (provider,) = values["jwt"]
    assert (provider["issuer"], provider["audiences"]) == (source.issuer, source.audiences)


def test_the_gateway_keeps_state_in_the_redis_of_the_other_overlay(tmp_path: Path) -> None:
    state = _config("gateway", tmp_path).state
    (service,) = [one for one in _BUILT["redis"] if one["kind"] == "Service"]
    (port,) = service["spec"]["ports"]
    place = f"{service['metadata']['name']}.{service['metadata']['namespace']}.svc.cluster.local:{port['port']}"
    assert state.url == f"rediss://{place}/0"
    assert (state.username, state.password_file) == ("sidecar", "/etc/mcp-extproc-state/password")


def test_a_namespace_that_loosens_is_refused_with_the_place(tmp_path: Path) -> None:
    places = _config("namespace-policy", tmp_path).places(tmp_path / "etc/mcp-extproc")
    assert len(load_policies(places).layers) == 3
    file = tmp_path / "etc/mcp-extproc/team/policy.yaml"
    file.write_bytes((K8S / "overlays/namespace-policy/loosening.yaml").read_bytes())
    with pytest.raises(ConfigError) as refused:
        load_policies(places)
    messages = [fault.message for fault in refused.value.faults]
    assert len(messages) == 2
    assert "less restrictive than the default deny of platform" in messages[0]
    assert "which rule destructive of platform is certain to deny" in messages[1]
    assert {fault.file for fault in refused.value.faults} == {str(file)}


def test_a_team_that_writes_for_the_platform_or_another_namespace_is_refused(tmp_path: Path) -> None:
    places = _config("namespace-policy", tmp_path).places(tmp_path / "etc/mcp-extproc")
    file = tmp_path / "etc/mcp-extproc/team/policy.yaml"
    own = file.read_text()
    for claimed in ("layer: platform", "layer: namespace, namespaces: [elsewhere]"):
        text = own.replace("layer: namespace, namespaces: [mcp-demo]", claimed)
        assert text != own
        file.write_text(text.partition("tests:")[0].replace("spec:\n", "spec:\n  default: deny\n"))
        with pytest.raises(ConfigError, match=r"namespaces: \[mcp-demo\], may stand here"):
            load_policies(places)


@pytest.mark.envoy
@pytest.mark.parametrize("overlay", _WITH_ENVOY)
def test_what_the_first_container_renders_is_taken_by_envoy(tmp_path: Path, overlay: str) -> None:
    root, variables, words = _laid_out(overlay, "mcp-extproc-render", tmp_path)
    certificates = root / "etc/mcp-extproc-tls"
    certificates.mkdir(parents=True)
    write_certificate(certificates)
    moved = [word if not word.startswith("/") else f"{root}{word}" for word in words]
    done = subprocess.run(
        [str(Path(sys.prefix) / "bin" / moved[0]), *moved[1:]],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    text = (root / "run/mcp-extproc/envoy.yaml").read_text()
    bootstrap = yaml.safe_load(text.replace("/etc/mcp-extproc-tls", str(certificates)))
    validate(bootstrap, tmp_path)
    _, envoy = _pod(overlay, "mcp-extproc-envoy")
    opened = {port["containerPort"] for port in envoy["ports"]}
    listeners = [one["address"]["socket_address"] for one in bootstrap["static_resources"]["listeners"]]
    assert {one["port_value"] for one in listeners} == opened
    assert {one["address"] for one in listeners} == {"0.0.0.0"}  # noqa: S104 - the pod is reached from outside
    if overlay != "gateway":
        assert "127.0.0.1" in text
        assert "9000" in text
