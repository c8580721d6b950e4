"""Plays the stories of `scenarios` with the official TypeScript SDK, in a Node process.

    from tests.e2e import typescript
    typescript.ensure_installed()
    seen = typescript.run(stack.url, "modern", ["list", "denied"], control=server.origin)
    assert seen["denied"]["isError"]

`legacy` and `modern` are SDK 2.x, `legacy-v1` is SDK 1.x, which knows no other era. Needs Node 20 and npm.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from tests.e2e.clients import PATIENCE_SECONDS

Era = Literal["legacy", "modern", "legacy-v1"]

_SOURCES = Path(__file__).parent / "typescript"
_INSTALLED = Path(__file__).parents[2] / "out" / "typescript"
_MANIFESTS = ("package.json", "package-lock.json")
_INSTALL_SECONDS = 240.0
_START_SECONDS = 20.0


def ensure_installed() -> Path:
    """Install the locked packages under out/typescript, unless that was done for this very lock; return the folder.

    The scripts are copied beside the packages: Node looks for packages next to a script, and the source tree
    stays free of them.
    """
    _INSTALLED.mkdir(parents=True, exist_ok=True)
    lock = hashlib.sha256(b"".join((_SOURCES / name).read_bytes() for name in _MANIFESTS)).hexdigest()
    stamp = _INSTALLED / "installed.sha256"
    if not stamp.exists() or stamp.read_text(encoding="ascii") != lock:
        for name in _MANIFESTS:
            shutil.copy(_SOURCES / name, _INSTALLED / name)
        _finished([_program("npm"), "ci", "--no-audit", "--no-fund", "--ignore-scripts"], _INSTALL_SECONDS)
        stamp.write_text(lock, encoding="ascii")
    for script in _SOURCES.glob("*.mjs"):
        shutil.copy(script, _INSTALLED / script.name)
    return _INSTALLED


def run(
    url: str, era: Era, names: Iterable[str], *, control: str | None = None, headers: Mapping[str, str] | None = None
) -> dict[str, dict[str, Any]]:
    """Play the stories one after the other; `control` defaults to the origin of `url` (no proxy between)."""
    stories = list(names)
    parts = urlsplit(url)
    command = [_program("node"), str(ensure_installed() / "client.mjs"), url, era]
    command += ["--control", control or f"{parts.scheme}://{parts.netloc}"]
    command += [word for name, value in (headers or {}).items() for word in ("--header", f"{name}:{value}")]
    output = _finished([*command, *stories], _START_SECONDS + PATIENCE_SECONDS * len(stories))
    lines = [json.loads(line) for line in output.splitlines()]
    return {line["story"]: line["seen"] for line in lines}


def _program(name: str) -> str:
    """Return where a program is, the environment's own first, or say that it is missing."""
    found = shutil.which(name, path=os.pathsep.join((str(Path(sys.prefix) / "bin"), os.environ.get("PATH", ""))))
    if found is None:
        raise RuntimeError(f"{name} is not on PATH; the TypeScript tests need Node 20 or newer with npm")
    return found


def _finished(command: list[str], seconds: float) -> str:
    """Run a command to its end and return what it printed; a failure carries what it complained about."""
    # The commands are ours: found on PATH, with arguments from the tests.
    done = subprocess.run(command, cwd=_INSTALLED, capture_output=True, text=True, timeout=seconds, check=False)
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout
