"""Checks objects by the schemas of Kubernetes, and custom resources by the models that npm has of them.

The models refuse wrong types, words and missing members; unknown members they let pass, so that those are listed in
`members.py`, for kgateway too, of which npm has no model.
"""

import json
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import kubernetes_validate  # type: ignore[import-untyped]
import kubernetes_validate.utils  # type: ignore[import-untyped]

from tests.helm.members import unknown
from tests.helm.rendering import Object
from tests.node import NodeScripts

VERSIONS: Final = ("1.30", "1.34", "1.37")
_MODELS: Final = NodeScripts(Path(__file__).parent / "models", "helm-models")
_MODELLED: Final = frozenset(
    {
        *("cert-manager.io", "gateway.envoyproxy.io", "gateway.networking.k8s.io"),
        *("monitoring.coreos.com", "networking.istio.io"),
    }
)
_CUSTOM: Final = _MODELLED | {"gateway.kgateway.dev"}

# Each call reads 2 MB of schemas anew otherwise.
kubernetes_validate.utils.schema_contents = cache(kubernetes_validate.utils.schema_contents)


def is_custom(one: Object) -> bool:
    """Tell a custom resource from what Kubernetes itself has."""
    return group_of(one) in _CUSTOM


def group_of(one: Object) -> str:
    """Return the API group of an object, empty for the core."""
    group, slash, _ = str(one["apiVersion"]).partition("/")
    return group if slash else ""


def fault(one: Object, version: str) -> str | None:
    """Return what Kubernetes of a version would say against one of its own objects; unknown members count."""
    try:
        kubernetes_validate.validate(one, version, strict=True)
    except kubernetes_validate.ValidationError as error:
        return f"{one['kind']} {one['metadata']['name']}: {'.'.join(map(str, error.path))}: {error.message}"
    return None


def custom_faults(objects: Sequence[Object]) -> list[str]:
    """Return what is wrong with custom resources, in words."""
    modelled = [one for one in objects if group_of(one) in _MODELLED]
    found = zip(modelled, _answers(modelled), strict=True)
    wrong = [f"{one['kind']} {one['metadata']['name']}: {text}" for one, text in found if text is not None]
    return [*wrong, *(text for one in objects for text in unknown(one))]


def _answers(objects: Sequence[Object]) -> list[Any]:
    if not objects:
        return []
    file = _MODELS.ensure() / f"objects-{os.getpid()}.json"
    file.write_text(json.dumps(list(objects)), encoding="utf-8")
    try:
        lines = _MODELS.run("check.mjs", file.name, seconds=60.0).splitlines()
    finally:
        file.unlink()
    return [json.loads(line) for line in lines]
