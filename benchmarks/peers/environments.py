"""The environments of the tools: one for each group, from hash-checked pins, made again when its pins change."""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).parents[2]
_REQUIREMENTS: Final = Path(__file__).with_name("requirements")
_ENVIRONMENTS: Final = _ROOT / "out" / "peers"
# Nothing is fetched while a tool runs: whoever tries is refused at once, at a port where nobody listens.
_NOWHERE: Final = "http://127.0.0.1:9"
_PROXIES: Final = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


class NotInstalledError(Exception):
    """The packages of a group do not install here."""


def interpreter(group: str | None) -> Path:
    """Return the Python of a group's environment, made first if need be.

    Raises: `NotInstalledError`.
    """
    if group is None:
        return Path(sys.executable)
    pins = _REQUIREMENTS / f"{group}.txt"
    digest = hashlib.sha256(pins.read_bytes() + sys.version.encode()).hexdigest()
    home = _ENVIRONMENTS / group
    python, ready = home / "bin" / "python", home / ".ready"
    if not (ready.is_file() and ready.read_text(encoding="ascii") == digest):
        print(f"installing {group} in out/peers/{group}", file=sys.stderr, flush=True)
        shutil.rmtree(home, ignore_errors=True)
        venv.create(home, with_pip=True)
        _install(python, pins)
        ready.write_text(digest, encoding="ascii")
    return python


def _install(python: Path, pins: Path) -> None:
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    done = subprocess.run([*command, "-r", str(pins)], check=False, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise NotInstalledError(f"{pins.name}: pip ended with status {done.returncode}: {last}")


def surroundings() -> dict[str, str]:
    """Return the environment variables of a tool's process: UTF-8 everywhere, no network, none of our own paths."""
    kept = {
        name: text for name, text in os.environ.items() if not name.startswith("PYTHON") and "proxy" not in name.lower()
    }
    return kept | dict.fromkeys(_PROXIES, _NOWHERE) | {"PYTHONUTF8": "1"}
