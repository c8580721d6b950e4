"""What Envoy Gateway makes of an EnvoyExtensionPolicy, and how an EnvoyPatchPolicy changes it.

Written after the translator of Envoy Gateway 1.x, for the fields that our overlay uses; anything else is refused.
"""

import copy
import re
from collections.abc import Iterator
from typing import Any, Final

from tests.k8s.xds import EXT_PROC, Json, manager_of

CLUSTER: Final = "envoyextensionpolicy/mcp-gateway/mcp-extproc/extproc/0"
_LISTENER: Final = "type.googleapis.com/envoy.config.listener.v3.Listener"
_BODIES: Final = {"Buffered": "BUFFERED", "FullDuplexStreamed": "FULL_DUPLEX_STREAMED"}
_PATH: Final = re.compile(r"\.\.http_filters\[\?\(@\.name=='([^']+)'\)\]\.typed_config")


class PolicyError(ValueError):
    """A policy that says what is not known here."""


def translated(policy: Json) -> Json:
    """Return the filter that stands for the first ext_proc of a policy, off until routes switch it on."""
    (ext_proc,) = policy["spec"]["extProc"]
    modes = ext_proc["processingMode"]
    known = {"backendRefs", "failOpen", "messageTimeout", "processingMode", "metadata", "backendSettings"}
    if not set(ext_proc) <= known or not set(modes) <= {"request", "response", "allowModeOverride"}:
        raise PolicyError(f"{sorted(ext_proc)}, {sorted(modes)}")
    (backend,) = ext_proc["backendRefs"]
    config = {
        "@type": "type.googleapis.com/envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor",
        "grpc_service": {
            "envoy_grpc": {
                "cluster_name": CLUSTER,
                "authority": f"{backend['name']}.{backend['namespace']}:{backend['port']}",
            },
            "timeout": "10s",
        },
        "failure_mode_allow": ext_proc["failOpen"],
        "message_timeout": ext_proc["messageTimeout"],
        "allow_mode_override": modes["allowModeOverride"],
        "processing_mode": {
            "request_header_mode": "SEND" if "request" in modes else "SKIP",
            "request_body_mode": _BODIES[modes["request"]["body"]],
            "request_trailer_mode": _trailers(modes["request"]["body"]),
            "response_header_mode": "SEND" if "response" in modes else "SKIP",
            "response_body_mode": _BODIES[modes["response"]["body"]],
            "response_trailer_mode": _trailers(modes["response"]["body"]),
        },
        "metadata_options": {
            "forwarding_namespaces": {"untyped": ext_proc["metadata"]["accessibleNamespaces"]},
            "receiving_namespaces": {"untyped": ext_proc["metadata"]["writableNamespaces"]},
        },
    }
    metadata = policy["metadata"]
    name = f"{EXT_PROC}/envoyextensionpolicy/{metadata['namespace']}/{metadata['name']}/extproc/0"
    return {"name": name, "disabled": True, "typed_config": config}


def laid_in(bootstrap: Json, ext_proc: Json) -> Json:
    """Put the filter before the router and switch it on, as a policy for a whole Gateway does."""
    result = copy.deepcopy(bootstrap)
    manager = manager_of(result)
    manager["http_filters"].insert(-1, copy.deepcopy(ext_proc))
    switch = {"@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig", "config": {}}
    for host in manager["route_config"]["virtual_hosts"]:
        for route in host["routes"]:
            route["typed_per_filter_config"] = {ext_proc["name"]: copy.deepcopy(switch)}
    return result


def patched(bootstrap: Json, policy: Json) -> Json:
    """Return the bootstrap with every patch of an EnvoyPatchPolicy on it; one that finds nothing is an error."""
    result = copy.deepcopy(bootstrap)
    listeners = result["static_resources"]["listeners"]
    for patch in policy["spec"]["jsonPatches"]:
        operation = patch["operation"]
        path = _PATH.fullmatch(operation["jsonPath"])
        if patch["type"] != _LISTENER or operation["op"] != "add" or path is None:
            raise PolicyError(f"{patch} is not known here")
        found = [one["typed_config"] for one in _filters(listeners) if one["name"] == path[1]]
        if not found:
            raise PolicyError(f"there is no filter {path[1]}")
        for config in found:
            *parents, last = operation["path"].split("/")
            for parent in parents:
                config = config[parent]  # noqa: PLW2901 - what is added to
            config[last] = copy.deepcopy(operation["value"])
    return result


def _trailers(body: str) -> str:
    return "SEND" if body == "FullDuplexStreamed" else "SKIP"


def _filters(part: Any) -> Iterator[Json]:
    """Yield every HTTP filter, wherever its manager stands."""
    if isinstance(part, dict):
        yield from part.get("http_filters", ())
        yield from (one for value in part.values() for one in _filters(value))
    elif isinstance(part, list):
        yield from (one for value in part for one in _filters(value))
