"""Does what the Dockerfile says, without Docker: `python -m tests.image.building STAGE FOLDER...`, as root.

A stage made from an image of Python begins with this machine's files under an overlay and its interpreter in
/usr/local, where the image has it; a stage made from nothing begins with nothing. Commands run in a chroot. Everything
is mounted in a mount namespace of this process, and gone with it; what stays is FOLDER, the files of STAGE.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.image.dockerfile import ROOT, Stage, Step, ignored, stages

_PASSED = ("PIP_", "HTTP", "http", "NO_PROXY", "no_proxy", "SSL_", "REQUESTS_")  # how packages are fetched here
_ASIDE = Path("/mnt")  # what is mounted there is seen by this process and its children alone
_HOME = Path(sys.base_prefix)
_MOVED = sys.base_prefix != "/usr/local"  # the programs of Python's image are there
_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"


class Builder:
    """The stages that are built so far, each a folder."""

    def __init__(self, work: Path, outputs: Mapping[str, Path], pip_cache: Path) -> None:
        """Take an empty folder in memory, those of the results by stage, and one for what pip keeps between builds."""
        self._stages = stages()
        self._work = work
        self._outputs = outputs
        self._pip_cache = pip_cache
        self._made: dict[str, Path] = {}

    def build(self, name: str) -> Path:
        """Build a stage, after those that it takes from; return its folder."""
        if name not in self._made:
            stage = self._stages[name]
            folder = self._begin(stage)
            for step in stage.steps:
                self._do(step, stage, folder)
            self._made[name] = folder
        return self._made[name]

    def _begin(self, stage: Stage) -> Path:
        if stage.base == "scratch":
            self._outputs[stage.name].mkdir(parents=True)
            return self._outputs[stage.name]
        if stage.base not in self._stages:
            folder = self._laid("/", stage.name)
            _python(folder)
            return folder
        folder = self._laid(str(self.build(stage.base)), stage.name)
        stage.environment = {**self._stages[stage.base].environment, **stage.environment}
        return folder

    def _laid(self, lower: str, name: str) -> Path:
        """Lay an overlay over a folder, with what a chroot needs mounted in it, and the machine's own Python hidden."""
        folder, upper, work = (self._work / f"{name}{part}" for part in ("", ".upper", ".work"))
        for path in (folder, upper, work):
            path.mkdir()
        _mount("-t", "overlay", "-o", f"lowerdir={lower},upperdir={upper},workdir={work}", "overlay", folder)
        for part in ("proc", "dev"):
            _mount("--rbind", f"/{part}", folder / part)
        cache = folder / "root/.cache/pip"
        cache.mkdir(parents=True, exist_ok=True)
        self._pip_cache.mkdir(parents=True, exist_ok=True)
        _mount("--bind", self._pip_cache, cache)
        if _MOVED:
            # Its programs name a library in the folder they were built for; it must be found where the image has it.
            _mount("-t", "tmpfs", "tmpfs", folder / _HOME.relative_to("/"))
        return folder

    def _do(self, step: Step, stage: Stage, folder: Path) -> None:
        match step.name:
            case "WORKDIR":
                stage.environment["PWD"] = step.rest
                (folder / step.rest[1:]).mkdir(parents=True, exist_ok=True)
            case "COPY":
                self._copy(step, stage, folder)
            case "RUN":
                passed = {key: value for key, value in os.environ.items() if key.startswith(_PASSED)}
                environment = {"PATH": _PATH, "HOME": "/root", **passed, **stage.environment}
                command = f"cd {stage.environment.get('PWD', '/')} && {step.rest}"
                subprocess.run(["chroot", folder, "/bin/sh", "-c", command], env=environment, check=True)
            case other:
                raise ValueError(other)

    def _copy(self, step: Step, stage: Stage, folder: Path) -> None:
        *sources, target = step.rest.split()
        place = folder / (Path(stage.environment.get("PWD", "/")) / target).relative_to("/")
        origin = self.build(step.flags["from"]) if "from" in step.flags else None
        allowed, everywhere = ignored()
        for source in sources:
            if origin is None and source not in allowed:
                raise ValueError(f"{source} is not let in by .dockerignore")
            path = ROOT / source if origin is None else origin / source.lstrip("/")
            into = place / path.name if target.endswith("/") and not path.is_dir() else place
            into.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                left_out = shutil.ignore_patterns(*everywhere) if origin is None else None
                shutil.copytree(path, into, symlinks=True, ignore=left_out, dirs_exist_ok=True)
            else:
                shutil.copy2(path, into)
            if "chown" in step.flags:
                owner, group = (int(number) for number in step.flags["chown"].split(":"))
                os.chown(into, owner, group)


def _python(folder: Path) -> None:
    """Give /usr/local the interpreter that runs this, with pip and no other package."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if _MOVED:
        site = _HOME / "lib" / version / "site-packages"

        def unwanted(directory: str, names: list[str]) -> set[str]:
            inside = Path(directory) == site
            return {name for name in names if name == "__pycache__" or (inside and not name.startswith("pip"))}

        for name in ("bin", "lib", "include"):
            target = folder / "usr/local" / name
            shutil.copytree(_HOME / name, target, symlinks=True, ignore=unwanted, dirs_exist_ok=True)
    subprocess.run(["chroot", folder, "ldconfig"], env={"PATH": _PATH}, check=True)


def _mount(*words: str | Path) -> None:
    subprocess.run(["mount", *words], check=True)


def main() -> None:
    """Build stages; `unshare --mount` starts this, as Python has no word for it before 3.12."""
    words = sys.argv[1:]
    outputs = dict(zip(words[::2], map(Path, words[1::2]), strict=True))
    _mount("-t", "tmpfs", "tmpfs", _ASIDE)
    builder = Builder(_ASIDE, outputs, ROOT / "out/pip-cache")
    for stage in outputs:
        builder.build(stage)


if __name__ == "__main__":
    main()
