"""Values for tests: the least that each profile takes, and a way to change them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, Final

import yaml

from extproc.envoy.options import BootstrapOptions
from extproc.envoy.profiles import PROFILES
from extproc.envoy.program import envoy_program
from extproc.envoy.render import read_values

_SERVER: Final = {"name": "a", "upstream": "http://a.test:9000"}
_TLS: Final = {"certificate": "/tls.crt", "key": "/tls.key"}
LEAST: Final[dict[str, dict[str, Any]]] = {
    "sidecar": {"upstream": "http://127.0.0.1:9000"},
    "edge": {"servers": [_SERVER], "tls": _TLS},
    "behind-edge": {"servers": [_SERVER]},
    "upstream-tls": {"upstream": "https://mcp.test", "upstream_tls": {"ca": "/ca.crt"}},
    "strict-egress": {"servers": [_SERVER], "egress": {"resolvers": ["192.0.2.1:53"]}},
}


def written(folder: Path, profile: str, **changes: Any) -> Path:
    """Write the least values of a profile with changes by key; None leaves a key out."""
    whole = {key: value for key, value in {**LEAST[profile], **changes}.items() if value is not None}
    path = folder / "values.yaml"
    # By way of JSON, so that a value which stands twice is written twice: aliases are refused.
    path.write_text(yaml.safe_dump(json.loads(json.dumps(whole)), sort_keys=False))
    return path


def options(folder: Path, profile: str, **changes: Any) -> BootstrapOptions:
    """Return what the builder takes of such values."""
    return read_values(PROFILES[profile], written(folder, profile, **changes))


def validated(folder: Path, name: str = "envoy.yaml") -> tuple[int, str]:
    """Have Envoy validate a file of a folder; return its exit code and what it says."""
    command = (envoy_program(), "--mode", "validate", "-c", name, "--disable-hot-restart", "--log-level", "error")
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr
