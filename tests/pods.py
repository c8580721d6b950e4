"""Runs a pod as a kubelet does, without a cluster: its containers in order, as processes in a network namespace.

Volumes become folders that are mounted where the containers want them, variables are put in for `$(NAME)`, sidecars are
waited for by their startup probes, and every container runs read-only, as its user, without rights. What a pod asks for
and nobody here knows is an error.
"""

import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from extproc.up.processes import Child, first_to_end
from tests.containers import REPOSITORY, Container, Mount, command, run
from tests.netns import Network

Files = Mapping[str, str]
_REFERENCE = re.compile(r"\$\$|\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)")
_KNOWN = frozenset(
    {
        *("name", "image", "imagePullPolicy", "command", "args", "env", "ports", "resources", "restartPolicy"),
        *("securityContext", "volumeMounts", "startupProbe", "readinessProbe", "livenessProbe"),
    }
)
_TIGHT = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "privileged": False,
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}
_PATIENCE = 60.0
_STOP = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """What an image brings: its variables and its files, or those of this machine in their place."""

    environment: Mapping[str, str]
    root: str = "/"
    mounts: Sequence[Mount] = ()


@dataclass(slots=True, kw_only=True)
class RunningPod:
    """A pod that runs. `folder` has a log for each container and a folder for each volume."""

    host: str
    net: Network
    folder: Path
    volumes: dict[str, Path] = field(default_factory=dict)
    sources: dict[str, Callable[[], Files]] = field(default_factory=dict)
    children: dict[str, Child] = field(default_factory=dict)
    _begun: dict[str, tuple[Mapping[str, Any], Image]] = field(default_factory=dict)

    def begin(self, container: Mapping[str, Any], image: Image) -> Child:
        """Start a container, and wait until it has started, or has ended where it is to."""
        name, told = container["name"], _container(container, self, image)
        log = self.folder / f"{name}.log"
        child = self.children[name] = Child.start(name, command(told), log=log, cwd=REPOSITORY)
        self._begun[name] = (container, image)
        if "startupProbe" in container:
            _await_start(container, told, self)
        elif child.process.wait(_PATIENCE) != 0:
            raise AssertionError(f"{name} failed:\n{self.log(name)}")
        return child

    def end(self) -> None:
        """Stop all containers, the last one first."""
        for child in reversed(self.children.values()):
            child.stop(_STOP)

    @contextmanager
    def without(self, name: str) -> Iterator[None]:
        """Kill a container, and start it again at the end, as the kubelet would at once."""
        child = self.children[name]
        os.kill(child.pid, signal.SIGKILL)
        child.process.wait(_STOP)
        yield
        self.begin(*self._begun[name])

    def log(self, container: str) -> str:
        """Return what a container wrote."""
        return (self.folder / f"{container}.log").read_text()

    def refresh(self) -> None:
        """Bring all volumes up to date, as the kubelet does some time after a ConfigMap has changed."""
        for volume, files in self.sources.items():
            _project(self.folder / "volumes" / volume, files())


@contextmanager
def pod(
    manifest: Mapping[str, Any],
    *,
    host: str,
    net: Network,
    folder: Path,
    maps: Callable[[str], Files | None],
    images: Callable[[str], Image],
) -> Iterator[RunningPod]:
    """Run a pod at a host; `maps` gives the ConfigMaps of its namespace by name, `images` what images bring."""
    spec = manifest["spec"]
    running = RunningPod(host=host, net=net, folder=folder)
    for volume in spec.get("volumes", []):
        running.volumes[volume["name"]] = _volume(volume, running, maps)
    try:
        for container in (*spec.get("initContainers", []), *spec["containers"]):
            running.begin(container, images(container["image"]))
        yield running
    finally:
        running.end()


def expanded(text: str, variables: Mapping[str, str]) -> str:
    """Put variables in for `$(NAME)`; what is not known stays as it is, and `$$` is one `$`."""
    return _REFERENCE.sub(lambda found: "$" if found[1] is None else variables.get(found[1], found[0]), text)


def _container(container: Mapping[str, Any], running: RunningPod, image: Image) -> Container:
    name = container["name"]
    if left := container.keys() - _KNOWN:
        raise ValueError(f"{name}: nobody here knows {sorted(left)}")
    security = dict(container["securityContext"])
    user, group = security.pop("runAsUser"), security.pop("runAsGroup")
    if security != _TIGHT:
        raise ValueError(f"{name}: not the rights that are given here: {security}")
    variables: dict[str, str] = {}
    for one in container.get("env", []):
        if one.keys() != {"name", "value"}:
            raise ValueError(f"{name}: nobody here knows {one}")
        variables[one["name"]] = expanded(one["value"], variables)
    mounts = [
        Mount(
            source=str(running.volumes[one["name"]]), target=one["mountPath"], writable=not one.get("readOnly", False)
        )
        for one in sorted(container.get("volumeMounts", []), key=lambda one: str(one["mountPath"]))
    ]
    return Container(
        root=image.root,
        words=[expanded(word, variables) for word in (*container["command"], *container.get("args", []))],
        environment={**image.environment, **variables},
        mounts=[*image.mounts, *mounts],
        user=user,
        group=group,
        namespace=running.net.name(running.host),
    )


def _await_start(container: Mapping[str, Any], told: Container, running: RunningPod) -> None:
    """Ask the startup probe, at the pod's address and from within, so that what is let in does not matter."""
    name, address = container["name"], running.net.address(running.host)
    match container.get("startupProbe"):
        case {"grpc": {"port": int(port)}}:
            asked = ["grpc", address, str(port), str(_PATIENCE)]
        case {"httpGet": {"path": str(path), "port": int(port)}}:
            asked = ["http", address, str(port), str(_PATIENCE), path]
        case {"exec": {"command": [*words]}}:
            _await_success(replace(told, words=words))
            return
        case other:
            raise ValueError(f"{name}: no startup probe that is known here: {other}")
    words = running.net.within(running.host, [sys.executable, "-m", "tests.probing", *asked])
    prober = Child.start("prober", words, log=running.folder / f"{name}.probe", cwd=REPOSITORY)
    ended = first_to_end([running.children[name], prober], _PATIENCE + _STOP)
    prober.stop(_STOP)
    if ended is not prober or prober.process.returncode != 0:
        raise AssertionError(f"{name} did not start: {prober.tail()}\n{running.log(name)}")


def _await_success(told: Container) -> None:
    end = time.monotonic() + _PATIENCE
    while (done := run(told)).returncode != 0:
        if time.monotonic() > end:
            raise AssertionError(f"not started: {done.stderr}")


def _volume(volume: Mapping[str, Any], running: RunningPod, maps: Callable[[str], Files | None]) -> Path:
    folder: Path = running.folder / "volumes" / volume["name"]
    folder.mkdir(parents=True)
    match volume:
        case {"emptyDir": _}:
            folder.chmod(0o777)
        case {"projected": {"sources": sources}}:
            running.sources[volume["name"]] = lambda: _projected(sources, maps)
            _project(folder, _projected(sources, maps))
        case {"configMap": {"name": _}}:
            sources = [{"configMap": volume["configMap"]}]
            running.sources[volume["name"]] = lambda: _projected(sources, maps)
            _project(folder, _projected(sources, maps))
        case _:
            raise ValueError(f"nobody here knows the volume {volume}")
    return folder


def _projected(sources: Sequence[Mapping[str, Any]], maps: Callable[[str], Files | None]) -> Files:
    found: dict[str, str] = {}
    for source in sources:
        wanted = source["configMap"]
        there = maps(wanted["name"])
        optional = wanted.get("optional", False)
        if there is None and not optional:
            raise ValueError(f"there is no ConfigMap {wanted['name']}")
        items = wanted.get("items") or [{"key": key, "path": key} for key in there or {}]
        for item in items:
            if there is not None and item["key"] in there:
                found[item["path"]] = there[item["key"]]
            elif not optional:
                raise ValueError(f"{wanted['name']} has no {item['key']}")
    return found


def _project(folder: Path, files: Files) -> None:
    """Write files as the kubelet does: into a folder of their own, to which one link is moved at the end."""
    number = sum(1 for path in folder.iterdir() if path.name.startswith("..version"))
    version = folder / f"..version{number}"
    version.mkdir()
    for name, text in files.items():
        (version / name).write_text(text)
    link = folder / "..next"
    link.symlink_to(version.name)
    link.replace(folder / "..data")
    for name in files:
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(f"..data/{name}")
    for path in folder.iterdir():
        if path.is_symlink() and not path.name.startswith("..") and path.name not in files:
            path.unlink()
