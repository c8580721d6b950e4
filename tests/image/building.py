"""Does what the Dockerfile says, without Docker: `python -m tests.image.building STAGE FOLDER`, as root.

A stage made from an image of Python begins with this machine's files under an overlay and its interpreter in
/usr/local, where the image has it; a stage made from nothing begins with nothing. Commands run in a chroot. Everything
is mounted in a mount namespace of this process, and gone with it; what stays is FOLDER, the files of STAGE.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.image.dockerfile import ROOT, Stage, Step, ignored, stages

_PASSED = ("PIP_", "HTTP", "http", "NO_PROXY", "no_proxy", "SSL_", "REQUESTS_")  # how packages are fetched here
_ASIDE = Path("/mnt")  # what is mounted there is seen by this process and its children alone
_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"


class Builder:
    """The stages that are built so far, each a folder."""

    def __init__(self, work: Path, output: Path, pip_cache: Path) -> None:
        """Take an empty folder in memory, the folder of the result, and one for what pip keeps between builds."""
        self._stages = stages()
        self._work = work
        self._output = output
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
            self._output.mkdir(parents=True)
            return self._output
        if stage.base in self._stages:
            return self.build(stage.base)  # no other stage is made from it here, so it needs no copy
        folder = self._work / stage.name
        parts = [self._work / f"{stage.name}.{part}" for part in ("upper", "work")]
        for path in (folder, *parts):
            path.mkdir()
        _mount("-t", "overlay", "-o", f"lowerdir=/,upperdir={parts[0]},workdir={parts[1]}", "overlay", folder)
        for name in ("proc", "dev"):
            _mount("--rbind", f"/{name}", folder / name)
        _python(folder)
        cache = folder / "root/.cache/pip"
        cache.mkdir(parents=True, exist_ok=True)
        self._pip_cache.mkdir(parents=True, exist_ok=True)
        _mount("--bind", self._pip_cache, cache)
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
    home = Path(sys.base_prefix)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    local = folder / "usr/local"
    if home != Path("/usr/local"):
        site = home / "lib" / version / "site-packages"

        def unwanted(directory: str, names: list[str]) -> set[str]:
            inside = Path(directory) == site
            return {name for name in names if name == "__pycache__" or (inside and not name.startswith("pip"))}

        for name in ("bin", "lib", "include"):
            shutil.copytree(home / name, local / name, symlinks=True, ignore=unwanted, dirs_exist_ok=True)
        # The programs name a library in the folder they were built for; here it must be found where the image has it.
        _mount("-t", "tmpfs", "tmpfs", folder / home.relative_to("/"))
    subprocess.run(["chroot", folder, "ldconfig"], env={"PATH": _PATH}, check=True)


def _mount(*words: str | Path) -> None:
    subprocess.run(["mount", *words], check=True)


def main() -> None:
    """Build one stage; `unshare --mount` starts this, as Python has no word for it before 3.12."""
    stage, output = sys.argv[1], Path(sys.argv[2])
    _mount("-t", "tmpfs", "tmpfs", _ASIDE)
    Builder(_ASIDE, output, ROOT / "out/pip-cache").build(stage)


if __name__ == "__main__":
    main()
