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
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
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


Change = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """A running gateway. `folder` has its files: `envoy.yaml`, `N.log` of each sidecar, `access.log`."""

    folder: Path
    profile: str
    values: Mapping[str, Any]
    envoy: Child
    sidecars: tuple[Child, ...]

    @property
    def port(self) -> int:
        """Return the port where clients connect."""
        port: int = self.values["listen"]["port"]
        return port

    @property
    def probe(self) -> str:
        """Return where readiness and statistics are shown."""
        return f"http://127.0.0.1:{self.values['probe']['port']}"

    def url(self, path: str = "/mcp", host: str = "localhost") -> str:
        """Return the address of an endpoint."""
        return f"{'https' if 'tls' in self.values else 'http'}://{host}:{self.port}{path}"

    def records(self) -> list[dict[str, Any]]:
        """Return the decision logs of all sidecars."""
        lines = [line for child in self.sidecars for line in child.log.read_text().splitlines()]
        return [json.loads(line) for line in lines if line.startswith("{")]

    def details(self) -> list[str]:
        """Return why each request ended as it did, from the access log."""
        return [json.loads(line)["details"] for line in (self.folder / "access.log").read_text().splitlines()]

    @contextmanager
    def beside(
        self, values: Mapping[str, Any], *, profile: str | None = None, change: Change = str
    ) -> Iterator[Gateway]:
        """Run another Envoy with the same sidecars: its values and its text changed, or of another profile."""
        whole = {**values, "sidecars": self.values["sidecars"]} if profile else {**self.values, **values}
        name = profile or self.profile
        with _folder() as folder, _rendered(folder, name, whole, change) as (complete, child):
            yield Gateway(folder=folder, profile=name, values=complete, envoy=child, sidecars=self.sidecars)


@contextmanager
def gateway(
    profile: str, values: Mapping[str, Any], *, policy: Path, config: Mapping[str, Any], workers: int = 1
) -> Iterator[Gateway]:
    """Run a gateway; addresses of its own are filled in."""
    with ExitStack() as running:
        folder = running.enter_context(_folder())
        sockets = [f"unix:{folder}/{number}.sock" for number in range(workers)]
        children = [
            _sidecar(running, folder, number, {**config, "policy": str(policy), "listen": {"address": socket}})
            for number, socket in enumerate(sockets)
        ]
        for child, socket in zip(children, sockets, strict=True):
            child.until(partial(probes.is_serving, socket), _READY_SECONDS)
        rendered = _rendered(folder, profile, {**values, "sidecars": sockets}, str)
        whole, child = running.enter_context(rendered)
        yield Gateway(folder=folder, profile=profile, values=whole, envoy=child, sidecars=tuple(children))


@contextmanager
def _folder() -> Iterator[Path]:
    """Make a folder with a short name: a unix socket's path has at most 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="extproc-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _rendered(
    folder: Path, profile: str, values: Mapping[str, Any], change: Change
) -> Iterator[tuple[Mapping[str, Any], Child]]:
    whole = {
        **values,
        "listen": {"port": free_port()},
        "probe": {"host": "127.0.0.1", "port": free_port()},
        "admin": f"unix:{folder}/admin.sock",
        "access_log": str(folder / "access.log"),
    }
    (folder / "values.yaml").write_text(json.dumps(whole))
    with envoy(folder, change(render(PROFILES[profile], folder / "values.yaml"))) as child:
        yield whole, child


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
