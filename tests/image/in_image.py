"""What is in the image and what it does, as built twice from the Dockerfile: `make test-image`.

No Docker is needed: `building.py` builds it, `tests/containers.py` runs it. Figures go to `out/image/figures.json`.
"""

import hashlib
import json
import stat
import time
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from extproc.up.processes import Child
from tests.containers import REPOSITORY, USER, Container, Mount, command
from tests.image.dockerfile import stages
from tests.image.locks import lock
from tests.image.running import configured, entry, run, serving

pytestmark = pytest.mark.timeout(600)
SITE = "opt/mcp-extproc/lib/python3.11/site-packages"
_UNCHECKED = 1  # PEP 552: by hash, and never compared with it
_SEEN = """
import os, ssl
print(os.getuid(), os.getgid(), os.getgroups(), ssl.create_default_context().cert_store_stats()["x509_ca"] > 50)
print(*[line.split()[1] for line in open("/proc/self/status") if line.startswith(("CapEff", "CapBnd", "NoNewPrivs"))])
for folder in ("/", "/opt", "/tmp", "/var/cache/mcp-extproc", "/run/mcp-extproc", "/etc"):
    try:
        open(folder + "/x", "w")
    except OSError as error:
        print(folder, error.errno)
"""


def test_two_builds_are_the_same_to_the_byte(images: tuple[Path, Path]) -> None:
    first, second = (_manifest(root) for root in images)
    assert {name for name in first.keys() | second.keys() if first.get(name) != second.get(name)} == set()
    assert len(first) > 1000


def _manifest(root: Path) -> dict[str, tuple[object, ...]]:
    """Tell all of every file; the two folders that COPY makes have the time of the build, which buildx rewrites."""
    made = {"run", "run/mcp-extproc", "var/lib", "var/lib/mcp-extproc"}
    found: dict[str, tuple[object, ...]] = {}
    for path in root.rglob("*"):
        name, facts = str(path.relative_to(root)), path.lstat()
        moment = None if name in made else int(facts.st_mtime)
        content = str(path.readlink()) if path.is_symlink() else None
        if path.is_file() and not path.is_symlink():
            content = hashlib.sha256(path.read_bytes()).hexdigest()
        found[name] = (facts.st_mode, facts.st_uid, facts.st_gid, moment, content)
    return found


def test_there_is_no_shell_no_installer_and_nothing_that_gives_rights(image: Path) -> None:
    programs = {path.name for folder in ("opt/mcp-extproc/bin", "usr/local/bin") for path in (image / folder).iterdir()}
    assert programs == {"extproc", "python", "python3", "python3.11"}
    assert [name for name in ("bin", "sbin", "usr/bin", "usr/sbin") if (image / name).exists()] == []
    modules = {path.name for path in (image / SITE).iterdir()}
    assert modules & {"pip", "setuptools", "wheel", "hatchling", "pytest"} == set()
    modes = {path: path.lstat().st_mode for path in image.rglob("*") if not path.is_symlink()}
    assert [path for path, mode in modes.items() if mode & (stat.S_ISUID | stat.S_ISGID)] == []
    assert [path for path, mode in modes.items() if mode & 0o022] == [image / "tmp"]


def test_what_is_installed_is_the_lock_and_the_package(image: Path) -> None:
    found = {canonicalize_name(path.name.split("-")[0]) for path in (image / SITE).glob("*.dist-info")}
    assert found == {name for name, one in lock("image.txt").items() if one.here} | {"mcp-extproc"}


def test_the_bill_of_materials_has_every_package_with_its_hashes() -> None:
    found = json.loads((REPOSITORY / "out/sbom.json").read_text())["components"]
    assert {canonicalize_name(one["name"]): one["version"] for one in found} == {
        name: one.version for name, one in lock("image.txt").items()
    }
    assert all(reference["hashes"] for one in found for reference in one["externalReferences"])


def test_bytecode_is_there_and_never_compared_with_its_source(image: Path) -> None:
    sources = list((image / "opt/mcp-extproc/lib").rglob("*.py"))
    compiled = [path.parent / "__pycache__" / f"{path.stem}.cpython-311.pyc" for path in sources]
    heads = [path.read_bytes()[4:8] for path in compiled]
    assert set(heads) == {_UNCHECKED.to_bytes(4, "little")}


def test_scanners_find_which_packages_parts_are_from(image: Path) -> None:
    described = {path.name: path.read_text() for path in (image / "var/lib/dpkg/status.d").iterdir()}
    assert {"libc6", "libssl3", "libstdc++6", "ca-certificates"} <= described.keys()
    assert all(f"Package: {name}\n" in text and "\nVersion: " in text for name, text in described.items())
    assert all((image / "usr/share/doc" / name / "copyright").is_file() for name in described)


def test_the_process_has_no_rights_and_can_write_nowhere(image: Path) -> None:
    done = run(image, ["/opt/mcp-extproc/bin/python", "-c", _SEEN])
    assert done.stdout.splitlines() == [
        f"{USER} {USER} [] True",
        "0000000000000000 0000000000000000 1",
        *(f"{folder} 30" for folder in ("/", "/opt", "/tmp", "/var/cache/mcp-extproc", "/run/mcp-extproc", "/etc")),
    ]
    assert "No such file" in run(image, ["/bin/sh", "-c", "true"]).stderr


def test_the_entry_point_answers(image: Path, figures: dict[str, float], tmp_path: Path) -> None:
    begun = time.monotonic()
    assert run(image, [*entry(), "version"]).stdout.startswith("mcp-extproc ")
    figures["version_seconds"] = round(time.monotonic() - begun, 2)
    mounts = [Mount(source=str(configured(tmp_path, 1)), target="/etc/mcp-extproc")]
    begun = time.monotonic()
    done = run(image, [*entry(), "check", "/etc/mcp-extproc/extproc.yaml", "/etc/mcp-extproc/policy.yaml"], mounts)
    assert (done.returncode, done.stdout) == (0, "2 files ok\n"), done.stderr
    figures["check_seconds"] = round(time.monotonic() - begun, 2)


def test_it_serves_soon_is_healthy_and_ends_when_it_is_told(
    image: Path, figures: dict[str, float], tmp_path: Path
) -> None:
    with serving(image, tmp_path, {}) as (child, seconds, mounts):
        figures["start_seconds"] = seconds
        status = Path(f"/proc/{child.pid}/status").read_text()
        figures["resident_megabytes"] = round(int(status.split("VmRSS:")[1].split()[0]) / 1000)
        health = json.loads(stages()["sidecar"].notes["HEALTHCHECK"].partition("CMD ")[2])
        done = run(image, health, mounts)
        assert (done.returncode, done.stdout) == (0, "serving\n")
        child.stop(10)
        assert child.process.returncode == 0
        assert run(image, health, mounts).returncode == 1


def test_the_demo_server_serves_from_an_image_of_its_own(image: Path, tmp_path: Path) -> None:
    root, stage = image.with_name("demo"), stages()["demo"]
    assert not (image / SITE / "mcp").exists()
    assert (root / SITE / "mcp").exists()
    words = [*stage.words("ENTRYPOINT"), "--port", "0"]
    told = Container(root=str(root), words=words, environment=stage.environment)
    child = Child.start("demo", command(told), log=tmp_path / "log", cwd=REPOSITORY)
    try:
        child.until(lambda: "listening on http://127.0.0.1:" in child.tail(), 60)
    finally:
        child.stop(10)


def test_where_no_kept_database_fits_it_compiles_and_serves_all_the_same(
    figures: dict[str, float], seconds_without_cache: float
) -> None:
    figures["start_seconds_without_cache"] = seconds_without_cache
    assert seconds_without_cache > figures["start_seconds"]
