"""The configurations a user can read: accepted by a real Envoy, and the same as what is rendered from their values."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from extproc.envoy.bootstrap import build
from extproc.envoy.profiles import PROFILES
from extproc.envoy.render import read_values
from tests.envoy.profiles import validated
from tests.identity.tokens import jwks
from tests.up.certificates import write_certificate

_FOLDER = Path(__file__).parents[2] / "envoy"
_SYSTEM_CA = "/etc/ssl/certs/ca-certificates.crt"


@pytest.mark.parametrize("name", PROFILES)
def test_the_file_says_what_is_rendered_from_its_values(name: str) -> None:
    built = build(read_values(PROFILES[name], _FOLDER / "values" / f"{name}.yaml"))
    # A misspelt field in the file is a KeyError here.
    written = type(built).from_dict(yaml.safe_load((_FOLDER / f"{name}.yaml").read_text()))
    assert written.to_dict() == built.to_dict()


@pytest.mark.envoy
@pytest.mark.parametrize("name", PROFILES)
def test_envoy_accepts_the_file(tmp_path: Path, name: str) -> None:
    chain, key = write_certificate(tmp_path)
    for copy in ("edge-ca.crt", "server-ca.crt", "client.crt"):
        (tmp_path / copy).write_bytes(chain.read_bytes())
    (tmp_path / "client.key").write_bytes(key.read_bytes())
    (tmp_path / "jwks.json").write_bytes(jwks())
    text = (_FOLDER / f"{name}.yaml").read_text()
    text = text.replace("/etc/mcp-extproc/", f"{tmp_path}/").replace(_SYSTEM_CA, str(chain))
    (tmp_path / "envoy.yaml").write_text(text)
    assert validated(tmp_path) == (0, "")


def test_the_documented_filter_for_tokens_is_one_of_envoy() -> None:
    build(read_values(PROFILES["sidecar"], _FOLDER / "values" / "sidecar.yaml"))  # imports the typed classes with care
    from envoy_data_plane.envoy.extensions.filters.http.jwt_authn.v3 import JwtAuthentication

    page = (_FOLDER.parent / "docs/identity.md").read_text()
    (text,) = re.findall(r"^```yaml envoy-filter\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    config = yaml.safe_load(text)["typed_config"]
    assert config.pop("@type").endswith(".JwtAuthentication")
    (provider,) = JwtAuthentication.from_dict(config).providers.values()  # a misspelt field is a KeyError here
    assert (provider.payload_in_metadata, provider.header_in_metadata) == ("jwt", "jwt_header")
    assert provider.require_expiration
    assert [header.name for header in provider.from_headers] == ["authorization"]


def test_every_profile_has_its_file_and_its_values() -> None:
    expected = {f"{name}.yaml" for name in PROFILES}
    assert {file.name for file in _FOLDER.glob("*.yaml")} == expected
    assert {file.name for file in (_FOLDER / "values").glob("*.yaml")} == expected
