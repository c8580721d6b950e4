"""`envoy/kong`: Kong is not run here, so its file is held to a strict schema of the fields that it uses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import pytest
import yaml

from extproc.envoy.profiles import PROFILES
from extproc.envoy.render import read_values

_FOLDER = Path(__file__).parents[2] / "envoy" / "kong"
_TEXT: Final = {"type": "string", "minLength": 1}
_ID: Final = {"type": "string", "format": "uuid"}
_MILLISECONDS: Final = {"type": "integer", "minimum": 1, "maximum": 2**31 - 2}


def _pem(kind: str) -> dict[str, str]:
    return {"type": "string", "pattern": rf"^-----BEGIN {kind}-----\n[^-]+\n-----END {kind}-----\n$"}


def _only(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": {**required, **optional},
    }


def _some(items: Any) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "items": items}


_REMOVAL: Final = _only({"remove": _only({"headers": _some(_TEXT)})})
_RATE: Final = _only(
    {
        "second": {"type": "integer", "minimum": 1},
        "policy": {"enum": ["local", "redis", "cluster"]},
        "limit_by": {"enum": ["consumer", "credential", "ip", "service", "header", "path", "consumer-group"]},
    },
    error_code={"type": "integer", "minimum": 400},
)
_PLUGIN: Final = {
    "oneOf": [
        _only({"name": {"const": "request-transformer"}, "config": _REMOVAL}),
        _only({"name": {"const": "rate-limiting"}, "config": _RATE}),
    ]
}
_ROUTE: Final = _only(
    {
        "name": _TEXT,
        "protocols": _some({"enum": ["http", "https"]}),
        "hosts": _some(_TEXT),
        "paths": _some({"type": "string", "pattern": "^/"}),
        "strip_path": {"type": "boolean"},
        "preserve_host": {"type": "boolean"},
        "request_buffering": {"type": "boolean"},
        "response_buffering": {"type": "boolean"},
    }
)
_SERVICE: Final = _only(
    {
        "name": _TEXT,
        "protocol": {"enum": ["http", "https"]},
        "host": _TEXT,
        "port": {"type": "integer", "minimum": 1, "maximum": 65535},
        "tls_verify": {"type": "boolean"},
        "tls_verify_depth": {"type": "integer", "minimum": 0, "maximum": 64},
        "ca_certificates": _some(_ID),
        "client_certificate": _ID,
        "retries": {"type": "integer", "minimum": 0, "maximum": 32767},
        "connect_timeout": _MILLISECONDS,
        "write_timeout": _MILLISECONDS,
        "read_timeout": _MILLISECONDS,
        "routes": _some(_ROUTE),
        "plugins": _some(_PLUGIN),
    }
)
_CERTIFICATE: Final = _only(
    {"id": _ID, "cert": _pem("CERTIFICATE"), "key": _pem("PRIVATE KEY")}, snis=_some(_only({"name": _TEXT}))
)
_SCHEMA: Final = _only(
    {
        "_format_version": {"const": "3.0"},
        "_transform": {"type": "boolean"},
        "ca_certificates": _some(_only({"id": _ID, "cert": _pem("CERTIFICATE")})),
        "certificates": _some(_CERTIFICATE),
        "services": _some(_SERVICE),
    }
)


@pytest.fixture(name="kong")
def _kong() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((_FOLDER / "kong.yml").read_text())
    return document


def _faults(document: Any) -> list[str]:
    checked = jsonschema_rs.Draft202012Validator(_SCHEMA, validate_formats=True)
    return [error.message for error in checked.iter_errors(document)]


def test_the_file_has_the_shape_that_kong_reads(kong: dict[str, Any]) -> None:
    assert _faults(kong) == []


def test_a_misspelt_field_or_a_wrong_type_is_found(kong: dict[str, Any]) -> None:
    (service,) = kong["services"]
    for wrong in ({"read_timeot": 1}, {"retries": "0"}, {"client_certificate": "edge"}):
        assert _faults({**kong, "services": [{**service, **wrong}]})


def test_every_reference_leads_to_a_certificate(kong: dict[str, Any]) -> None:
    (service,) = kong["services"]
    assert set(service["ca_certificates"]) <= {one["id"] for one in kong["ca_certificates"]}
    assert service["client_certificate"] in {one["id"] for one in kong["certificates"]}


def test_nothing_is_gathered_made_twice_or_ended_for_being_silent(kong: dict[str, Any]) -> None:
    (service,) = kong["services"]
    (route,) = service["routes"]
    assert (service["retries"], route["request_buffering"], route["response_buffering"]) == (0, False, False)
    assert service["read_timeout"] >= 3_500_000  # as long as a sidecar may hold
    assert service["tls_verify"]


def test_the_values_of_the_walk_through_are_for_the_same_hosts_and_paths(kong: dict[str, Any], tmp_path: Path) -> None:
    (text,) = re.findall(r"^```yaml\n(.*?)^```", (_FOLDER / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    (tmp_path / "values.yaml").write_text(text)
    options = read_values(PROFILES["behind-edge"], tmp_path / "values.yaml")
    (route,) = kong["services"][0]["routes"]
    assert {host for server in options.servers for host in server.hosts} == set(route["hosts"])
    assert {path for server in options.servers for path in server.paths} < set(route["paths"])
    assert options.listen_port == kong["services"][0]["port"]
