"""What the small cluster is made of: values of the chart, the pods of two teams as they write them, and the edge."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.containers import USER
from tests.identity.tokens import AUDIENCE, ISSUER, jwks
from tests.netns import Network

_EVERYWHERE = "0.0.0.0"  # noqa: S104 - within a namespace
TEAMS = ("team-a", "team-b")
SERVER_PORT = 9000
_LIFECYCLE = ["@lifecycle", "@lists"]
FLOOR: Mapping[str, Any] = {
    "default": "deny",
    "rules": [
        {
            "id": "platform-calls",
            "effect": "allow",
            "match": {"subjects": ["*"], "methods": [*_LIFECYCLE, "tools/call"]},
        },
        {"id": "platform-no-deletes", "effect": "deny", "match": {"methods": ["tools/call"], "tools": ["delete_*"]}},
    ],
}
NO_REFUNDS = {"id": "team-a-no-refunds", "effect": "deny", "match": {"methods": ["tools/call"], "tools": ["refund_*"]}}
_FROM_EDGE = {"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "edge"}}}]}
VALUES: Mapping[str, Any] = {
    "policy": {"floor": {"name": "platform", "spec": FLOOR}},
    "namespaces": {
        "team-a": {"policy": {"spec": {"rules": [NO_REFUNDS]}}, "networkPolicy": _FROM_EDGE},
        "team-b": {"networkPolicy": _FROM_EDGE},
    },
}
_SECURITY = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "privileged": False,
    "readOnlyRootFilesystem": True,
    "runAsGroup": USER,
    "runAsNonRoot": True,
    "runAsUser": USER,
    "seccompProfile": {"type": "RuntimeDefault"},
}
_EDGE_POLICY = """\
apiVersion: mcp-extproc/v1
kind: Policy
metadata: {name: edge}
spec:
  default: deny
  rules:
    - {id: known-callers, effect: allow, match: {subjects: [ada]}}
"""


def server(team: str) -> dict[str, Any]:
    """Return the pod of a team as the team writes it."""
    address = "127.0.0.1" if team == "team-a" else _EVERYWHERE
    probe = f"import socket; socket.create_connection(('127.0.0.1', {SERVER_PORT}), 1).close()"
    container = {
        "name": "server",
        "image": "server:1",
        "command": ["python", "-m", "extproc.demo.server"],
        "args": ["--host", address, "--port", str(SERVER_PORT)],
        "startupProbe": {"exec": {"command": ["python", "-c", probe]}},
        "securityContext": _SECURITY,
    }
    metadata = {
        "name": f"shop-{team}",
        "namespace": team,
        "labels": {"mcp-extproc.io/inject": "true"},
        "annotations": {"mcp-extproc.io/server": "shop", "mcp-extproc.io/port": str(SERVER_PORT)},
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [container]}}


def edge(folder: Path, net: Network) -> tuple[dict[str, Any], Any]:
    """Return the pod of the edge, and its ConfigMap by name."""
    hosts = {team: f"{team}.mcp.test" for team in TEAMS}
    servers = [{"name": team, "hosts": [host, f"{host}:8443"], "paths": ["/mcp"]} for team, host in hosts.items()]
    source = {
        "name": "edge",
        "kind": "jwt_authn",
        "payload": "jwt",
        "header_in_metadata": "jwt_header",
        "issuer": ISSUER,
        "audiences": [AUDIENCE],
        "claims": {"subject": "sub"},
    }
    settings = {
        "policy": "policy.yaml",
        "servers": servers,
        "health": {"address": "0.0.0.0:9465"},
        "metrics": {"address": None},
        "state": {"url": "memory:"},
        "identity": {"sources": [source]},
    }
    values = {
        "listen": {"host": _EVERYWHERE, "port": 8443},
        "tls": {"certificate": "/etc/edge/tls.crt", "key": "/etc/edge/tls.key"},
        "servers": [
            {"name": team, "hosts": [host], "paths": ["/mcp"], "upstream": f"http://{net.address(team)}:8080"}
            for team, host in hosts.items()
        ],
        "jwt": [{"issuer": ISSUER, "audiences": [AUDIENCE], "keys": {"file": "/etc/edge/jwks.json"}}],
        "probe": {"host": _EVERYWHERE, "port": 8081},
    }
    files = {
        "policy.yaml": _EDGE_POLICY,
        "extproc.yaml": json.dumps(settings),
        "envoy.yaml": json.dumps(values),
        "tls.crt": (folder / "edge.crt").read_text(),
        "tls.key": (folder / "edge.key").read_text(),
        "jwks.json": jwks().decode(),
    }
    mounts = [
        {"name": "config", "mountPath": "/etc/edge", "readOnly": True},
        {"name": "run", "mountPath": "/run/mcp-extproc"},
    ]
    common = {"securityContext": _SECURITY, "volumeMounts": mounts}
    written = "/run/mcp-extproc/envoy.yaml"
    render_words = ["envoy", "render", "--profile", "edge", "--values", "/etc/edge/envoy.yaml", "--output", written]
    ours = {"image": "mcp-extproc:1", "command": ["extproc"], **common}
    first = [
        {"name": "render", "args": render_words, **ours},
        {
            "name": "mcp-extproc",
            "args": ["serve", "--config", "/etc/edge/extproc.yaml"],
            "restartPolicy": "Always",
            "startupProbe": {"grpc": {"port": 9465}},
            **ours,
        },
    ]
    last = {
        "name": "envoy",
        "image": "docker.io/envoyproxy/envoy:1",
        "command": ["envoy", "-c", written, "--disable-hot-restart", "--concurrency", "1"],
        "startupProbe": {"httpGet": {"path": "/ready", "port": 8081}},
        **common,
    }
    volumes = [{"name": "config", "configMap": {"name": "edge"}}, {"name": "run", "emptyDir": {}}]
    spec = {"initContainers": first, "containers": [last], "volumes": volumes}
    return {"metadata": {"name": "edge"}, "spec": spec}, {"edge": files}.get
