"""The set-up for laptops: what it says is tight, and everything that it mounts and starts is there and is accepted.

Without Docker: what Compose itself would say of the file is asked by `make test-image`.
"""

import asyncio
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from extproc.config.settings_file import load_config
from extproc.ports.errors import PortError
from extproc.stores.redis_backend import RedisBackend
from extproc.stores.redis_client import RedisOptions, redis_client
from extproc.stores.state_backend import Kind, Place, kept
from extproc.stores.state_url import Remote, state_url
from tests.image.dockerfile import ROOT, stages
from tests.redis_server import running

COMPOSE = ROOT / "compose"
DOCUMENT: Mapping[str, Any] = yaml.safe_load((COMPOSE / "compose.yaml").read_text())
SERVICES: Mapping[str, Mapping[str, Any]] = DOCUMENT["services"]


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    """Copy the folder and draw its secrets, as the README says."""
    folder = tmp_path / "compose"
    shutil.copytree(COMPOSE, folder, ignore=shutil.ignore_patterns(".env", "secrets"))
    subprocess.run(["sh", folder / "prepare.sh"], check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("name", list(SERVICES))
def test_every_container_is_read_only_without_rights_and_says_whether_it_is_healthy(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    user, group = service["user"].split(":")
    assert int(user) > 0
    assert int(group) > 0
    assert ("healthcheck" in service) != (name == "render")
    assert {"privileged", "cap_add", "devices", "pid", "ipc", "extra_hosts"} & service.keys() == set()


def test_the_server_is_on_the_loopback_that_it_shares_with_envoy_alone() -> None:
    sharing = [name for name, service in SERVICES.items() if service.get("network_mode") == "service:envoy"]
    assert sharing == ["server"]
    assert SERVICES["server"]["command"] == ["--host", "127.0.0.1", "--port", "9000"]
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"envoy": ["127.0.0.1:8080:8080"]}


def test_redis_and_the_sidecar_have_no_way_out_and_envoy_none_to_redis() -> None:
    networks = {name: service["networks"] for name, service in SERVICES.items() if "networks" in service}
    assert networks == {"sidecar": ["state"], "redis": ["state"], "envoy": ["outside"]}
    assert DOCUMENT["networks"]["state"] == {"internal": True}
    assert SERVICES["render"]["network_mode"] == "none"


def test_every_file_that_is_mounted_is_there_and_read_only(prepared: Path) -> None:
    volumes = [volume for service in SERVICES.values() for volume in service.get("volumes", ())]
    files = [volume.split(":") for volume in volumes if volume.startswith(".")]
    assert [source for source, _, mode in files if mode != "ro" or not (prepared / source).exists()] == []
    named = {volume.split(":")[0] for volume in volumes if not volume.startswith(".")}
    assert named == set(DOCUMENT["volumes"])
    assert all((prepared / secret["file"]).stat().st_size > 0 for secret in DOCUMENT["secrets"].values())
    used = {name for service in SERVICES.values() for name in service.get("secrets", ())}
    assert used == set(DOCUMENT["secrets"])


def test_secrets_are_drawn_once_and_never_the_same(prepared: Path, tmp_path: Path) -> None:
    again = subprocess.run(["sh", prepared / "prepare.sh"], check=False, capture_output=True, text=True)
    assert (again.returncode, "already" in again.stderr) == (1, True)
    key = (prepared / ".env").read_text()
    assert len(key) == len("MCP_EXTPROC_KEY=\n") + 64
    assert (prepared / "secrets").stat().st_mode & 0o077 == 0
    assert (prepared / ".env").stat().st_mode & 0o077 == 0
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(COMPOSE / "prepare.sh", other)
    subprocess.run(["sh", other / "prepare.sh"], check=True, capture_output=True)
    assert (other / ".env").read_text() != key
    assert subprocess.run(["git", "check-ignore", "-q", "compose/.env"], cwd=ROOT, check=False).returncode == 0
    assert subprocess.run(["git", "check-ignore", "-q", "compose/secrets/x"], cwd=ROOT, check=False).returncode == 0


def test_the_sidecar_takes_its_settings_and_its_policy(prepared: Path) -> None:
    etc = _mounted("sidecar", prepared)
    done = subprocess.run(
        [sys.executable, "-m", "extproc", "check", etc / "extproc.yaml"],
        capture_output=True,
        text=True,
        check=False,
        env={"MCP_EXTPROC_KEY": "k" * 64, "XDG_CACHE_HOME": str(Path.home() / ".cache"), "PATH": ""},
    )
    assert (done.stderr, done.stdout) == ("", "1 file ok\n")


@pytest.mark.envoy
def test_envoy_takes_what_is_rendered_by_the_command_that_stands_there(prepared: Path) -> None:
    etc = _mounted("render", prepared)
    words = [word.replace("/etc/mcp-extproc", str(etc)) for word in SERVICES["render"]["command"]]
    words = [word.replace("/run/mcp-extproc", str(prepared)) for word in words]
    done = subprocess.run(
        [sys.executable, "-m", "extproc", *words, "--check"], capture_output=True, text=True, check=False
    )
    assert (done.stderr, done.returncode) == ("", 0)
    listener = yaml.safe_load((prepared / "envoy.yaml").read_text())["static_resources"]["listeners"][0]
    assert listener["address"]["socket_address"] == {"address": "0.0.0.0", "port_value": 8080}  # noqa: S104


def test_commands_are_those_of_the_images() -> None:
    for name, stage in (("sidecar", "sidecar"), ("server", "demo")):
        service, image = SERVICES[name], stages()[stage]
        entry = [Path(word).name if word.startswith("/") else word for word in image.words("ENTRYPOINT")]
        assert service["entrypoint"] == entry
        assert service["build"] == {"context": "..", "target": stage}
    assert SERVICES["sidecar"]["command"] == stages()["sidecar"].words("CMD")


def test_redis_as_it_is_set_up_keeps_state_for_the_sidecar_and_knows_nobody_else(prepared: Path) -> None:
    lines = [line.split(maxsplit=1) for line in (prepared / "config/redis.conf").read_text().splitlines()]
    options = {line[0]: line[1] for line in lines if line and line[0] != "#"}
    assert options["aclfile"] == "/run/secrets/state-users"
    options |= {"aclfile": str(prepared / "secrets/users.acl"), "bind": "127.0.0.1"}
    for own in ("port", "dir"):
        options.pop(own)
    password = (prepared / "secrets/state-password").read_text()
    assert hashlib.sha256(password.encode()).hexdigest() in (prepared / "secrets/users.acl").read_text()
    words = [word for key, value in options.items() for word in (f"--{key}", *value.split())]

    async def used(port: int, secret: str) -> bytes:
        address = state_url(f"redis://127.0.0.1:{port}/0")
        assert isinstance(address, Remote)
        config = load_config(prepared / "config/extproc.yaml", {}).state
        client = redis_client(address, RedisOptions(username=config.username, password=secret))
        backend = RedisBackend(client, prefix="mcp-extproc:default", shown="redis")
        try:
            place = Place(Kind.PINS, "shop", "lookup_customer")
            await backend.put(place, kept(b"1"), known=None)
            there = await backend.get(place)
            return b"" if there is None else there.data
        finally:
            await backend.close()

    with running(prepared, *words) as server:
        assert asyncio.run(used(server.port, password)) == b"1"
        with pytest.raises(PortError):
            asyncio.run(used(server.port, "guessed"))
        assert server.ask("GET", "x").startswith(b"-NOAUTH")


def _mounted(name: str, folder: Path) -> Path:
    """Lay what a service mounts under /etc/mcp-extproc into one folder."""
    etc = folder / "etc"
    for volume in SERVICES[name]["volumes"]:
        source, target = volume.split(":")[:2]
        if target.startswith("/etc/mcp-extproc"):
            place = etc / Path(target).relative_to("/etc/mcp-extproc")
            place.parent.mkdir(parents=True, exist_ok=True)
            if (folder / source).is_dir():
                shutil.copytree(folder / source, place)
            else:
                shutil.copy(folder / source, place)
    return etc
