"""Puts together the root of the image: the interpreter, an environment, the libraries they load, and nothing else.

Runs in the build stage on the standard library alone. What it writes depends on its input only: no time, no order.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_UNUSED: Final = ("site-packages", "test", "tests", "idlelib", "tkinter", "turtledemo", "lib2to3", "ensurepip")
_UNUSED_TOO: Final = ("__pycache__", "config-3*", "pydoc_data", "turtle.py", "_tkinter*", "_test*", "_ctypes_test*")
_SCRIPTS: Final = ("python", "extproc")
_CERTIFICATES: Final = Path("/etc/ssl/certs/ca-certificates.crt")
# OpenSSL asks for this one first; Debian leaves it away and has a folder of links instead.
_DEFAULT_CERTIFICATES: Final = Path("/usr/lib/ssl/cert.pem")
_COPIED: Final = (_CERTIFICATES, Path("/etc/ssl/openssl.cnf"), Path("/etc/os-release"), Path("/etc/ld.so.conf"))
_MERGED: Final = ("lib", "lib64")  # links into /usr on Debian, through which the loader is called
_USERS: Final = "root:x:0:0:root:/nonexistent:/nonexistent\nextproc:x:65532:65532:extproc:/nonexistent:/nonexistent\n"
_GROUPS: Final = "root:x:0:\nextproc:x:65532:\n"
_ELF: Final = b"\x7fELF"


def assemble(environment: Path, root: Path) -> None:
    """Make the tree at `root`, which may hold caches already."""
    root.mkdir(parents=True, exist_ok=True)
    _interpreter(root)
    _environment(environment, root)
    packages = _libraries(root)
    for path in (*_COPIED, *Path("/etc/ld.so.conf.d").iterdir()):
        _bring(path, root)
    _write(root / "etc/passwd", _USERS)
    _write(root / "etc/group", _GROUPS)
    link = _inside(root, _DEFAULT_CERTIFICATES)
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(_CERTIFICATES)
    (root / "tmp").mkdir()
    _describe(packages | {"ca-certificates"}, root)
    subprocess.run(["ldconfig", "-r", root], check=True)
    shutil.rmtree(root / "var/cache/ldconfig", ignore_errors=True)
    _compile(root, environment)
    _normalise(root)


def _interpreter(root: Path) -> None:
    """Copy the interpreter, its shared library and its modules, but for those that no service needs."""
    home, version = Path(sys.base_prefix), f"python{sys.version_info.major}.{sys.version_info.minor}"
    program = home / "bin" / version
    for path in (program, home / "bin/python3", home / "bin/python", *sorted((home / "lib").glob("libpython3*.so*"))):
        _bring(path, root)
    ignored = shutil.ignore_patterns(*_UNUSED, *_UNUSED_TOO)
    modules = home / "lib" / version
    shutil.copytree(modules, _inside(root, modules), symlinks=True, ignore=ignored)


def _environment(environment: Path, root: Path) -> None:
    """Copy the virtual environment with the two programs that are used."""
    target = _inside(root, environment)
    shutil.copytree(environment, target, symlinks=True, ignore=shutil.ignore_patterns("__pycache__", "include"))
    for path in (target / "bin").iterdir():
        if not path.name.startswith(_SCRIPTS):
            path.unlink()


def _libraries(root: Path) -> set[str]:
    """Copy every library that something in the tree is linked with; return the packages they are from."""
    wanted: set[Path] = set()
    for path in sorted(root.rglob("*")):
        if path.is_symlink() or not path.is_file() or not _is_elf(path):
            continue
        original = Path("/") / path.relative_to(root)
        shown = subprocess.run(["ldd", original], capture_output=True, text=True, check=False).stdout
        if "not found" in shown:
            raise SystemExit(f"{original} needs what is not there:\n{shown}")
        wanted |= {Path(word) for line in shown.splitlines() for word in line.split() if word.startswith("/")}
    outside = {path for path in wanted if not _inside(root, path).exists()}
    for name in _MERGED:
        if Path("/", name).is_symlink():
            (root / name).symlink_to(Path("/", name).readlink())
    return {_package(real) for path in sorted(outside) for real in _bring(path, root)}


def _bring(path: Path, root: Path) -> list[Path]:
    """Copy a file with the links that lead to it; return the file itself."""
    place = path.parent.resolve() / path.name
    target = _inside(root, place)
    target.parent.mkdir(parents=True, exist_ok=True)
    if place.is_symlink():
        if not target.is_symlink():
            target.symlink_to(place.readlink())
        return _bring(place.parent / place.readlink(), root)
    shutil.copyfile(place, target)
    shutil.copymode(place, target)
    return [place]


def _package(path: Path) -> str:
    """Return the Debian package that a file is from; dpkg may know it by its name before /usr was merged."""
    names = [str(path), str(path).removeprefix("/usr")]
    for name in names:
        found = subprocess.run(["dpkg-query", "--search", name], capture_output=True, text=True, check=False)
        if found.returncode == 0:
            return found.stdout.split(":")[0]
    raise SystemExit(f"no package has {path}")


def _describe(packages: Iterable[str], root: Path) -> None:
    """Say which packages the tree has parts of, where scanners look for it, and under which licences."""
    for package in sorted(packages):
        status = subprocess.run(["dpkg-query", "--status", package], capture_output=True, text=True, check=True)
        _write(root / "var/lib/dpkg/status.d" / package, status.stdout)
        _write(
            root / f"usr/share/doc/{package}/copyright", Path("/usr/share/doc", package, "copyright").read_text("utf-8")
        )


def _compile(root: Path, environment: Path) -> None:
    """Write bytecode that is never compared with its source: the tree is read-only, and times mean nothing."""
    library = Path(sys.base_prefix) / "lib"
    subprocess.run(
        [
            *(sys.executable, "-m", "compileall", "-q", "-s", root, "-p", "/", "--invalidation-mode", "unchecked-hash"),
            *(_inside(root, library), _inside(root, environment) / "lib"),
        ],
        env={**os.environ, "PYTHONHASHSEED": "0"},
        check=True,
    )


def _normalise(root: Path) -> None:
    """Give every file the mode and the time that do not depend on who built it when."""
    moment = int(os.environ["SOURCE_DATE_EPOCH"])
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)
    (root / "tmp").chmod(0o1777)
    for path in (*root.rglob("*"), root):
        os.utime(path, (moment, moment), follow_symlinks=False)


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_ELF)) == _ELF


def _inside(root: Path, path: Path) -> Path:
    return root / path.relative_to("/")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--environment", type=Path, required=True, help="the virtual environment")
    parser.add_argument("--root", type=Path, required=True, help="where the tree goes")
    given = parser.parse_args()
    assemble(given.environment, given.root)
