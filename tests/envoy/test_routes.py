"""Routes to several servers: those that the sidecar would take too, and none that leads past it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from extproc.envoy.bootstrap import bootstrap_plain
from tests.envoy.profiles import options


def _routes(made: Any) -> dict[str, Any]:
    (listener, *_) = bootstrap_plain(made)["static_resources"]["listeners"]
    manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
    found: dict[str, Any] = manager["route_config"]
    return found


def _server(name: str, hosts: list[str], paths: list[str]) -> dict[str, Any]:
    return {"name": name, "hosts": hosts, "paths": paths, "upstream": f"http://{name}.test"}


def test_a_host_has_the_routes_of_the_wider_patterns_too_in_the_order_of_the_servers(tmp_path: Path) -> None:
    servers = [
        _server("one", ["*.a.test"], ["/mcp"]),
        _server("two", ["b.a.test"], ["/mcp", "/two"]),
        _server("all", ["*"], ["/all"]),
    ]
    hosts = {
        host["domains"][0]: [route["name"] for route in host["routes"]]
        for host in _routes(options(tmp_path, "edge", servers=servers))["virtual_hosts"]
    }
    assert hosts == {
        "*.a.test": ["one", "all", "nothing"],
        "b.a.test": ["one", "two", "two", "all", "nothing"],
        "*": ["all", "nothing"],
    }


@pytest.mark.parametrize("profile", ["sidecar", "upstream-tls", "edge", "behind-edge", "strict-egress"])
def test_ext_proc_is_on_for_every_route_and_every_request_has_one(tmp_path: Path, profile: str) -> None:
    config = _routes(options(tmp_path, profile))
    override = config["typed_per_filter_config"]["envoy.filters.http.ext_proc"]
    assert "disabled" not in override
    assert any(host["domains"] == ["*"] for host in config["virtual_hosts"])
    for host in config["virtual_hosts"]:
        assert "envoy.filters.http.ext_proc" not in host.get("typed_per_filter_config", {})
        for route in host["routes"]:
            assert "envoy.filters.http.ext_proc" not in route.get("typed_per_filter_config", {})
        assert host["routes"][-1]["match"] == {"prefix": "/"}
