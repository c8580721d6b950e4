"""Builds a kustomization: the few features that ours use, every other one refused.

    objects = build(K8S / "overlays/sidecar")

Not every machine has kustomize; where kubectl is, a test compares the two.
"""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

Object = dict[str, Any]

K8S: Final = Path(__file__).parents[2] / "k8s"
OVERLAYS: Final = tuple(sorted(folder.name for folder in (K8S / "overlays").iterdir()))

_FILE: Final = "kustomization.yaml"
_HEAD: Final = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
_CLUSTER_WIDE: Final = frozenset({"Namespace"})


class KustomizeError(ValueError):
    """A kustomization that says what this reader does not know, or what is not there."""


def build(folder: Path) -> list[Object]:
    """Return the objects of a kustomization."""
    file = folder / _FILE
    text = file.read_text(encoding="utf-8")
    document = _known(
        yaml.safe_load(text),
        {*_HEAD, "namespace", "resources", "generatorOptions", "configMapGenerator", "images"},
        file,
    )
    if {key: document.get(key) for key in _HEAD} != _HEAD:
        raise KustomizeError(f"{file}: expected {_HEAD}")
    objects = [one for path in document.get("resources", ()) for one in _resources(folder, path)]
    if document.get("generatorOptions", {}) not in ({}, {"disableNameSuffixHash": True}):
        raise KustomizeError(f"{file}: generatorOptions other than disableNameSuffixHash")
    generators = document.get("configMapGenerator", [])
    if generators and not document.get("generatorOptions"):
        raise KustomizeError(f"{file}: names of ConfigMaps would get a suffix")
    namespace = document.get("namespace")
    for generator in generators:
        _generate(objects, _known(generator, {"name", "files", "behavior", "options"}, file), folder, namespace)
    for one in objects:
        if namespace is not None and one["kind"] not in _CLUSTER_WIDE:
            one["metadata"]["namespace"] = namespace
    for image in document.get("images", ()):
        _rename(objects, _known(image, {"name", "newName", "newTag", "digest"}, file))
    _unique(objects, file)
    return objects


def identity(one: Object) -> tuple[str, str, str, str]:
    """Return what tells an object from all others."""
    metadata = one["metadata"]
    return one["apiVersion"], one["kind"], metadata.get("namespace", ""), metadata["name"]


def pod_spec(one: Object) -> Object | None:
    """Return what an object says of its pods, if it makes some."""
    spec: Object | None = one.get("spec", {}).get("template", {}).get("spec")
    return spec if one["kind"] in {"Deployment", "StatefulSet", "DaemonSet", "Job"} else None


def containers(spec: Object) -> list[Object]:
    """Return all containers of a pod in the order in which they start."""
    return [*spec.get("initContainers", ()), *spec["containers"]]


def _resources(folder: Path, path: str) -> Iterator[Object]:
    place = (folder / path).resolve()
    if not place.is_relative_to(K8S):
        raise KustomizeError(f"{folder}: {path} is outside")
    if place.is_dir():
        yield from build(place)
        return
    if not place.is_relative_to(folder.resolve()):
        raise KustomizeError(f"{folder}: {path} is a file elsewhere, which kustomize refuses")
    yield from (one for one in yaml.safe_load_all(place.read_text(encoding="utf-8")) if one is not None)


def _generate(objects: list[Object], generator: Object, folder: Path, namespace: str | None) -> None:
    options = _known(generator.get("options", {}), {"labels"}, folder)
    files: list[str] = generator["files"]
    if any("/" in name or "=" in name for name in files):
        raise KustomizeError(f"{folder}: a file of a ConfigMap is named by its own name, beside the kustomization")
    data = {name: (folder / name).read_text(encoding="utf-8") for name in files}
    same = [
        one
        for one in objects
        if one["kind"] == "ConfigMap"
        and one["metadata"]["name"] == generator["name"]
        and one["metadata"].get("namespace") in {None, namespace}
    ]
    match generator.get("behavior", "create"), same:
        case "create", []:
            metadata = {"name": generator["name"], **({"labels": options["labels"]} if "labels" in options else {})}
            objects.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})
        case "merge", [one]:
            one["data"].update(data)
            if "labels" in options:
                one["metadata"].setdefault("labels", {}).update(options["labels"])
        case behavior, _:
            raise KustomizeError(f"{folder}: cannot {behavior} {generator['name']}, which is there {len(same)} times")


def _rename(objects: list[Object], image: Object) -> None:
    for one in objects:
        spec = pod_spec(one)
        for container in containers(spec) if spec is not None else ():
            name, _, tag = container["image"].partition(":")
            if name == image["name"]:
                container["image"] = image.get("newName", name) + _version(image, tag)


def _version(image: Object, tag: str) -> str:
    if "digest" in image:
        return f"@{image['digest']}"
    version = image.get("newTag", tag)
    return f":{version}" if version else ""


def _known(document: Any, keys: set[str], file: Path) -> Object:
    if not isinstance(document, dict) or not set(document) <= keys:
        raise KustomizeError(f"{file}: expected only {', '.join(sorted(keys))}, got {document}")
    return copy.deepcopy(document)


def _unique(objects: list[Object], file: Path) -> None:
    known = [identity(one) for one in objects]
    for one in known:
        if known.count(one) > 1:
            raise KustomizeError(f"{file}: {one} is there twice")
