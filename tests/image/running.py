"""Runs the image as a container runtime would, to the end or until it serves."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from extproc.up.ports import free_port
from extproc.up.probes import is_serving
from extproc.up.processes import Child
from tests.containers import REPOSITORY, USER, Container, Mount, command
from tests.containers import run as run_container
from tests.image.dockerfile import stages

_CONFIG = """\
policy: policy.yaml
metrics: {{address: null}}
health: {{address: "127.0.0.1:{health}"}}
"""


@contextmanager
def serving(image: Path, folder: Path, environment: dict[str, str]) -> Iterator[tuple[Child, float, list[Mount]]]:
    """Run the image as it stands, read-only, until it serves; yield the process and how long that took."""
    port = free_port()
    sockets = folder / "sockets"
    sockets.mkdir()
    os.chown(sockets, USER, USER)
    mounts = [
        Mount(source=str(configured(folder, port)), target="/etc/mcp-extproc"),
        Mount(source=str(sockets), target="/run/mcp-extproc", writable=True),
    ]
    stage = stages()["sidecar"]
    words = [*entry(), *stage.words("CMD")]
    begun = time.monotonic()
    told = Container(root=str(image), words=words, environment=stage.environment | environment, mounts=mounts)
    child = Child.start("sidecar", command(told), log=folder / "log", cwd=REPOSITORY)
    try:
        child.until(lambda: is_serving(f"127.0.0.1:{port}"), 150)
        yield child, round(time.monotonic() - begun, 2), mounts
    finally:
        child.stop(10)


def configured(folder: Path, health: int) -> Path:
    """Write a configuration with a policy that comes with the package."""
    settings = folder / "settings"
    settings.mkdir(exist_ok=True)
    (settings / "extproc.yaml").write_text(_CONFIG.format(health=health))
    shutil.copy(REPOSITORY / "extproc/policies/protection.yaml", settings / "policy.yaml")
    folder.chmod(0o755)
    return settings


def entry() -> list[str]:
    """Return its entry point."""
    return stages()["sidecar"].words("ENTRYPOINT")


def run(image: Path, words: list[str], mounts: list[Mount] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program in the image to its end."""
    stage = stages()["sidecar"]
    return run_container(Container(root=str(image), words=words, environment=stage.environment, mounts=mounts or []))
