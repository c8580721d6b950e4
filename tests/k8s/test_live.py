"""The patched gateways at work: a real Envoy, the sidecar of the Service with its own configuration, and a server."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
import yaml

from extproc.up.ports import free_port
from extproc.up.probes import is_ready, is_serving
from extproc.up.processes import Child
from tests.e2e.raw import HEADERS, call, client, text_result
from tests.fixtures.journal import Received
from tests.fixtures.raw_server import LAST_CHUNK, Cut, RawServer, chunk, event, head
from tests.k8s import envoy_filter, envoy_gateway
from tests.k8s.kustomize import K8S, Object, build, containers, pod_spec
from tests.k8s.volumes import command, config_maps, environment, mounted
from tests.k8s.xds import Json, envoy_program, gateway

_ISTIO = "outbound|18080||mcp-extproc.mcp-system.svc.cluster.local"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """A gateway, the port at which it looks for the server, and what it says when nobody judges."""

    url: str
    upstream: int
    closed: int


def _istio(objects: list[Object]) -> Json:
    (patches,) = (one for one in objects if one["kind"] == "EnvoyFilter")
    return envoy_filter.patched(gateway(_ISTIO), patches)


def _bare_envoy_gateway(objects: list[Object]) -> Json:
    (policy,) = (one for one in objects if one["kind"] == "EnvoyExtensionPolicy")
    return envoy_gateway.laid_in(gateway(envoy_gateway.CLUSTER), envoy_gateway.translated(policy))


def _envoy_gateway(objects: list[Object]) -> Json:
    (patches,) = (one for one in objects if one["kind"] == "EnvoyPatchPolicy")
    return envoy_gateway.patched(_bare_envoy_gateway(objects), patches)


_GATEWAYS: Final = {
    "istio": _istio,
    "envoy-gateway": _envoy_gateway,
    "envoy-gateway,without-its-patch": _bare_envoy_gateway,
}


def _moved(bootstrap: Json, ports: dict[str, int], folder: Path) -> Json:
    """Put a gateway on this machine: its listener, its server and its sidecar, each at a port of its own."""
    bootstrap["admin"]["address"]["pipe"]["path"] = str(folder / "admin.sock")
    static = bootstrap["static_resources"]
    static["listeners"][0]["address"]["socket_address"]["port_value"] = ports["gateway"]
    server, sidecar = static["clusters"]
    for cluster, port in ((server, ports["server"]), (sidecar, ports["sidecar"])):
        (endpoints,) = cluster["load_assignment"]["endpoints"]
        (endpoint,) = endpoints["lb_endpoints"]
        endpoint["endpoint"]["address"] = {"socket_address": {"address": "127.0.0.1", "port_value": port}}
    # Control planes make the cluster of a Service with HTTP/2 from its appProtocol.
    sidecar.setdefault(
        "typed_extension_protocol_options",
        {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                "explicit_http_config": {"http2_protocol_options": {}},
            }
        },
    )
    return bootstrap


def _sidecar(objects: list[Object], folder: Path, port: int) -> Child:
    """Start what the pod of the Service runs, at another address and without a disk."""
    (workload,) = (one for one in objects if one["kind"] == "Deployment" and one["metadata"]["name"] == "mcp-extproc")
    spec = pod_spec(workload)
    assert spec is not None
    (container,) = containers(spec)
    root = mounted(spec, container, config_maps(objects, workload["metadata"]["namespace"]), folder)
    variables = environment(container, {}) | {
        "EXTPROC_LISTEN__ADDRESS": f"127.0.0.1:{port}",
        "EXTPROC_HEALTH__ADDRESS": "null",
        "EXTPROC_METRICS__ADDRESS": "null",
        "EXTPROC_STATE__URL": "'memory:'",
    }
    words = [f"{root}{word}" if word.startswith("/") else word for word in command(container, variables)]
    program = str(Path(sys.prefix) / "bin" / words[0])
    settings = [f"{name}={value}" for name, value in variables.items()]
    return Child.start("sidecar", ["env", *settings, program, *words[1:]], log=folder / "sidecar.log")


@contextmanager
def _running(folder: Path) -> Iterator[tuple[Child, list[Guarded]]]:
    """Run the sidecar and, before it, every gateway: what the pod of the Service holds is the same for all."""
    with ExitStack() as stack:
        address = free_port()
        sidecar = _sidecar(build(K8S / "overlays/istio"), folder, address)
        stack.callback(sidecar.stop, 5)
        sidecar.until(lambda: is_serving(f"127.0.0.1:{address}"), 60)
        guarded = []
        for name, make in _GATEWAYS.items():
            place = folder / name
            place.mkdir()
            ports = {"gateway": free_port(), "server": free_port(), "sidecar": address}
            overlay = name.partition(",")[0]
            bootstrap = _moved(make(build(K8S / "overlays" / overlay)), ports, place)
            (place / "bootstrap.yaml").write_text(yaml.safe_dump(bootstrap))
            words = (
                envoy_program(),
                "-c",
                str(place / "bootstrap.yaml"),
                "--disable-hot-restart",
                "--concurrency",
                "1",
            )
            envoy = Child.start(name, words, log=place / "envoy.log")
            stack.callback(envoy.stop, 5)
            envoy.until(partial(is_ready, f"unix:{place / 'admin.sock'}"), 30)
            url = f"http://127.0.0.1:{ports['gateway']}/mcp"
            guarded.append(
                Guarded(url=url, upstream=ports["server"], closed=500 if make is _bare_envoy_gateway else 503)
            )
        yield sidecar, guarded


async def _post(guarded: Guarded, message: dict[str, Any], path: str = "") -> httpx2.Response:
    headers = HEADERS | {"host": "mcp.example.com"}
    async with client() as http:
        return await http.post(guarded.url + path, content=json.dumps(message), headers=headers)


async def _handler(request: Received) -> AsyncIterator[bytes | Cut]:
    if b"stream" not in (request.body or "").encode():
        async for piece in text_result(request):
            yield piece
        return
    yield head("text/event-stream", chunked=True)
    yield chunk(event({"jsonrpc": "2.0", "id": 1, "result": {"content": [{"type": "text", "text": "streamed"}]}}))
    yield LAST_CHUNK


async def _judged(guarded: Guarded, server: RawServer) -> None:
    """Have what the floor allows pass, whole or as events, and nothing that it denies or that is nobody's."""
    allowed = await _post(guarded, call("get_order", id="o-1"))
    assert (allowed.status_code, allowed.json()["result"]["content"][0]["text"]) == (200, "done")
    streamed = await _post(guarded, call("get_stream", id="o-1"))
    assert (streamed.status_code, streamed.headers["content-type"]) == (200, "text/event-stream")
    assert '"streamed"' in streamed.text
    refused = await _post(guarded, call("delete_order", id="o-1"))
    assert refused.json()["result"]["isError"] is True
    assert "This cannot be undone." in refused.text
    assert (await _post(guarded, call("get_order"), path="/elsewhere")).status_code == 404
    assert len(server.received) == 2


async def _story(sidecar: Child, gateways: list[Guarded]) -> None:
    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(RawServer(_handler, port=one.upstream)) for one in gateways]
        for one, server in zip(gateways, servers, strict=True):
            await _judged(one, server)
        sidecar.process.kill()
        sidecar.process.wait()
        for one, server in zip(gateways, servers, strict=True):
            assert (await _post(one, call("get_order", id="o-1"))).status_code == one.closed
            assert len(server.received) == 2


@pytest.mark.envoy
def test_a_gateway_lets_pass_what_the_policy_allows_and_nothing_without_the_sidecar(tmp_path: Path) -> None:
    with _running(tmp_path) as (sidecar, gateways):
        assert len(gateways) == 3
        asyncio.run(_story(sidecar, gateways))
