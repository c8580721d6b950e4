"""The reference Redis does what the sidecar needs, for whom it should, and nothing for anybody else."""

import asyncio
import hashlib
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from extproc.stores.redis_backend import RedisBackend
from extproc.stores.redis_client import RedisOptions, redis_client
from extproc.stores.state_backend import Kind, Place, kept
from extproc.stores.state_url import Remote
from tests.k8s.kustomize import K8S, build, pod_spec
from tests.redis_server import RedisServer, running
from tests.stores.certificates import certificates

_OVERLAY: Final = K8S / "overlays/redis"
_PASSWORD: Final = "correct horse battery staple"
_PREFIX: Final = "mcp-extproc:default"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    """Run redis-server with every line of the shipped configuration, at a port and in a folder of its own."""
    certificates(tmp_path, "server")
    digest = hashlib.sha256(_PASSWORD.encode()).hexdigest()
    users = (_OVERLAY / "users.acl").read_text().replace("REPLACE-WITH-SHA256-OF-THE-PASSWORD", digest)
    assert digest in users
    (tmp_path / "users.acl").write_text(users)
    text = _moved((_OVERLAY / "redis.conf").read_text(), tmp_path)
    words: list[str] = []
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, *values = shlex.split(line)
            words += [f"--{name}", *values]
    with running(tmp_path, *words, tls=True) as started:
        yield started


def _moved(text: str, folder: Path) -> str:
    """Put the paths of a container into the folder of a test."""
    moves = {
        "/etc/redis-tls/tls.crt": folder / "server.pem",
        "/etc/redis-tls/tls.key": folder / "server.key",
        "/etc/redis-tls/ca.crt": folder / "ca.pem",
        "/etc/redis-acl/users.acl": folder / "users.acl",
        "/data": folder,
    }
    for before, after in moves.items():
        text = text.replace(before, str(after))
    return text


async def _used(server: RedisServer, options: RedisOptions) -> dict[str, Any]:
    """Do all that is ever asked of a server; return what it says of itself."""
    address = Remote(host="127.0.0.1", port=server.port, tls=True)
    client = redis_client(address, options)
    backend = RedisBackend(client, prefix=_PREFIX, shown=str(address))
    try:
        for place in (Place(Kind.TRAILS, "aa"), Place(Kind.PINS, "files", "read")):
            assert (await backend.put(place, kept(b"1"), known=None)).done
            assert await backend.get(place) is not None
            await backend.delete(place)
        return dict(await client.info())
    finally:
        await backend.close()


def test_the_sidecar_is_served_and_state_is_kept_as_it_should_be(server: RedisServer, tmp_path: Path) -> None:
    said = asyncio.run(_used(server, _sidecar(tmp_path)))
    assert (said["maxmemory_policy"], said["maxmemory"]) == ("volatile-ttl", 512 * 1024 * 1024)
    assert said["aof_enabled"] == 1


@pytest.mark.parametrize(
    ("login", "key", "refusal"),
    [
        pytest.param(("sidecar", "wrong"), _PREFIX, "NOAUTH", id="wrong-password"),
        pytest.param(("default", _PASSWORD), _PREFIX, "NOAUTH", id="default-user"),
        pytest.param(("probe", "anything"), _PREFIX, "NOPERM", id="probe"),
        pytest.param(("sidecar", _PASSWORD), "somebody:else", "NOPERM", id="keys-of-somebody-else"),
    ],
)
def test_nobody_else_is_served_and_the_sidecar_has_no_other_keys(
    server: RedisServer, tmp_path: Path, login: tuple[str, str], key: str, refusal: str
) -> None:
    user, password = login
    command = ["redis-cli", "--tls", "--cacert", str(tmp_path / "ca.pem"), "-p", str(server.port)]
    command += ["--user", user, "--pass", password, "--no-auth-warning", "get", key]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    assert refusal in done.stdout


def test_the_probe_of_the_pod_gets_its_answer_and_may_do_nothing_more(server: RedisServer, tmp_path: Path) -> None:
    (workload,) = [one for one in build(_OVERLAY) if one["kind"] == "StatefulSet"]
    spec = pod_spec(workload)
    assert spec is not None
    shell, option, script = spec["containers"][0]["readinessProbe"]["exec"]["command"]
    here = _moved(script, tmp_path).replace("-h localhost", f"-h 127.0.0.1 -p {server.port}")
    assert str(server.port) in here
    for command, expected in ((here, 0), (here.replace("ping)", "dbsize)"), 1)):
        done = subprocess.run([shell, option, command], capture_output=True, text=True, check=False, timeout=20)
        assert (done.returncode, done.stderr) == (expected, "")


def _sidecar(folder: Path) -> RedisOptions:
    return RedisOptions(
        connect_seconds=5.0, answer_seconds=5.0, ca_file=folder / "ca.pem", username="sidecar", password=_PASSWORD
    )
