"""Runs the services of compose.yaml without Docker: each as the file says, from the built images, until it is healthy.

Services without a network of their own share the namespace of another, as there. Envoy and Redis are those of this
machine. What the file asks for and nobody here knows is an error.
"""

import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from extproc.up.processes import Child
from tests.containers import REPOSITORY, Container, Mount, command, run
from tests.netns import Network
from tests.pods import Image

_KNOWN = frozenset(
    {
        *("read_only", "cap_drop", "security_opt", "pids_limit", "restart", "build", "image", "user", "network_mode"),
        *("networks", "entrypoint", "command", "volumes", "environment", "secrets", "mem_limit", "stop_grace_period"),
        *("depends_on", "healthcheck", "ports"),
    }
)
_REQUIRED = re.compile(r"\$\{(\w+):\?[^}]*\}")
_PATIENCE = 90.0
_STOP = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """What runs, each service at a host of the network; `folder` has their logs and volumes."""

    folder: Path
    net: Network
    images: Mapping[str, Image]
    document: Mapping[str, Any]
    children: dict[str, Child] = field(default_factory=dict)

    def host(self, name: str) -> str:
        """Return the host that a service is at."""
        mode = self.document["services"][name].get("network_mode", "")
        return mode.removeprefix("service:") if mode.startswith("service:") else name

    def begin(self, name: str) -> None:
        """Start a service, and wait until it is healthy, or has ended where it has no health."""
        service = self.document["services"][name]
        if left := service.keys() - _KNOWN:
            raise ValueError(f"{name}: nobody here knows {sorted(left)}")
        told = self._container(name, service)
        child = Child.start(name, command(told), log=self.folder / f"{name}.log", cwd=REPOSITORY)
        self.children[name] = child
        if "healthcheck" not in service:
            assert child.process.wait(_PATIENCE) == 0, child.tail()
            return
        kind, *words = service["healthcheck"]["test"]
        checking = replace(told, words=["sh", "-c", *words] if kind == "CMD-SHELL" else words)
        end = time.monotonic() + _PATIENCE
        while run(checking).returncode != 0:
            assert child.running, child.tail()
            assert time.monotonic() < end, child.tail()

    def _container(self, name: str, service: Mapping[str, Any]) -> Container:
        image = self.images[service["image"]]
        user, group = (int(number) for number in service["user"].split(":"))
        given = dict(line.split("=", 1) for line in (self.folder / ".env").read_text().splitlines())
        environment = {
            key: _REQUIRED.sub(lambda found: given[found[1]], value)
            for key, value in service.get("environment", {}).items()
        }
        mounts = [self._mount(volume, user, group) for volume in service.get("volumes", [])]
        for secret in service.get("secrets", []):
            source = self.folder / self.document["secrets"][secret]["file"]
            mounts.append(Mount(source=str(source), target=f"/run/secrets/{secret}"))
        mounts.append(Mount(source=str(self.folder / "hosts"), target="/etc/hosts"))
        return Container(
            root=image.root,
            words=[*service["entrypoint"], *service["command"]],
            environment={**image.environment, **environment},
            mounts=[*image.mounts, *mounts],
            user=user,
            group=group,
            namespace=self.net.name(self.host(name)),
        )

    def _mount(self, volume: str, user: int, group: int) -> Mount:
        source, target, *mode = volume.split(":")
        if source.startswith("."):
            return Mount(source=str(self.folder / source), target=target, writable=mode != ["ro"])
        folder = self.folder / "volumes" / source
        if not folder.exists():  # a new volume takes on the owner that the image has for the place
            folder.mkdir(parents=True)
            os.chown(folder, user, group)
        return Mount(source=str(folder), target=target, writable=True)


@contextmanager
def composed(folder: Path, net: Network, images: Mapping[str, Image]) -> Iterator[Composition]:
    """Run all services, each after those that it depends on; `folder` is a prepared copy of compose/."""
    document = yaml.safe_load((folder / "compose.yaml").read_text())
    running = Composition(folder=folder, net=net, images=images, document=document)
    names = "".join(f"{net.address(name)} {name}\n" for name in net.hosts)
    (folder / "hosts").write_text(f"127.0.0.1 localhost\n{names}")
    try:
        for name in _ordered(document["services"]):
            running.begin(name)
        yield running
    finally:
        for child in reversed(running.children.values()):
            child.stop(_STOP)


def _ordered(services: Mapping[str, Mapping[str, Any]]) -> Sequence[str]:
    done: list[str] = []
    while len(done) < len(services):
        ready = [one for one in services if one not in done and not services[one].get("depends_on", {}).keys() - done]
        if not ready:
            raise ValueError("services wait for one another")
        done += ready
    return done
