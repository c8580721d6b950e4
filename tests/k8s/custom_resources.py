"""Checks custom resources by the models that npm has of their kinds, in one Node process.

    faults = faults_of(objects)         # one list for each object, empty when it is right

The packages are installed once under out/k8s, from a lock file.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.k8s.kustomize import Object

_SOURCES: Final = Path(__file__).parent / "custom"
_INSTALLED: Final = Path(__file__).parents[2] / "out" / "k8s"
_MANIFESTS: Final = ("package.json", "package-lock.json")
_SCRIPT: Final = "check.mjs"
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
    folder = _ensure_installed()
    (folder / "objects.json").write_text(json.dumps(list(objects)), encoding="utf-8")
    lines = _finished([_program("node"), _SCRIPT, "objects.json"], 60.0).splitlines()
    return [json.loads(line) for line in lines]


def _ensure_installed() -> Path:
    """Install the locked packages, unless that was done for this very lock; Node looks for them beside the script."""
    _INSTALLED.mkdir(parents=True, exist_ok=True)
    lock = hashlib.sha256(b"".join((_SOURCES / name).read_bytes() for name in _MANIFESTS)).hexdigest()
    stamp = _INSTALLED / "installed.sha256"
    if not stamp.exists() or stamp.read_text(encoding="ascii") != lock:
        for name in _MANIFESTS:
            shutil.copy(_SOURCES / name, _INSTALLED / name)
        _finished([_program("npm"), "ci", "--no-audit", "--no-fund", "--ignore-scripts"], 110.0)
        stamp.write_text(lock, encoding="ascii")
    shutil.copy(_SOURCES / _SCRIPT, _INSTALLED / _SCRIPT)
    return _INSTALLED


def _program(name: str) -> str:
    """Return where a program is, the environment's own first."""
    found = shutil.which(name, path=os.pathsep.join((str(Path(sys.prefix) / "bin"), os.environ.get("PATH", ""))))
    if found is None:
        raise RuntimeError(f"{name} is not on PATH; the models need Node 22 with npm")
    return found


def _finished(command: list[str], seconds: float) -> str:
    # The environment's own Node comes first for npm too, which is a script of it.
    path = os.pathsep.join((str(Path(sys.prefix) / "bin"), os.environ.get("PATH", "")))
    environment = {**os.environ, "PATH": path}
    done = subprocess.run(
        command, cwd=_INSTALLED, capture_output=True, text=True, timeout=seconds, check=False, env=environment
    )
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout
