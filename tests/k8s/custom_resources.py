"""Checks custom resources by the models that npm has of their kinds, in one Node process.

    faults = faults_of(objects)         # one list for each object, empty when it is right

The packages are installed once under out/k8s, from a lock file.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.k8s.kustomize import Object
from tests.node import NodeScripts

_MODELS: Final = NodeScripts(Path(__file__).parent / "custom", "k8s")
_GROUPS: Final = frozenset(
    {"networking.istio.io", "security.istio.io", "gateway.networking.k8s.io", "gateway.envoyproxy.io"}
)


def is_modelled(one: Object) -> bool:
    """Tell whether npm has a model of an object's kind."""
    return group_of(one) in _GROUPS


def group_of(one: Object) -> str:
    """Return the API group of an object, empty for the core."""
    group, slash, _ = one["apiVersion"].partition("/")
    return group if slash else ""


def faults_of(objects: Sequence[Object]) -> list[list[str]]:
    """Return what is wrong with each object."""
    (_MODELS.ensure() / "objects.json").write_text(json.dumps(list(objects)), encoding="utf-8")
    lines = _MODELS.run("check.mjs", "objects.json", seconds=60.0).splitlines()
    return [json.loads(line) for line in lines]
