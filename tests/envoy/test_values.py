"""The values of profiles: what each takes, what it refuses, and where it says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from extproc.config.faults import ConfigError
from extproc.envoy.options import GlobalLimit, LocalLimit, RemoteKeys
from extproc.envoy.profiles import PROFILES
from extproc.envoy.render import read_values
from tests.envoy.profiles import LEAST, options, written

_SERVER = {"name": "a", "upstream": "http://a.test:9000"}
_TLS = {"certificate": "/tls.crt", "key": "/tls.key"}
_EDGE_TLS = {**_TLS, "client_ca": "/ca.crt", "client_names": ["edge.test"]}
_EGRESS = {"resolvers": ["192.0.2.1:53"]}
_ISSUER = {"issuer": "i", "audiences": ["a"]}


@pytest.mark.parametrize("profile", PROFILES)
def test_the_least_values_are_enough(tmp_path: Path, profile: str) -> None:
    assert options(tmp_path, profile).sidecars == ("unix:/run/mcp-extproc/0.sock",)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("where", ["", "limits", "listen", "timeouts"])
def test_an_unknown_value_is_a_fault_at_its_place(tmp_path: Path, profile: str, where: str) -> None:
    changes: dict[str, Any] = {where: {"surprise": 1}} if where else {"surprise": 1}
    with pytest.raises(ConfigError, match=rf"values\.yaml:\d+:\d+: ({where}\.)?surprise: unknown setting"):
        options(tmp_path, profile, **changes)


@pytest.mark.parametrize(
    ("profile", "changes", "message"),
    [
        ("sidecar", {"upstream": None}, "upstream: this setting is missing"),
        ("sidecar", {"upstream": "https://a.test"}, "use the profile upstream-tls"),
        ("sidecar", {"upstream": "a.test:9000"}, "expected a URL"),
        ("sidecar", {"sidecars": []}, "sidecars"),
        ("sidecar", {"sidecars": ["somewhere"]}, "sidecars.0"),
        ("sidecar", {"admin": "0.0.0.0:9901"}, "the admin interface has no login"),
        ("sidecar", {"listen": {"port": 70000}}, "listen.port"),
        ("sidecar", {"servers": [_SERVER]}, "servers: unknown setting"),
        ("upstream-tls", {"upstream": "http://a.test"}, "expected https://"),
        ("upstream-tls", {"upstream_tls": {"certificate": "/c.crt"}}, "needs its key"),
        ("upstream-tls", {"upstream_tls": {"ca": "ca.crt"}}, "upstream_tls.ca"),
        ("edge", {"tls": None}, "tls: this setting is missing"),
        ("edge", {"tls": {**_TLS, "client_names": ["a"]}}, "client_names need a client_ca"),
        ("edge", {"servers": []}, "servers"),
        ("edge", {"servers": [_SERVER, _SERVER]}, "two servers have the same name"),
        ("edge", {"servers": [_SERVER, {**_SERVER, "name": "b"}]}, r"host \* and path /mcp are of two servers"),
        ("edge", {"servers": [{**_SERVER, "hosts": ["A.test"]}, {**_SERVER, "name": "b", "hosts": ["a.TEST"]}]}, "two"),
        ("edge", {"servers": [{**_SERVER, "hosts": ["a.*"]}]}, "servers.0.hosts.0"),
        ("edge", {"servers": [{**_SERVER, "paths": ["/a?b"]}]}, "servers.0.paths.0"),
        ("edge", {"jwt": [{**_ISSUER, "keys": {}}]}, "either in a file or behind a url"),
        ("edge", {"jwt": [{**_ISSUER, "keys": {"url": "http://idp.test/k"}}]}, "must be https"),
        ("edge", {"jwt": [{**_ISSUER, "keys": {"file": "/k", "ca": "/ca"}}]}, "ca is for a url"),
        ("edge", {"jwt": [{**_ISSUER, "keys": {"file": "/k"}}] * 2}, "same payload"),
        ("edge", {"rate_limit": {"local": {}}}, "rate_limit.local.requests"),
        (
            "edge",
            {"rate_limit": {"global": {"service": "a:1", "domain": "d", "descriptors": [["who"]]}}},
            "descriptors",
        ),
        ("edge", {"trusted_hops": 1}, "trusted_hops: unknown setting"),
        ("behind-edge", {"trusted_hops": -1}, "trusted_hops"),
        ("behind-edge", {"edge_addresses": ["10.0.0.1/8"]}, "edge_addresses.0"),
        ("behind-edge", {"forwarded": {"certificates": True}}, "must show a certificate of its own"),
        ("behind-edge", {"forwarded": {"certificates": True}, "tls": {**_TLS, "client_ca": "/ca"}}, "client_names"),
        (
            "behind-edge",
            {"forwarded": {"certificates": True}, "tls": {**_EDGE_TLS, "client_certificates": "optional"}},
            "must show a certificate",
        ),
        ("strict-egress", {"egress": None}, "egress: this setting is missing"),
        ("strict-egress", {"egress": {"resolvers": ["dns.test:53"]}}, "who would resolve its name"),
        ("strict-egress", {"servers": [{**_SERVER, "upstream": "http://10.0.0.1"}]}, "in no network of egress.allow"),
        ("strict-egress", {"servers": [{**_SERVER, "upstream": "http://[::ffff:a00:1]"}]}, "in no network"),
        (
            "strict-egress",
            {"servers": [{**_SERVER, "upstream": "https://a.test", "tls": {"name": "b.test"}}]},
            "must be for the host in upstream",
        ),
    ],
)
def test_values_that_cannot_be_meant_are_refused(
    tmp_path: Path, profile: str, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=rf"values\.yaml:\d+:\d+: (.|\n)*{message}"):
        options(tmp_path, profile, **changes)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refusal:
        options(tmp_path, "sidecar", upstream="https://a.test", listen={"prt": 1})
    assert len(refusal.value.faults) == 2


def test_an_address_that_is_allowed_may_be_inner(tmp_path: Path) -> None:
    servers = [{**_SERVER, "upstream": "http://10.1.2.3"}]
    made = options(tmp_path, "strict-egress", servers=servers, egress={**_EGRESS, "allow": ["10.1.0.0/16"]})
    assert made.egress is not None
    assert made.egress.allowed == ("10.1.0.0/16",)


def test_limits_become_what_the_builder_takes(tmp_path: Path) -> None:
    limits = {
        "local": {"requests": 5, "seconds": 2, "by": "client"},
        "global": {"service": "127.0.0.1:8081", "domain": "mcp", "descriptors": [["server", "tool"]]},
    }
    made = options(tmp_path, "edge", rate_limit=limits)
    assert made.local_limit == LocalLimit(requests=5, seconds=2, burst=5, by_client=True)
    assert made.global_limit == GlobalLimit(
        service="127.0.0.1:8081", domain="mcp", descriptors=(("server", "tool"),), refuse_when_down=True
    )


def test_certificates_of_others_are_believed_over_mtls_only(tmp_path: Path) -> None:
    made = options(tmp_path, "behind-edge", tls=_EDGE_TLS, forwarded={"certificates": True})
    assert (made.forwarded_certificates, made.client_names) == ("believed_over_mtls", ("edge.test",))
    assert options(tmp_path, "behind-edge").forwarded_certificates == "removed"


def test_keys_are_in_a_file_or_behind_a_url(tmp_path: Path) -> None:
    jwt = [
        {**_ISSUER, "keys": {"file": "/keys.json"}},
        {**_ISSUER, "payload": "other", "keys": {"url": "https://idp.test/keys"}},
    ]
    first, second = options(tmp_path, "edge", jwt=jwt).jwt
    assert first.jwks == Path("/keys.json")
    assert second.jwks == RemoteKeys(url="https://idp.test/keys")


def test_a_change_is_laid_over_the_file_and_its_fault_names_it(tmp_path: Path) -> None:
    file = written(tmp_path, "edge")
    changes = ("listen.port=9", "servers.0.upstream=http://b.test", "rate_limit.local={requests: 3}")
    made = read_values(PROFILES["edge"], file, changes)
    assert (made.listen_port, made.servers[0].upstream) == (9, "http://b.test")
    assert made.local_limit == LocalLimit(requests=3, seconds=1.0, burst=3)
    with pytest.raises(ConfigError, match=r"--set listen\.port:1:1: listen\.port: "):
        read_values(PROFILES["edge"], file, ("listen.port=none",))
    with pytest.raises(ConfigError, match="this key occurs twice"):
        read_values(PROFILES["edge"], file, ("listen={port: 1, port: 2}",))


@pytest.mark.parametrize("change", ["listen", "=1", "listen..port=1", "servers.4.name=x", "servers.x=1", "admin.x=1"])
def test_a_change_that_has_no_place_is_refused(tmp_path: Path, change: str) -> None:
    with pytest.raises(ConfigError, match="--set"):
        read_values(PROFILES["edge"], written(tmp_path, "edge", admin="unix:/a"), (change,))


@pytest.mark.parametrize("text", ["", "- a\n", "upstream: [\n", "upstream: http://a\nupstream: http://b\n"])
def test_a_file_that_is_no_mapping_of_values_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "values.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"values\.yaml"):
        read_values(PROFILES["sidecar"], path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.yaml:1:1: cannot be read"):
        read_values(PROFILES["sidecar"], tmp_path / "none.yaml")


def test_every_profile_is_tried() -> None:
    assert set(LEAST) == set(PROFILES)
