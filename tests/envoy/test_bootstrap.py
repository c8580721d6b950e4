"""The bootstrap in its shapes, each accepted by a real Envoy."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from extproc.envoy.bootstrap import bootstrap_json, build
from extproc.envoy.options import BootstrapOptions, JwtProvider
from extproc.identity.certificates import ATTRIBUTES
from tests.envoy.profiles import validated
from tests.identity.tokens import jwks
from tests.up.certificates import write_certificate

_PLAIN = BootstrapOptions(
    upstream="http://127.0.0.1:9000/mcp", listen_port=8080, admin="unix:/run/a.sock", sidecars=("unix:/run/0.sock",)
)


@pytest.mark.envoy
@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="http-upstream"),
        pytest.param({"upstream": "https://mcp.example.com/mcp"}, id="https-upstream"),
        pytest.param({"upstream": "https://192.0.2.1:8443/mcp"}, id="https-upstream-by-address"),
        pytest.param({"sidecars": ("127.0.0.1:18080",), "admin": "127.0.0.1:9901"}, id="sidecar-and-admin-over-tcp"),
        pytest.param({"sidecars": ("unix:/run/0.sock", "unix:/run/1.sock")}, id="two-sidecars"),
        pytest.param({"sidecars": ()}, id="no-sidecar"),
        pytest.param({"access_log": Path("/dev/null")}, id="access-log"),
        pytest.param({"tls_certificate": Path("tls.crt"), "tls_key": Path("tls.key")}, id="tls-listener"),
        pytest.param(
            {"tls_certificate": Path("tls.crt"), "tls_key": Path("tls.key"), "client_ca": Path("tls.crt")},
            id="client-certificates",
        ),
        pytest.param({"forwarded_certificates": "believed_over_mtls"}, id="forwarded-certificates"),
        pytest.param({"jwt": (JwtProvider(issuer="i", audiences=("a",), jwks=Path("jwks.json")),)}, id="tokens"),
    ],
)
def test_envoy_accepts_the_bootstrap(tmp_path: Path, changes: Mapping[str, object]) -> None:
    write_certificate(tmp_path)
    (tmp_path / "jwks.json").write_bytes(jwks())
    options = replace(_PLAIN, **changes)  # type: ignore[arg-type]
    options = replace(options, upstream_tls=replace(options.upstream_tls, ca=tmp_path / "tls.crt"))
    (tmp_path / "envoy.json").write_text(bootstrap_json(options))
    assert validated(tmp_path, "envoy.json") == (0, "")


def test_only_a_server_elsewhere_is_called_by_its_own_name() -> None:
    assert '"hostRewriteLiteral"' not in bootstrap_json(_PLAIN)
    assert '"hostRewriteLiteral": "mcp.test"' in bootstrap_json(replace(_PLAIN, upstream="http://mcp.test"))


def test_a_lone_sidecar_is_never_taken_out() -> None:
    def ejects(options: BootstrapOptions) -> bool:
        resources = build(options).static_resources
        return resources is not None and resources.clusters[1].outlier_detection is not None

    assert not ejects(_PLAIN)
    assert ejects(replace(_PLAIN, sidecars=("unix:/run/0.sock", "unix:/run/1.sock")))


def test_a_missing_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['envoy_data_plane'] = None\n"
        "from extproc.envoy.bootstrap import MissingEnvoyError, build\n"
        "from extproc.envoy.options import BootstrapOptions\n"
        "try: build(BootstrapOptions(upstream='a:1', listen_port=1, admin='unix:/a'))\n"
        "except MissingEnvoyError as error: print(error)"
    )
    done = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True)
    assert "pip install 'mcp-extproc[envoy]'" in done.stdout


def test_attributes_are_asked_for_only_where_clients_are_asked_for_certificates() -> None:
    secured = replace(_PLAIN, tls_certificate=Path("tls.crt"), tls_key=Path("tls.key"))
    assert "connection.mtls" not in bootstrap_json(secured)
    asking = bootstrap_json(replace(secured, client_ca=Path("ca.crt")))
    assert all(f'"{name}"' in asking for name in ATTRIBUTES)


def test_verified_claims_are_forwarded_and_claims_of_clients_cannot_be() -> None:
    text = bootstrap_json(_PLAIN)
    assert '"forwardingNamespaces"' in text
    assert "envoy.filters.http.jwt_authn" in text
    assert '"forwardClientCertDetails"' not in text  # the default: what clients say of certificates is removed
