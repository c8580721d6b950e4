"""Rendering: what is printed is what Envoy reads, for every profile and every part that its values may have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from extproc import __version__
from extproc.envoy.bootstrap import build
from extproc.envoy.profiles import PROFILES
from extproc.envoy.render import read_values, render
from tests.envoy.profiles import validated, written
from tests.identity.tokens import jwks
from tests.up.certificates import write_certificate

_FULL: dict[str, Any] = {
    "listen": {"host": "127.0.0.1", "port": 8443},
    "sidecars": ["unix:/run/0.sock", "127.0.0.1:18080"],
    "probe": {"port": 8081},
    "access_log": None,
    "tls": {
        "certificate": "FOLDER/tls.crt",
        "key": "FOLDER/tls.key",
        "client_ca": "FOLDER/tls.crt",
        "client_names": ["edge.test", "spiffe://test/edge", "192.0.2.1"],
    },
    "servers": [
        {"name": "named", "hosts": ["a.test"], "upstream": "https://a.test", "tls": {"ca": "FOLDER/tls.crt"}},
        {"name": "literal", "hosts": ["*.b.test"], "upstream": "http://192.0.2.1:9000"},
    ],
    "jwt": [
        {"issuer": "i", "audiences": ["a"], "keys": {"file": "FOLDER/jwks.json"}},
        {
            "issuer": "j",
            "audiences": ["a"],
            "payload": "j",
            "keys": {"url": "https://j.test/k", "ca": "FOLDER/tls.crt"},
        },
    ],
    "rate_limit": {
        "local": {"requests": 5, "by": "client"},
        "global": {
            "service": "limits.test:8081",
            "domain": "d",
            "descriptors": [["server"], ["method", "tool", "rule"]],
        },
    },
    "egress": {"resolvers": ["192.0.2.1:53", "[2001:db8::1]:53"], "allow": ["10.1.0.0/16"]},
}
_MORE: dict[str, dict[str, Any]] = {
    "edge": {},
    "strict-egress": {"tls": None},
    "behind-edge": {"trusted_hops": 2, "edge_addresses": ["10.0.0.0/8", "::1"], "forwarded": {"certificates": True}},
}


def _in(folder: Path, value: Any) -> Any:
    match value:
        case dict():
            return {key: _in(folder, item) for key, item in value.items()}
        case list():
            return [_in(folder, item) for item in value]
        case str():
            return value.replace("FOLDER", str(folder))
        case _:
            return value


@pytest.mark.envoy
@pytest.mark.parametrize("profile", _MORE)
def test_envoy_takes_a_profile_with_everything_that_its_values_may_have(tmp_path: Path, profile: str) -> None:
    write_certificate(tmp_path)
    (tmp_path / "jwks.json").write_bytes(jwks())
    file = written(tmp_path, profile, **_in(tmp_path, {**_FULL, **_MORE[profile]}))
    (tmp_path / "envoy.yaml").write_text(render(PROFILES[profile], file))
    assert validated(tmp_path) == (0, "")


@pytest.mark.parametrize("profile", PROFILES)
def test_the_text_says_the_same_as_the_typed_value(tmp_path: Path, profile: str) -> None:
    file = written(tmp_path, profile)
    text = render(PROFILES[profile], file)
    built = build(read_values(PROFILES[profile], file))
    assert type(built).from_dict(yaml.safe_load(text)).to_dict() == built.to_dict()


def test_the_head_names_the_profile_and_the_version(tmp_path: Path) -> None:
    head = render(PROFILES["sidecar"], written(tmp_path, "sidecar")).splitlines()[0]
    assert head == f"# Envoy's configuration, profile sidecar, by mcp-extproc {__version__}."


def test_whole_numbers_are_written_as_such(tmp_path: Path) -> None:
    """Envoy takes `-32600.0` for a text, and a JSON-RPC error with such a code is none."""
    assert ": -32600\n" in render(PROFILES["sidecar"], written(tmp_path, "sidecar"))
