"""Runs a program as a container runtime would: a root that is read-only, mounts, a user without rights, no privileges.

`command(...)` gives the words to start; the process that begins with them becomes the program and keeps its id.
Needs root and overlayfs; whoever cannot have them skips.
"""

import ctypes
import dataclasses
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
USER = 65532
_ASIDE = "/mnt"  # what is mounted there is seen by one process alone
_DEATH_SIGNAL, _DROP_FROM_BOUNDING_SET, _NO_NEW_PRIVILEGES = 1, 24, 38  # prctl(2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """A file or folder of the host at a place inside; without a source, a folder in memory that is the user's own."""

    target: str
    source: str | None = None
    writable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """What a runtime is told; `root` is the image, `namespace` a network namespace by name."""

    root: str
    words: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    mounts: Sequence[Mount] = ()
    directory: str = "/"
    user: int = USER
    group: int = USER
    namespace: str | None = None


@cache
def refusal() -> str | None:
    """Return why no container can be run here; None when one can."""
    if os.geteuid() != 0:
        return "containers need root"
    with tempfile.TemporaryDirectory() as folder:
        script = f"mount -t tmpfs tmpfs {folder} && cd {folder} && mkdir u w m && "
        script += "mount -t overlay overlay -o lowerdir=/,upperdir=u,workdir=w m"
        done = subprocess.run(["unshare", "--mount", "sh", "-c", script], capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else f"no overlay in a mount namespace: {done.stderr.strip()}"


def command(container: Container) -> list[str]:
    """Return the words that start a container."""
    told = json.dumps(dataclasses.asdict(container))
    within = ["ip", "netns", "exec", container.namespace] if container.namespace else []
    return [*within, "unshare", "--mount", sys.executable, "-m", "tests.containers", told]


def run(container: Container, *, seconds: float = 60) -> subprocess.CompletedProcess[str]:
    """Run a container to its end."""
    return subprocess.run(
        command(container), capture_output=True, text=True, timeout=seconds, check=False, cwd=REPOSITORY
    )


def _enter(told: Mapping[str, object], root: str, mounts: Sequence[Mapping[str, object]]) -> None:
    """Lay the mounts over the root, make it read-only and change into it."""
    _mount("-t", "tmpfs", "tmpfs", _ASIDE)
    place = Path(_ASIDE, "root")
    place.mkdir(mode=0o755)
    _overlay(root, place, "root")
    for name in ("proc", "dev"):
        (place / name).mkdir(exist_ok=True)
        _mount("--rbind", f"/{name}", place / name)
    ready: list[tuple[Path, bool]] = []
    for mount in mounts:
        target = place / str(mount["target"]).lstrip("/")
        source = mount["source"]
        if source is None:
            target.mkdir(parents=True, exist_ok=True)
            _mount("-t", "tmpfs", "-o", f"mode=0700,uid={told['user']},gid={told['group']}", "tmpfs", target)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if Path(str(source)).is_dir():
            target.mkdir(exist_ok=True)
        else:
            target.touch()
        ready.append((target, bool(mount["writable"])))
        _mount("--bind", str(source), target)
    if root == "/":
        _show(place)
    _mount("-o", "remount,ro", place)
    for target, writable in ready:
        if not writable:
            _mount("-o", "remount,bind,ro", target)
    os.chroot(place)
    os.chdir(str(told["directory"]))


def _show(place: Path) -> None:
    """Let every user read what runs the tests, which may stand in folders that root keeps for itself."""
    for number, path in enumerate(sorted({REPOSITORY, Path(sys.prefix), Path(sys.base_prefix)})):
        inside = place / path.relative_to("/")
        inside.mkdir(parents=True, exist_ok=True)
        # Of its own even where it is there already: a volume may lie over it, and a file system of its own is left out.
        _overlay(str(path), inside, f"shown{number}")
        inside.chmod(0o755)
        for parent in inside.relative_to(place).parents[:-1]:
            (place / parent).chmod((place / parent).stat().st_mode | 0o011)


def _overlay(lower: str, place: Path, name: str) -> None:
    """Mount an overlay; what is changed in it is in memory."""
    upper, work = (Path(_ASIDE, f"{name}.{part}") for part in ("upper", "work"))
    for path in (upper, work):
        path.mkdir(mode=0o755)
    _mount("-t", "overlay", "-o", f"lowerdir={lower},upperdir={upper},workdir={work}", "overlay", place)


def _become(user: int, group: int) -> None:
    """Give up every right, for good."""
    library, capability = ctypes.CDLL(None), 0
    while library.prctl(_DROP_FROM_BOUNDING_SET, capability, 0, 0, 0) == 0:
        capability += 1
    for descriptor in (0, 1, 2):  # so that /dev/stdout can be opened by its name
        os.fchown(descriptor, user, group)
    os.setgroups([])
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)
    if library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        raise OSError("no_new_privs was refused")
    library.prctl(_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)  # a change of the user takes away what the launcher had set


def _mount(*words: str | Path) -> None:
    subprocess.run(["mount", *words], check=True)


def main() -> None:
    """Become the program that the first argument tells of."""
    told = json.loads(sys.argv[1])
    _enter(told, told["root"], told["mounts"])
    _become(told["user"], told["group"])
    words, environment = told["words"], told["environment"]
    # As a runtime does: a name without a slash is looked for in the PATH of the container.
    os.execvpe(words[0], words, environment)  # noqa: S606 - that is what this is for


if __name__ == "__main__":
    main()
