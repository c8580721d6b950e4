"""Gateways as users run them: a profile rendered from a file of values, real sidecar processes, a real Envoy.

with gateway("edge", values, servers=SERVERS) as running:
async with connect(running.url("/mcp"), "modern", verify=running.trusting()) as peer:
...
"""

from __future__ import annotations

import json
import shutil
import ssl
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from extproc.envoy.profiles import PROFILES
from extproc.envoy.program import envoy_program
from extproc.envoy.render import render
from extproc.up import probes
from extproc.up.ports import free_port
from extproc.up.processes import Child

_READY_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """A running gateway. `folder` has its files: `envoy.yaml`, `N.log` of each sidecar, `access.log`."""

    folder: Path
    port: int
    secured: bool
    probe_port: int
    sidecars: tuple[Child, ...]
    envoy: Child

    def url(self, path: str = "/mcp", host: str = "localhost") -> str:
        """Return the address of an endpoint."""
        return f"{'https' if self.secured else 'http'}://{host}:{self.port}{path}"

    def records(self) -> list[dict[str, Any]]:
        """Return the decision logs of all sidecars."""
        lines = [line for child in self.sidecars for line in child.log.read_text().splitlines()]
        return [json.loads(line) for line in lines if line.startswith("{")]

    def admin(self, path: str) -> str:
        """Ask Envoy's admin interface."""
        return probes.admin(f"unix:{self.folder}/admin.sock", path)


@contextmanager
def gateway(
    profile: str,
    values: Mapping[str, Any],
    *,
    policy: Path,
    config: Mapping[str, Any],
    workers: int = 1,
) -> Iterator[Gateway]:
    """Run a gateway; addresses of its own are filled in."""
    port, probe_port = free_port(), free_port()
    with ExitStack() as running:
        folder = Path(tempfile.mkdtemp(prefix="extproc-"))  # short: a unix socket's path has at most 107 bytes
        running.callback(shutil.rmtree, folder, ignore_errors=True)
        sockets = [f"unix:{folder}/{number}.sock" for number in range(workers)]
        whole = {
            "listen": {"port": port},
            "sidecars": sockets,
            "admin": f"unix:{folder}/admin.sock",
            "probe": {"host": "127.0.0.1", "port": probe_port},
            "access_log": str(folder / "access.log"),
            **values,
        }
        (folder / "values.yaml").write_text(json.dumps(whole))
        text = render(PROFILES[profile], folder / "values.yaml")
        children = [
            _sidecar(running, folder, number, {**config, "policy": str(policy), "listen": {"address": socket}})
            for number, socket in enumerate(sockets)
        ]
        for child, socket in zip(children, sockets, strict=True):
            child.until(lambda socket=socket: probes.is_serving(socket), _READY_SECONDS)  # type: ignore[misc]
        yield Gateway(
            folder=folder,
            port=port,
            secured="tls" in values,
            probe_port=probe_port,
            sidecars=tuple(children),
            envoy=running.enter_context(envoy(folder, text)),
        )


def _sidecar(running: ExitStack, folder: Path, number: int, config: Mapping[str, Any]) -> Child:
    whole = {"metrics": {"address": None}, "control": {"socket": f"{folder}/control-{number}.sock"}, **config}
    file = folder / f"{number}.yaml"
    file.write_text(json.dumps(whole))
    command = [sys.executable, "-m", "extproc", "serve", "--config", str(file)]
    child = Child.start(f"sidecar {number}", command, log=folder / f"{number}.log")
    running.callback(child.stop, _STOP_SECONDS)
    return child


@contextmanager
def envoy(folder: Path, text: str) -> Iterator[Child]:
    """Run an Envoy whose admin interface is `FOLDER/admin.sock`."""
    (folder / "envoy.yaml").write_text(text)
    command = [str(envoy_program()), "-c", str(folder / "envoy.yaml"), "--disable-hot-restart", "--concurrency", "1"]
    command += ["--log-level", "warning", "--file-flush-interval-msec", "200"]
    child = Child.start("envoy", command, log=folder / "envoy.log")
    try:
        child.until(lambda: probes.is_ready(f"unix:{folder}/admin.sock"), _READY_SECONDS)
        yield child
    finally:
        child.stop(_STOP_SECONDS)


def trusting(authority: Path, client: Path | None = None) -> ssl.SSLContext:
    """Return what a client checks a certificate by, and shows of its own (`CLIENT.crt` and `CLIENT.key`)."""
    context = ssl.create_default_context(cafile=str(authority))
    if client is not None:
        context.load_cert_chain(client.with_suffix(".crt"), client.with_suffix(".key"))
    return context
