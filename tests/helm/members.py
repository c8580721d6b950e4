"""Which members custom resources have, as far as the chart uses them: schemas that take no other.

Written after the API references of Istio 1.2x, Envoy Gateway 1.x, Gateway API 1.x, kgateway 2.x, cert-manager 1.x and
the Prometheus operator 0.8x. What stands inside an EnvoyFilter's `value` is Envoy's own.
"""

from functools import cache
from typing import Any, Final

import jsonschema_rs

from helm.shapes import BOOLEAN, FREE, TEXT, TEXTS, Schema, choice, items, number, record, text

_DURATION: Final = text(r"^[0-9]+(\.[0-9]+)?(ms|s|m|h)$")
_TARGETS: Final = items(record(group=TEXT, kind=choice("Gateway"), name=TEXT))
_BACKEND: Final = record(name=TEXT, namespace=TEXT, port=number(1, 65535))
_NAMESPACES: Final = record(untyped=items(TEXT))
_WORD: Final = choice("SEND", "SKIP", "DEFAULT")
_BODY: Final = choice("NONE", "STREAMED", "BUFFERED", "BUFFERED_PARTIAL", "FULL_DUPLEX_STREAMED")
_ENDPOINT: Final = record(port=TEXT, path=text("^/"), interval=_DURATION)
_FILTER: Final = record(filterChain=record(filter=record(name=TEXT, subFilter=record(name=TEXT))))
_ISSUER: Final = record(name=TEXT, kind=choice("Issuer", "ClusterIssuer"), group=TEXT)
_EG_BODY: Final = record(body=choice("Streamed", "Buffered", "BufferedPartial", "FullDuplexStreamed"))
_BREAKER: Final = record(
    **{
        f"max{name}": number(0, 2**32)
        for name in ("Connections", "PendingRequests", "ParallelRequests", "ParallelRetries")
    }
)
_ALERT: Final = {
    **record(alert=text("^[A-Z][A-Za-z]+$"), expr=TEXT, labels=TEXTS, annotations=FREE, **{"for": _DURATION}),
    "required": ["alert", "expr", "labels", "annotations"],
}

SPECS: Final[dict[str, Schema]] = {
    "EnvoyFilter": record(
        workloadSelector=record(labels=TEXTS),
        configPatches=items(
            record(
                applyTo=TEXT,
                match=record(
                    context=choice("GATEWAY", "SIDECAR_INBOUND", "ANY"),
                    listener=_FILTER,
                    cluster=record(service=TEXT, portNumber=number(1, 65535)),
                ),
                patch=record(operation=choice("MERGE", "INSERT_BEFORE"), value=FREE),
            )
        ),
    ),
    "EnvoyExtensionPolicy": record(
        targetRefs=_TARGETS,
        extProc=items(
            record(
                backendRefs=items(_BACKEND),
                failOpen=BOOLEAN,
                messageTimeout=_DURATION,
                processingMode=record(request=_EG_BODY, response=_EG_BODY, allowModeOverride=BOOLEAN),
                metadata=record(accessibleNamespaces=items(TEXT), writableNamespaces=items(TEXT)),
                backendSettings=record(circuitBreaker=_BREAKER, timeout=record(tcp=record(connectTimeout=_DURATION))),
            )
        ),
    ),
    "ClientTrafficPolicy": record(
        targetRefs=_TARGETS,
        connection=record(bufferLimit=text(r"^[0-9]+$")),
        path=record(escapedSlashesAction=choice("RejectRequest"), disableMergeSlashes=BOOLEAN),
        headers=record(withUnderscoresAction=choice("RejectRequest")),
        timeout=record(http=record(requestReceivedTimeout=_DURATION, streamIdleTimeout=_DURATION)),
    ),
    "ListenerPolicy": record(
        targetRefs=_TARGETS,
        default=record(
            perConnectionBufferLimitBytes=number(1, 2**32), httpSettings=record(streamIdleTimeout=_DURATION)
        ),
    ),
    "EnvoyPatchPolicy": record(
        targetRef=record(group=TEXT, kind=TEXT, name=TEXT),
        type=choice("JSONPatch"),
        jsonPatches=items(
            record(type=TEXT, name=TEXT, operation=record(op=choice("add"), jsonPath=TEXT, path=TEXT, value={}))
        ),
    ),
    "ReferenceGrant": {
        **record(
            **{"from": items(record(group=TEXT, kind=TEXT, namespace=TEXT))},
            to=items(record(group=TEXT, kind=TEXT, name=TEXT)),
        ),
        "required": ["from", "to"],
    },
    "GatewayExtension": record(
        extProc=record(
            grpcService=record(
                backendRef=_BACKEND,
                retry=record(attempts=number(1, 10), backoff=record(baseInterval=_DURATION, maxInterval=_DURATION)),
            ),
            failOpen=BOOLEAN,
            messageTimeout=_DURATION,
            maxMessageTimeout=_DURATION,
            allowProcessingModeOverride=BOOLEAN,
            routeCacheAction=choice("FromResponse", "Clear", "Retain"),
            processingMode=record(
                requestHeaderMode=_WORD,
                requestBodyMode=_BODY,
                requestTrailerMode=_WORD,
                responseHeaderMode=_WORD,
                responseBodyMode=_BODY,
                responseTrailerMode=_WORD,
            ),
            metadataOptions=record(forwarding=_NAMESPACES),
        )
    ),
    "TrafficPolicy": record(targetRefs=_TARGETS, extProc=record(extensionRef=record(name=TEXT))),
    "PodMonitor": record(
        namespaceSelector=record(matchNames=items(TEXT)),
        selector=record(matchLabels=TEXTS),
        podMetricsEndpoints=items(_ENDPOINT),
    ),
    "ServiceMonitor": record(
        namespaceSelector=record(matchNames=items(TEXT)),
        selector=record(matchLabels=TEXTS),
        endpoints=items(_ENDPOINT),
    ),
    "PrometheusRule": record(groups=items(record(name=TEXT, rules=items(_ALERT)))),
    "Issuer": record(selfSigned=record()),
    "Certificate": record(
        secretName=TEXT,
        duration=_DURATION,
        renewBefore=_DURATION,
        privateKey=record(algorithm=choice("ECDSA"), size=number(256, 521), rotationPolicy=choice("Always")),
        usages=items(choice("digital signature", "server auth")),
        dnsNames=items(TEXT),
        issuerRef=_ISSUER,
    ),
}


def unknown(one: dict[str, Any]) -> list[str]:
    """Return what an object has that its kind does not."""
    name = f"{one['kind']} {one['metadata']['name']}"
    return [f"{name}: {_place(error)}: {error.message}" for error in _validator(one["kind"]).iter_errors(one["spec"])]


@cache
def _validator(kind: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(SPECS[kind])


def _place(error: jsonschema_rs.ValidationError) -> str:
    return ".".join(map(str, error.instance_path))
