"""A template as the chart renders it, pods as the API server sends them, and what it writes into them by default."""

import base64
import json
from copy import deepcopy
from typing import Any, Final

from extproc.kubernetes.template import Template, parse_template

TEMPLATE_TEXT: Final = """\
initContainers:
  - name: mcp-extproc-render
    image: registry.test/mcp-extproc:1.2.3
    args: [envoy, render, --profile, sidecar, --set, "upstream=http://127.0.0.1:$(MCP_EXTPROC_PORT)"]
    env:
      - {name: MCP_EXTPROC_PORT, value: "9000"}
    securityContext: {runAsUser: 65532, runAsNonRoot: true}
    volumeMounts:
      - {name: mcp-extproc-run, mountPath: /run/mcp-extproc}
      - {name: mcp-extproc-config, mountPath: /etc/mcp-extproc, readOnly: true}
  - name: mcp-extproc
    image: registry.test/mcp-extproc:1.2.3
    args: [serve, --config, /etc/mcp-extproc/extproc.yaml]
    restartPolicy: Always
    env:
      - {name: MCP_EXTPROC_SERVER, value: "default"}
      - {name: MCP_EXTPROC_PATH, value: "/mcp"}
      - {name: EXTPROC_SERVERS, value: "[{name: '$(MCP_EXTPROC_SERVER)', paths: ['$(MCP_EXTPROC_PATH)']}]"}
    ports:
      - {name: mcp-metrics, containerPort: 9464}
      - {name: mcp-health, containerPort: 9465}
    startupProbe: {grpc: {port: 9465}, periodSeconds: 1, failureThreshold: 60}
    resources: {limits: {memory: 512Mi}}
    volumeMounts:
      - {name: mcp-extproc-run, mountPath: /run/mcp-extproc}
      - {name: mcp-extproc-config, mountPath: /etc/mcp-extproc, readOnly: true}
  - name: mcp-extproc-envoy
    image: registry.test/envoy:latest
    args: [-c, /run/mcp-extproc/envoy.yaml]
    restartPolicy: Always
    ports:
      - {name: mcp, containerPort: 8080}
      - {name: mcp-admin, containerPort: 8081}
    readinessProbe: {httpGet: {path: /ready, port: 8081}}
    volumeMounts:
      - {name: mcp-extproc-run, mountPath: /run/mcp-extproc}
volumes:
  - {name: mcp-extproc-run, emptyDir: {medium: Memory, sizeLimit: 16Mi}}
  - name: mcp-extproc-config
    projected: {sources: [{configMap: {name: mcp-extproc}}]}
labels: {app.kubernetes.io/part-of: mcp}
annotations: {prometheus.io/scrape: "true"}
"""
OURS: Final = ["mcp-extproc-render", "mcp-extproc", "mcp-extproc-envoy"]
VOLUMES: Final = ["mcp-extproc-run", "mcp-extproc-config"]


def template() -> Template:
    """Return the template."""
    return parse_template(TEMPLATE_TEXT.encode(), "template.yaml")


def pod(**spec: Any) -> dict[str, Any]:
    """Return the pod of a Deployment, with other members of its spec."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "generateName": "web-7d4b9c8f6-",
            "labels": {"pod-template-hash": "7d4b9c8f6"},
            "ownerReferences": [
                {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-7d4b9c8f6", "uid": "u", "controller": True}
            ],
        },
        "spec": {
            "containers": [
                {
                    "name": "server",
                    "image": "registry.test/server:1",
                    "ports": [{"containerPort": 9000, "protocol": "TCP"}],
                    "volumeMounts": [{"name": "data", "mountPath": "/data"}],
                }
            ],
            "volumes": [{"name": "data", "emptyDir": {}}],
            **deepcopy(spec),
        },
    }


def review(obj: Any, *, operation: str = "CREATE", namespace: str = "team-a", **request: Any) -> bytes:
    """Return a review of a pod."""
    return json.dumps(
        {
            "apiVersion": "admission.k8s.io/v1",
            "kind": "AdmissionReview",
            "request": {
                "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
                "kind": {"group": "", "version": "v1", "kind": "Pod"},
                "resource": {"group": "", "version": "v1", "resource": "pods"},
                "operation": operation,
                "namespace": namespace,
                "object": obj,
                "dryRun": False,
                **request,
            },
        }
    ).encode()


def operations(body: bytes) -> list[dict[str, Any]]:
    """Return the patch in an answer."""
    response = json.loads(body)["response"]
    assert response["allowed"] is True
    if "patch" not in response:
        return []
    assert response["patchType"] == "JSONPatch"
    found: list[dict[str, Any]] = json.loads(base64.b64decode(response["patch"], validate=True))
    return found


def defaulted(obj: dict[str, Any]) -> dict[str, Any]:
    """Write into a pod what the API server does: defaults, and the token of the service account."""
    done = deepcopy(obj)
    spec = done["spec"]
    spec.update(restartPolicy="Always", dnsPolicy="ClusterFirst", schedulerName="default-scheduler")
    for container in [*spec.get("initContainers", []), *spec["containers"]]:
        container.setdefault("terminationMessagePath", "/dev/termination-log")
        container.setdefault("terminationMessagePolicy", "File")
        container.setdefault("imagePullPolicy", "Always" if container["image"].endswith("latest") else "IfNotPresent")
        resources = container.setdefault("resources", {})
        if "limits" in resources:
            resources["requests"] = {**resources["limits"], **resources.get("requests", {})}
        for port in container.get("ports", []):
            port.setdefault("protocol", "TCP")
        for probe in (container[name] for name in ("startupProbe", "readinessProbe") if name in container):
            for name, value in (
                ("timeoutSeconds", 1),
                ("periodSeconds", 10),
                ("successThreshold", 1),
                ("failureThreshold", 3),
            ):
                probe.setdefault(name, value)
            probe.get("httpGet", {}).setdefault("scheme", "HTTP")
            probe.get("grpc", {}).setdefault("service", "")
        mounts = container.setdefault("volumeMounts", [])
        path = "/var/run/secrets/kubernetes.io/serviceaccount"
        if not any(mount["mountPath"] == path for mount in mounts):
            mounts.append({"name": "kube-api-access-x7k2p", "mountPath": path, "readOnly": True})
    volumes = spec.setdefault("volumes", [])
    if not any(volume["name"].startswith("kube-api-access-") for volume in volumes):
        volumes.append({"name": "kube-api-access-x7k2p", "projected": {"sources": [], "defaultMode": 420}})
    for volume in volumes:
        if "projected" in volume:
            volume["projected"].setdefault("defaultMode", 420)
    return done
