"""The settings of state: what they come to, and faults that are named and quote no password."""

from pathlib import Path

import pytest

from extproc.config.faults import ConfigError
from extproc.config.model import check
from extproc.config.state_file import StateSettings, default_url
from extproc.config.yaml import read_yaml
from extproc.stores.state import StateOptions
from extproc.stores.state_backend import Kind
from extproc.stores.state_url import Embedded, Memory, Remote


def settings(text: str) -> StateSettings:
    return check(read_yaml(text, "f.yaml"), StateSettings)


def options(text: str, folder: Path = Path("/etc/mcp"), **environment: str) -> StateOptions:
    return settings(text).options(folder=folder, environment=environment)


def test_without_settings_everything_has_a_default(tmp_path: Path) -> None:
    found = options("{}", STATE_DIRECTORY=str(tmp_path))
    assert found.address == Embedded(path=tmp_path / "state.db")
    assert (found.prefix, found.room.trails, found.room.trail_bytes) == ("mcp-extproc:default", 100_000, 768 << 20)
    assert (found.trails.ttl, found.trails.flagged_ttl, found.guard.budget) == (3600.0, 86_400.0, 0.02)
    assert found.fallback == frozenset(Kind)


def test_everything_that_is_set_arrives(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("hush\n")
    text = """
    {url: "rediss://cache:7000", prefix: edge, cluster: true, connections: 8, username: sidecar,
     password_file: password, ca_file: ca.pem, cert_file: /tls/c.pem, key_file: c.key,
     timeouts: {connect: 1, answer: 2, operation: 0.5}, breaker: {failures: 2, pause: 3},
     trails: {seconds: 60, flagged_seconds: 120, entries: 100, bytes: 1048576, behind: 0},
     on_failure: {trails: deny, pins: deny, servers: skip}}
    """
    found = settings(text).options(folder=tmp_path, tenant="acme", environment={})
    assert found.address == Remote(host="cache", port=7000, tls=True)
    assert (found.prefix, found.redis.cluster, found.redis.connections) == ("edge:acme", True, 8)
    assert (found.redis.username, found.redis.password) == ("sidecar", "hush")
    assert (found.redis.ca_file, found.redis.cert_file) == (tmp_path / "ca.pem", Path("/tls/c.pem"))
    assert (found.redis.connect_seconds, found.redis.answer_seconds, found.guard.budget) == (1.0, 2.0, 0.5)
    assert (found.guard.failures, found.guard.pause, found.trails.turn) == (2, 3.0, 0.5)
    assert found.trails.behind == 0
    assert (found.trails.ttl, found.trails.flagged_ttl, found.room.trails, found.room.trail_bytes) == (
        60.0,
        120.0,
        100,
        1 << 20,
    )
    assert found.fallback == {Kind.SERVERS}
    assert "hush" not in repr(found)


def test_an_address_with_a_password_is_not_shown() -> None:
    found = settings("{url: 'redis://:hush@cache'}")
    assert "hush" not in repr(found)
    assert found.options(folder=Path("/"), environment={}).address == Remote(host="cache", password="hush")


def test_a_password_may_come_from_a_variable() -> None:
    assert options("{url: 'redis://c', password_env: REDIS}", REDIS="hush").redis.password == "hush"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{url: 'redis://:hush@c/x'}", "number of a database"),
        ("{url: 'http://:hush@c'}", "must be memory:"),
        ("{url: 'memory:', password_env: X}", "are for a url of Redis"),
        ("{cluster: true}", "are for a url of Redis"),
        ("{url: 'redis://c', ca_file: ca.pem}", "need a url of rediss:"),
        ("{url: 'rediss://c', cert_file: c.pem}", "go together"),
        ("{url: 'redis://c', password_env: X, password_file: y}", "not in both"),
        ("{url: 'redis://c/1', cluster: true}", "database 0 only"),
        ("{url: 'redis://c', prefix: 'a*'}", "should match pattern"),
        ("{on_failure: {pins: local}}", "last_known"),
        ("{other: 1}", "unknown setting"),
    ],
)
def test_a_fault_is_named_and_quotes_nothing(text: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason) as caught:
        settings(text)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{url: 'redis://c', password_env: REDIS}", "state.password_env: is not set"),
        ("{url: 'redis://c', password_file: missing}", "state.password_file: cannot be read"),
        ("{url: 'redis://c', password_file: empty}", "state.password_file: is empty"),
    ],
)
def test_a_password_that_is_not_there_is_a_fault(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(ConfigError, match=reason):
        options(text, tmp_path)


def test_without_a_folder_of_the_service_state_is_in_memory(tmp_path: Path) -> None:
    assert default_url({}, tmp_path) == f"sqlite://{tmp_path}/state.db"
    assert (
        default_url({"STATE_DIRECTORY": f"{tmp_path}:/other"}, Path("/nonexistent")) == f"sqlite://{tmp_path}/state.db"
    )
    assert default_url({}, tmp_path / "missing") == "memory:"
    assert default_url({"STATE_DIRECTORY": str(tmp_path / "missing")}, tmp_path) == "memory:"
    assert options("{url: 'memory:'}").address == Memory()
