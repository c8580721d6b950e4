"""Starts the injector and the collector as a pod does, and speaks to them."""

import json
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from extproc.kubernetes.account import Cluster
from extproc.up.processes import Child

SERVICE = "injector.mcp-system.svc"


@contextmanager
def command(log: Path, *words: str) -> Iterator[Child]:
    """Run `extproc kubernetes ...` until the end of the test."""
    child = Child.start("extproc", [sys.executable, "-m", "extproc", "kubernetes", *words], log=log)
    try:
        yield child
    finally:
        child.stop(15.0)


def environment(cluster: Cluster) -> dict[str, str]:
    """Return the variables by which the kubelet tells a pod where the API server is."""
    host, _, port = cluster.url.removeprefix("https://").partition(":")
    return {"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": port}


def probe(port: int, path: str) -> tuple[int, str]:
    """Ask a plain listener on loopback; 0 when nobody answers."""
    try:
        answer = httpx2.get(f"http://127.0.0.1:{port}{path}", trust_env=False)
    except httpx2.HTTPError:
        return 0, ""
    return answer.status_code, answer.text


def metric(port: int, name: str) -> float:
    """Return the value of one metric, 0 where it is not there."""
    for line in probe(port, "/metrics")[1].splitlines():
        if line.startswith(f"{name} "):
            return float(line.rpartition(" ")[2])
    return 0.0


async def post(port: int, body: bytes, trusted: bytes, path: str = "/inject") -> httpx2.Response:
    """Post as the API server does: a connection of its own, and a certificate of the Service by whom it trusts."""
    context = ssl.create_default_context(cadata=trusted.decode())
    async with httpx2.AsyncClient(verify=context, trust_env=False) as client:
        return await client.post(
            f"https://127.0.0.1:{port}{path}",
            content=body,
            headers={"content-type": "application/json", "host": f"{SERVICE}:443"},
            extensions={"sni_hostname": SERVICE},
        )


def allowed(answer: httpx2.Response) -> bool:
    """Tell whether a review was answered with yes."""
    assert answer.status_code == 200
    response: dict[str, Any] = json.loads(answer.content)["response"]
    return bool(response["allowed"])
