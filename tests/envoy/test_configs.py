"""The configurations a user can read: accepted by a real Envoy, and the same as what `extproc up` runs."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from extproc.envoy.bootstrap import build
from extproc.envoy.options import BootstrapOptions
from extproc.envoy.program import envoy_program
from tests.up.certificates import write_certificate

_FOLDER = Path(__file__).parents[2] / "envoy"
_PLAIN = BootstrapOptions(
    upstream="http://127.0.0.1:9000",
    listen_port=8080,
    admin="unix:/run/mcp-extproc/admin.sock",
    sidecars=("unix:/run/mcp-extproc/0.sock",),
    access_log=Path("/dev/stdout"),
)
_TLS = replace(
    _PLAIN,
    listen_host="0.0.0.0",  # noqa: S104
    listen_port=8443,
    tls_certificate=Path("/etc/mcp-extproc/tls.crt"),
    tls_key=Path("/etc/mcp-extproc/tls.key"),
)
_FILES = [pytest.param("sidecar.yaml", _PLAIN, id="plain"), pytest.param("sidecar-tls.yaml", _TLS, id="tls")]


@pytest.mark.parametrize(("name", "options"), _FILES)
def test_the_file_says_what_the_typed_bootstrap_says(name: str, options: BootstrapOptions) -> None:
    built = build(options)
    # A misspelt field in the file is a KeyError here.
    written = type(built).from_dict(yaml.safe_load((_FOLDER / name).read_text()))
    assert written.to_dict() == built.to_dict()


@pytest.mark.envoy
@pytest.mark.parametrize(("name", "options"), _FILES)
def test_envoy_accepts_the_file(tmp_path: Path, name: str, options: BootstrapOptions) -> None:
    write_certificate(tmp_path)
    text = (_FOLDER / name).read_text().replace("/etc/mcp-extproc/", f"{tmp_path}/")
    assert (str(tmp_path) in text) == (options.tls_certificate is not None)
    (tmp_path / name).write_text(text)
    command = (envoy_program(), "--mode", "validate", "-c", name, "--disable-hot-restart", "--log-level", "error")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_documented_filter_for_tokens_is_one_of_envoy() -> None:
    build(_PLAIN)  # imports the typed classes, with the care that they need
    from envoy_data_plane.envoy.extensions.filters.http.jwt_authn.v3 import JwtAuthentication

    page = (_FOLDER.parent / "docs/identity.md").read_text()
    (text,) = re.findall(r"^```yaml envoy-filter\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    config = yaml.safe_load(text)["typed_config"]
    assert config.pop("@type").endswith(".JwtAuthentication")
    (provider,) = JwtAuthentication.from_dict(config).providers.values()  # a misspelt field is a KeyError here
    assert (provider.payload_in_metadata, provider.header_in_metadata) == ("jwt", "jwt_header")
    assert provider.require_expiration
    assert [header.name for header in provider.from_headers] == ["authorization"]


def test_every_file_is_checked() -> None:
    assert {file.name for file in _FOLDER.glob("*.yaml")} == {"sidecar.yaml", "sidecar-tls.yaml"}
