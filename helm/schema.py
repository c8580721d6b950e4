"""Writes values.schema.json: the shape of the chart's values, with that of settings and policies from their models.

python -m helm.schema           writes the file
python -m helm.schema --check   exit code 1 when it is not what it would write
"""

import json
import sys
from pathlib import Path
from typing import Final

from helm.models import policies, profiles, settings
from helm.shapes import (
    ANNOTATIONS,
    BOOLEAN,
    CONTAINER_RESOURCES,
    DIGEST,
    DNS_LABEL,
    EGRESS,
    ENV,
    FREE,
    MOUNTS,
    OBJECT_NAME,
    PEERS,
    PORTS,
    SECONDS,
    SECRET_KEY,
    SECRET_NAME,
    TEXT,
    TEXTS,
    VOLUMES,
    Schema,
    choice,
    items,
    nothing_or,
    number,
    record,
    records,
    text,
)

TARGET: Final = Path(__file__).parent / "mcp-extproc" / "values.schema.json"
_SERVER_NAME: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
_POLICY_NAME: Final = r"^[a-z0-9][a-z0-9._-]{0,63}$"


def schema() -> Schema:
    """Return the whole schema."""
    defs = {**settings(), **policies(), **profiles()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Values of the chart mcp-extproc",
        **record(**_values()),
        "$defs": dict(sorted(defs.items())),
    }


def _values() -> dict[str, Schema]:
    image = record(registry=TEXT, repository=text(r"^[a-z0-9._/-]+$"), tag=TEXT, digest=DIGEST, pullPolicy=_pull())
    tests = items({"$ref": "#/$defs/policy.CaseModel"})
    policy = {"name": text(_POLICY_NAME), "description": TEXT, "tests": tests}
    return {
        "mode": choice("sidecar", "central"),
        "nameOverride": nothing_or(DNS_LABEL),
        "fullnameOverride": nothing_or(DNS_LABEL),
        "commonLabels": TEXTS,
        "commonAnnotations": ANNOTATIONS,
        "global": {**record(imageRegistry=TEXT, imagePullSecrets=items(SECRET_NAME)), "additionalProperties": True},
        "image": image,
        "imagePullSecrets": items(SECRET_NAME),
        "envoy": record(image=image, values={"$ref": "#/$defs/envoy"}),
        "extproc": {"$ref": "#/$defs/extproc"},
        "holds": record(enabled=BOOLEAN),
        "state": record(
            url=text(r"^((rediss?://\S+)|memory:)?$"),
            cluster=BOOLEAN,
            username=TEXT,
            existingSecret=_secret_with_key(),
            tls=record(existingSecret=nothing_or(SECRET_NAME), caKey=TEXT, certKey=TEXT, keyKey=TEXT),
        ),
        "fingerprints": record(existingSecret=_secret_with_key()),
        "jwks": record(existingSecret=nothing_or(SECRET_NAME)),
        "policy": record(
            floor=record(**policy, spec={"$ref": "#/$defs/policy.Spec", "required": ["default"]}),
            team=record(enabled=BOOLEAN),
        ),
        "namespaces": records(
            DNS_LABEL["pattern"],
            record(
                inject=choice("labelled", "all"),
                policy={
                    **record(**policy, spec={"$ref": "#/$defs/policy.NamespaceSpec"}),
                    "required": ["spec"],
                },
                extproc={"$ref": "#/$defs/extproc"},
                networkPolicy=record(**{"from": PEERS}),
            ),
        ),
        "dns": record(to=PEERS, ports=PORTS),
        "sidecar": record(
            render=record(resources=CONTAINER_RESOURCES),
            resources=CONTAINER_RESOURCES,
            **_extras(),
            envoy=_envoy(),
            networkPolicy=record(enabled=BOOLEAN, metricsFrom=PEERS),
        ),
        "injector": _injector(),
        "admission": record(
            enabled={"enum": ["auto", True, False]}, accounts=items(text(r"^\S+$")), groups=items(text(r"^\S+$"))
        ),
        "gateway": _gateway(),
        "mesh": record(
            istio=record(enabled=BOOLEAN, namespace=DNS_LABEL, workloadLabels=TEXTS),
            envoyGateway=record(
                enabled=BOOLEAN,
                namespace=DNS_LABEL,
                gateway=DNS_LABEL,
                clientTrafficPolicy=BOOLEAN,
                patchListeners=items(TEXT),
            ),
            kgateway=record(enabled=BOOLEAN, namespace=DNS_LABEL, gateway=DNS_LABEL, listenerPolicy=BOOLEAN),
        ),
        "monitoring": record(
            serviceMonitor=record(enabled=BOOLEAN, labels=TEXTS, interval=text(r"^[1-9][0-9]*(s|m)$")),
            podMonitor=record(enabled=BOOLEAN, labels=TEXTS, interval=text(r"^[1-9][0-9]*(s|m)$")),
            rules=record(
                enabled=BOOLEAN,
                labels=TEXTS,
                alertLabels=TEXTS,
                denyRatio={"type": "number", "exclusiveMinimum": 0, "maximum": 1},
            ),
            dashboards=record(enabled=BOOLEAN, labels=TEXTS, annotations=ANNOTATIONS),
        ),
        "tests": record(url=text(r"^(https?://\S+)?$")),
    }


def _injector() -> Schema:
    allowed = choice("allowed", "refused")
    return record(
        enabled=BOOLEAN,
        replicas=number(1, 50),
        timeoutSeconds=number(1, 30),
        excludedNamespaces=items(DNS_LABEL),
        optOut=allowed,
        hostNetwork=allowed,
        sharedProcesses=allowed,
        certificates=record(
            mode=choice("selfSigned", "certManager", "existingSecret"),
            days=number(7, 825),
            certManager=record(
                issuer=record(name=nothing_or(OBJECT_NAME), kind=choice("Issuer", "ClusterIssuer"), group=TEXT)
            ),
            existingSecret=nothing_or(SECRET_NAME),
            caBundle=TEXT,
        ),
        networkPolicy=record(enabled=BOOLEAN, apiServer=PEERS, apiServerPorts=PORTS, metricsFrom=PEERS),
        resources=CONTAINER_RESOURCES,
        **_pods(),
        **_extras(),
    )


def _gateway() -> Schema:
    server = {
        **record(
            name=text(_SERVER_NAME),
            namespace=DNS_LABEL,
            hosts=items(text(r"^\S+$")),
            paths=items(text(r"^/\S*$")),
            upstream=text(r"^https?://[^/\s]+$"),
            tls={"$ref": "#/$defs/envoy.UpstreamTlsValues"},
            authorization={"$ref": "#/$defs/extproc.AuthorizationSettings"},
            pins=records(".", text(r"^[0-9a-f]{64}$")),
        ),
        "required": ["name", "namespace"],
    }
    return record(
        profile=choice("edge", "behind-edge", "strict-egress", "external"),
        values={"$ref": "#/$defs/envoy.gateway"},
        servers=items(server),
        ownState=BOOLEAN,
        replicas=number(1, 500),
        processes=number(1, 8),
        tls=record(existingSecret=nothing_or(SECRET_NAME)),
        clientCa=record(existingSecret=nothing_or(SECRET_NAME), key=SECRET_KEY),
        service=record(
            type=choice("ClusterIP", "NodePort", "LoadBalancer"),
            port=number(1, 65535),
            annotations=ANNOTATIONS,
            externalTrafficPolicy=choice("", "Local", "Cluster"),
            loadBalancerSourceRanges=items(text(r"^[0-9a-fA-F.:]+/[0-9]{1,3}$")),
        ),
        drainSeconds=number(0, 600),
        autoscaling=record(
            enabled=BOOLEAN,
            minReplicas=number(1, 500),
            maxReplicas=number(1, 500),
            targetCPUUtilizationPercentage=number(1, 100),
        ),
        podDisruptionBudget=record(maxUnavailable={"type": ["integer", "string"], "pattern": r"^[0-9]{1,3}%$"}),
        policies=record(collect=BOOLEAN, resources=CONTAINER_RESOURCES),
        networkPolicy=record(
            **{"from": PEERS}, enabled=BOOLEAN, metricsFrom=PEERS, egress=EGRESS, apiServerPorts=PORTS
        ),
        resources=CONTAINER_RESOURCES,
        envoy=_envoy(),
        topologySpreadConstraints=items(FREE),
        **_pods(),
        **_extras(),
    )


def _pods() -> dict[str, Schema]:
    return {
        "serviceAccount": record(create=BOOLEAN, name=nothing_or(OBJECT_NAME), annotations=ANNOTATIONS),
        "priorityClassName": nothing_or(OBJECT_NAME),
        "podLabels": TEXTS,
        "podAnnotations": ANNOTATIONS,
        "nodeSelector": TEXTS,
        "tolerations": items(
            record(
                key=TEXT,
                operator=choice("Exists", "Equal"),
                value=TEXT,
                effect=choice("NoSchedule", "PreferNoSchedule", "NoExecute"),
                tolerationSeconds=SECONDS,
            )
        ),
        "affinity": FREE,
    }


def _extras() -> dict[str, Schema]:
    return {"extraArgs": items(TEXT), "extraEnv": ENV, "extraVolumes": VOLUMES, "extraVolumeMounts": MOUNTS}


def _envoy() -> Schema:
    return record(concurrency=number(1, 64), extraArgs=items(TEXT), resources=CONTAINER_RESOURCES)


def _secret_with_key() -> Schema:
    return record(name=nothing_or(SECRET_NAME), key=SECRET_KEY)


def _pull() -> Schema:
    return choice("Always", "IfNotPresent", "Never")


def written() -> str:
    """Return the file's text."""
    return json.dumps(schema(), indent=1) + "\n"


def main() -> int:
    """Write the file, or compare it."""
    if "--check" in sys.argv[1:]:
        return int(TARGET.read_text(encoding="utf-8") != written())
    TARGET.write_text(written(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
