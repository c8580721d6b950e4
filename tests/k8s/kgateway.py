"""JSON Schemas for the kinds of kgateway that we use, written by hand: no package has them.

Only the fields that our manifests may use are there, so what is not here is refused; names, patterns, enumerations and
defaults are those of its API `gateway.kgateway.dev/v1alpha1`.
"""

from typing import Any, Final

_DURATION: Final = {"type": "string", "maxLength": 32, "pattern": "^([0-9]{1,5}(h|m|s|ms)){1,4}$"}
_NAMESPACES: Final = {"type": "array", "minItems": 1, "items": {"type": "string"}}
_HEADERS: Final = {"enum": ["DEFAULT", "SEND", "SKIP"]}
_BODY: Final = {"enum": ["NONE", "STREAMED", "BUFFERED", "BUFFERED_PARTIAL", "FULL_DUPLEX_STREAMED"]}


def _strict(properties: dict[str, Any], *, required: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties, "required": list(required)}


def _kind(name: str, spec: dict[str, Any]) -> dict[str, Any]:
    metadata = _strict({"name": {"type": "string"}, "namespace": {"type": "string"}}, required=("name", "namespace"))
    head = {"apiVersion": {"const": "gateway.kgateway.dev/v1alpha1"}, "kind": {"const": name}}
    return _strict({**head, "metadata": metadata, "spec": spec}, required=("apiVersion", "kind", "metadata", "spec"))


_TARGETS: Final = {
    "type": "array",
    "minItems": 1,
    "maxItems": 16,
    "items": _strict(
        {"group": {"const": "gateway.networking.k8s.io"}, "kind": {"const": "Gateway"}, "name": {"type": "string"}},
        required=("group", "kind", "name"),
    ),
}
_BACKEND: Final = _strict(
    {"name": {"type": "string"}, "namespace": {"type": "string"}, "port": {"type": "integer", "maximum": 65535}},
    required=("name", "port"),
)
_RETRY: Final = _strict(
    {
        "attempts": {"type": "integer", "minimum": 0},
        "backoff": _strict({"baseInterval": _DURATION, "maxInterval": _DURATION}, required=("baseInterval",)),
    }
)
_MODES: Final = _strict(
    {
        "requestHeaderMode": _HEADERS,
        "responseHeaderMode": _HEADERS,
        "requestBodyMode": _BODY,
        "responseBodyMode": _BODY,
        "requestTrailerMode": _HEADERS,
        "responseTrailerMode": _HEADERS,
    }
)
_EXT_PROC: Final = _strict(
    {
        "grpcService": _strict({"backendRef": _BACKEND, "retry": _RETRY}, required=("backendRef",)),
        "failOpen": {"type": "boolean"},
        "processingMode": _MODES,
        "allowProcessingModeOverride": {"type": "boolean"},
        "messageTimeout": _DURATION,
        "maxMessageTimeout": _DURATION,
        "routeCacheAction": {"enum": ["FromResponse", "Clear", "Retain"]},
        "metadataOptions": _strict({"forwarding": _strict({"typed": _NAMESPACES, "untyped": _NAMESPACES})}),
    },
    required=("grpcService",),
)

SCHEMAS: Final = {
    "GatewayExtension": _kind("GatewayExtension", _strict({"extProc": _EXT_PROC}, required=("extProc",))),
    "TrafficPolicy": _kind(
        "TrafficPolicy",
        _strict(
            {
                "targetRefs": _TARGETS,
                "extProc": _strict(
                    {"extensionRef": _strict({"name": {"type": "string"}}, required=("name",))},
                    required=("extensionRef",),
                ),
            },
            required=("targetRefs", "extProc"),
        ),
    ),
    "ListenerPolicy": _kind(
        "ListenerPolicy",
        _strict(
            {
                "targetRefs": _TARGETS,
                "default": _strict(
                    {
                        "perConnectionBufferLimitBytes": {"type": "integer", "minimum": 0},
                        "httpSettings": _strict({"streamIdleTimeout": _DURATION}),
                    }
                ),
            },
            required=("targetRefs", "default"),
        ),
    ),
}
