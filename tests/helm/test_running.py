"""The containers of a guarded pod, run as processes: what the chart wrote for them, at other places and ports."""

import os
import runpy
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from extproc.envoy.profiles import PROFILES
from extproc.envoy.program import envoy_program
from extproc.envoy.render import render as render_envoy
from extproc.up.ports import free_port
from extproc.up.probes import is_serving
from tests.helm.rendering import CHART, containers, data, pod_specs, render

_VALUES: dict[str, Any] = {"namespaces": {"team-a": {}}}
_SECONDS = 30.0
_REACHES = CHART / "files" / "reaches.py"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Lay out a pod's volumes."""
    files = data(render(_VALUES), "mcp-extproc", "team-a")
    (tmp_path / "policy").mkdir()
    (tmp_path / "team").mkdir()
    (tmp_path / "policy" / "platform.yaml").write_text(files["platform.yaml"], encoding="utf-8")
    for name in ("extproc.yaml", "envoy.yaml"):
        (tmp_path / name).write_text(files[name].replace("/run/mcp-extproc/", f"{tmp_path}/"), encoding="utf-8")
    return tmp_path


def _environment() -> dict[str, str]:
    """Return the variables of the sidecar's container, as the kubelet gives them."""
    (spec,) = (spec for name, spec in pod_specs(render(_VALUES)) if name == "injected")
    (sidecar,) = (one for one in containers(spec) if one["name"] == "mcp-extproc")
    found: dict[str, str] = {}
    for entry in sidecar["env"]:
        found[entry["name"]] = entry["value"]
        for name, value in found.items():
            found[entry["name"]] = found[entry["name"]].replace(f"$({name})", value)
    return found


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + _SECONDS
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)  # between two looks; asking without a pause would take the processor from who is asked


@pytest.fixture
def stop() -> Iterator[ExitStack]:
    """End processes with the test."""
    with ExitStack() as stack:
        yield stack


def _started(stop: ExitStack, *command: str, **environment: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    stop.callback(process.wait, _SECONDS)
    stop.callback(process.terminate)
    return process


def _reaches(url: str, host: str = "*") -> int:
    found: int = runpy.run_path(str(_REACHES))["main"](url, host)
    return found


@pytest.mark.envoy
def test_a_guarded_pod_refuses_what_is_no_request_and_serves_nothing_without_its_sidecar(
    folder: Path, stop: ExitStack
) -> None:
    health, port = f"127.0.0.1:{free_port()}", free_port()
    sidecar = _started(
        stop,
        *(sys.executable, "-m", "extproc", "serve", "--config", str(folder / "extproc.yaml")),
        **_environment(),
        EXTPROC_HEALTH__ADDRESS=health,
        EXTPROC_METRICS__ADDRESS="null",
    )
    changes = (
        "upstream=http://127.0.0.1:9",
        f"listen.port={port}",
        "listen.host=127.0.0.1",
        f"probe.port={free_port()}",
    )
    text = render_envoy(PROFILES["sidecar"], folder / "envoy.yaml", changes)
    (folder / "bootstrap.yaml").write_text(text, encoding="utf-8")
    _until(lambda: is_serving(health))
    options = ("--disable-hot-restart", "--concurrency", "1", "--log-level", "error")
    _started(stop, str(envoy_program()), "-c", str(folder / "bootstrap.yaml"), *options)
    url = f"http://127.0.0.1:{port}/mcp"
    _until(lambda: _reaches(url) == 0)
    assert _reaches(f"http://127.0.0.1:{port}/elsewhere") == 1
    sidecar.terminate()
    sidecar.wait(_SECONDS)
    assert _reaches(url) == 1


class _Somebody(BaseHTTPRequestHandler):
    """An endpoint with no sidecar before it."""

    answers: ClassVar[dict[str, tuple[int, bytes]]] = {
        "/200": (200, b'{"jsonrpc": "2.0"}'),
        "/400": (400, b"no JSON here"),
        "/404": (404, b'{"jsonrpc": "2.0"}'),
        "/list": (400, b"[]"),
        "/refused": (400, b'{"jsonrpc": "2.0"}'),
    }

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        code, body = self.answers[self.path] if self.headers["Host"] == "crm.example.com" else (500, b"")
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


def test_helm_test_tells_the_sidecars_answer_from_that_of_others() -> None:
    with HTTPServer(("127.0.0.1", free_port()), _Somebody) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            origin = f"http://127.0.0.1:{server.server_port}"
            assert _reaches(f"{origin}/refused", "crm.example.com") == 0
            for path in ("/200", "/400", "/404", "/list"):
                assert _reaches(f"{origin}{path}", "crm.example.com") == 1
            assert _reaches(f"{origin}/refused", "other.example.com") == 1
        finally:
            server.shutdown()
            thread.join()
    assert _reaches(f"http://127.0.0.1:{free_port()}/mcp") == 1


def test_helm_test_asks_the_gateway_by_the_name_of_a_server() -> None:
    gateway = {
        "ownState": True,
        "servers": [{"name": "crm", "namespace": "sales", "hosts": ["crm.example.com"], "upstream": "http://crm:9000"}],
        "networkPolicy": {"enabled": False},
    }
    (pod,) = (one for one in render({"mode": "central", "gateway": gateway}) if one["kind"] == "Pod")
    assert pod["metadata"]["annotations"]["helm.sh/hook"] == "test"
    _, program, url, host = pod["spec"]["containers"][0]["args"]
    assert program == _REACHES.read_text(encoding="utf-8")
    assert (url, host) == ("http://guard-mcp-extproc-gateway.mcp-system.svc:8080/mcp", "crm.example.com")
    external = {**gateway, "profile": "external", "servers": [{"name": "crm", "namespace": "sales"}]}
    (pod,) = (one for one in render({"mode": "central", "gateway": external}) if one["kind"] == "Pod")
    assert pod["spec"]["containers"][0]["args"] == ["health", "guard-mcp-extproc-gateway.mcp-system.svc:18080"]
    assert [one for one in render(_VALUES) if one["kind"] == "Pod"] == []
