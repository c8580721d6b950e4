"""Lays the patches of an Istio EnvoyFilter on a bootstrap, as Istio lays them on what it sends to a gateway.

Only what our overlay uses is known; any other target, operation or condition is refused.
"""

import copy
from collections.abc import Mapping
from typing import Any, Final

from tests.k8s.xds import Json, manager_of

_HCM: Final = "envoy.filters.network.http_connection_manager"
_ROUTER: Final = "envoy.filters.http.router"
_IN_MANAGER: Final = {"filterChain": {"filter": {"name": _HCM}}}
_BEFORE_ROUTER: Final = {"filterChain": {"filter": {"name": _HCM, "subFilter": {"name": _ROUTER}}}}


class PatchError(ValueError):
    """A patch that would not do what it seems to."""


def patched(bootstrap: Json, envoy_filter: Json) -> Json:
    """Return the bootstrap with every patch on it."""
    result = copy.deepcopy(bootstrap)
    for patch in envoy_filter["spec"]["configPatches"]:
        _apply(result, patch)
    return result


def _apply(bootstrap: Json, patch: Json) -> None:
    match = dict(patch["match"])
    if match.pop("context") != "GATEWAY":
        raise PatchError("a gateway takes patches for gateways only")
    value = patch["patch"]["value"]
    (listener,) = bootstrap["static_resources"]["listeners"]
    manager = manager_of(bootstrap)
    match patch["applyTo"], patch["patch"]["operation"], match:
        case "LISTENER", "MERGE", {**rest} if not rest:
            _merge(listener, value)
        case "NETWORK_FILTER", "MERGE", {"listener": where, **rest} if where == _IN_MANAGER and not rest:
            (filters,) = (chain["filters"] for chain in listener["filter_chains"])
            _merge(next(one for one in filters if one["name"] == value["name"]), value)
        case "HTTP_FILTER", "INSERT_BEFORE", {"listener": where, **rest} if where == _BEFORE_ROUTER and not rest:
            names = [one["name"] for one in manager["http_filters"]]
            manager["http_filters"].insert(names.index(_ROUTER), copy.deepcopy(value))
        case "ROUTE_CONFIGURATION", "MERGE", {**rest} if not rest:
            _merge(manager["route_config"], value)
        case "CLUSTER", "MERGE", {"cluster": where, **rest} if not rest:
            name = f"outbound|{where['portNumber']}||{where['service']}"
            (cluster,) = (one for one in bootstrap["static_resources"]["clusters"] if one["name"] == name)
            _merge(cluster, value)
        case target, operation, condition:
            raise PatchError(f"{operation} of {target} where {condition} is not known here")


def _merge(base: Json, over: Mapping[str, Any]) -> None:
    """Merge as protobuf does: messages inside are merged, lists grow, everything else is replaced."""
    for key, value in over.items():
        below = base.get(key)
        if isinstance(below, dict) and isinstance(value, Mapping):
            _merge(below, value)
        elif isinstance(below, list) and isinstance(value, list):
            base[key] = [*below, *copy.deepcopy(value)]
        else:
            base[key] = copy.deepcopy(value)
