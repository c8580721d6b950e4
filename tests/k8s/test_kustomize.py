"""The overlays are built as kustomize builds them, and say nothing that our reader passes over."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from extproc import __version__
from tests.k8s import kustomize
from tests.k8s.kustomize import K8S, OVERLAYS, KustomizeError, build, containers, identity, pod_spec

_HEAD = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_kubectl_builds_the_same_objects(overlay: str) -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not installed")
    command = (kubectl, "kustomize", str(K8S / "overlays" / overlay))
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    built = {identity(one): one for one in yaml.safe_load_all(done.stdout)}
    assert built == {identity(one): one for one in build(K8S / "overlays" / overlay)}


@pytest.mark.parametrize(
    "line",
    ["patches: []", "commonLabels: {a: b}", "generatorOptions: {labels: {a: b}}", "images: [{name: a, tag: b}]"],
)
def test_what_the_reader_does_not_know_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "kustomization.yaml").write_text(f"{_HEAD}{line}\n")
    with pytest.raises(KustomizeError):
        build(tmp_path)


def test_a_config_map_is_not_made_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kustomize, "K8S", tmp_path)
    (tmp_path / "a.yaml").write_text("a: b\n")
    generators = "generatorOptions: {disableNameSuffixHash: true}\nconfigMapGenerator: [{name: a, files: [a.yaml]}]\n"
    below = tmp_path / "below"
    below.mkdir()
    (below / "a.yaml").write_text("a: c\n")
    (below / "kustomization.yaml").write_text(_HEAD + generators)
    (tmp_path / "kustomization.yaml").write_text(f"{_HEAD}resources: [below]\n{generators}")
    with pytest.raises(KustomizeError, match="cannot create a, which is there 1 times"):
        build(tmp_path)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_images_have_the_version_of_this_package_and_no_digest_that_somebody_made_up(overlay: str) -> None:
    specs = [spec for one in build(K8S / "overlays" / overlay) if (spec := pod_spec(one)) is not None]
    assert specs
    images = {container["image"] for spec in specs for container in containers(spec)}
    own = {image for image in images if image.startswith("mcp-extproc")}
    assert own <= {f"mcp-extproc:{__version__}"}
    assert bool(own) == (overlay != "redis")
    others = {"envoyproxy/envoy:v1.40.0", "registry.example/mcp-server:1", "redis:7.2"}
    assert images - own <= others
