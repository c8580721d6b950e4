"""Other proxies in front of a gateway: a real nginx and another real Envoy, as `envoy/in-front` has them."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from extproc.up.ports import free_port
from extproc.up.processes import Child
from tests.e2e.gateways import envoy

FILES: Final = Path(__file__).parents[2] / "envoy" / "in-front"
_MISSING: Final = "nginx is not installed: apt-get install nginx-light"
_SECONDS: Final = 20.0


@contextmanager
def nginx_in_front(folder: Path, gateway: int, changes: Mapping[str, str]) -> Iterator[int]:
    """Run nginx before a gateway and yield its port; without nginx the test is skipped, and in CI it fails."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail(_MISSING)
        pytest.skip(_MISSING)
    port = free_port()
    kept = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    here = {
        "worker_processes auto;": f"worker_processes 1; daemon off; pid {folder}/nginx.pid;",
        "http {\n": f"http {{\n    {kept}\n",
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "server gateway.internal:8443;": f"server 127.0.0.1:{gateway};",
        "/etc/nginx/": f"{folder}/",
    }
    file = folder / "nginx.conf"
    file.write_text(_changed("nginx.conf", {**here, **changes}))
    child = Child.start(
        "nginx", [program, "-c", str(file), "-p", str(folder), "-e", "stderr"], log=folder / "nginx.log"
    )
    try:
        child.until(lambda: _listens(port), _SECONDS)
        yield port
    finally:
        child.stop(_SECONDS)


@contextmanager
def envoy_in_front(folder: Path, gateway: int, changes: Mapping[str, str]) -> Iterator[int]:
    """Run another Envoy before a gateway and yield its port."""
    port = free_port()
    here = {
        "/run/edge/": f"{folder}/",
        "/etc/edge/": f"{folder}/",
        "address: 0.0.0.0, port_value: 443": f"address: 127.0.0.1, port_value: {port}",
        "address: gateway.internal, port_value: 8443": f"address: 127.0.0.1, port_value: {gateway}",
    }
    with envoy(folder, _changed("envoy.yaml", {**here, **changes})):
        yield port


def _changed(name: str, changes: Mapping[str, str]) -> str:
    text = (FILES / name).read_text()
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
