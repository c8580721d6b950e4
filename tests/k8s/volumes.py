"""Lays the ConfigMaps of a pod into a folder as the kubelet mounts them, so that it can be read and run."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from tests.k8s.kustomize import Object

_REFERENCE: Final = re.compile(r"\$\(([A-Z_]+)\)")


def mounted(spec: Object, container: Object, config_maps: Mapping[str, Mapping[str, str]], root: Path) -> Path:
    """Write every file of a ConfigMap that a container sees below `root`; Secrets are left out."""
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    for mount in container["volumeMounts"]:
        folder = root / mount["mountPath"].removeprefix("/")
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in _files(volumes[mount["name"]], config_maps):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
    return root


def environment(container: Object, secrets: Mapping[str, str]) -> dict[str, str]:
    """Return a container's variables, references to earlier ones put in as the kubelet does."""
    known: dict[str, str] = {}
    for entry in container.get("env", ()):
        known[entry["name"]] = (
            _expanded(entry["value"], known)
            if "value" in entry
            else secrets[entry["valueFrom"]["secretKeyRef"]["name"]]
        )
    return known


def command(container: Object, variables: Mapping[str, str]) -> list[str]:
    """Return what a container runs."""
    return [_expanded(word, variables) for word in (*container["command"], *container["args"])]


def config_maps(objects: Iterable[Object], namespace: str) -> dict[str, Mapping[str, str]]:
    """Return the data of every ConfigMap of a namespace."""
    return {
        one["metadata"]["name"]: one["data"]
        for one in objects
        if one["kind"] == "ConfigMap" and one["metadata"]["namespace"] == namespace
    }


def _files(volume: Object, maps: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    for source in volume.get("projected", {}).get("sources", ()):
        if "configMap" not in source:
            continue
        config_map = source["configMap"]
        data = maps.get(config_map["name"], {})
        for item in config_map["items"]:
            if item["key"] in data or not config_map.get("optional", False):
                yield item["path"], data[item["key"]]


def _expanded(text: str, known: Mapping[str, str]) -> str:
    return _REFERENCE.sub(lambda match: known.get(match[1], match[0]), text)
