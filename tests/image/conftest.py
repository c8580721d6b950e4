"""The image, built twice for all tests of it, at the same time; where it cannot be they are skipped and say why."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.containers import REPOSITORY, refusal
from tests.image.running import serving

OUTPUT = REPOSITORY / "out/image"
_WITHOUT_CACHE = pytest.StashKey[float]()


@pytest.fixture(scope="session")
def images(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Build the image twice, at the same time; return both roots."""
    if (why := refusal()) is not None:
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir(parents=True)
    first, second = OUTPUT / "first", OUTPUT / "second"
    with ThreadPoolExecutor() as pool:
        other = pool.submit(_build, second, ["demo", str(OUTPUT / "demo")])
        _build(first, [])
        # It takes a core for as long as compiling does, and the other build goes on meanwhile.
        with serving(first, tmp_path_factory.mktemp("cold"), {"XDG_CACHE_HOME": "/nowhere"}) as (_, seconds, _):
            request.config.stash[_WITHOUT_CACHE] = seconds
        other.result()
    return first, second


def _build(root: Path, more: list[str]) -> None:
    words = ["unshare", "--mount", sys.executable, "-m", "tests.image.building", "sidecar", str(root), *more]
    with root.with_suffix(".log").open("w") as log:
        done = subprocess.run(words, stdout=log, stderr=log, cwd=REPOSITORY, check=False)
    assert done.returncode == 0, root.with_suffix(".log").read_text()[-3000:]


@pytest.fixture(scope="session")
def seconds_without_cache(images: tuple[Path, Path], request: pytest.FixtureRequest) -> float:
    """Return how long it took to serve where no kept database was found."""
    assert images
    return request.config.stash[_WITHOUT_CACHE]


@pytest.fixture(scope="session")
def image(images: tuple[Path, Path]) -> Path:
    """Return one of them."""
    return images[0]


@pytest.fixture(scope="session")
def figures(images: tuple[Path, Path]) -> Iterator[dict[str, float]]:
    """Collect what is measured, for the documentation."""
    sizes = [path.stat().st_size for path in images[0].rglob("*") if path.is_file() and not path.is_symlink()]
    measured: dict[str, float] = {"megabytes": round(sum(sizes) / 1e6, 1), "files": len(sizes)}
    yield measured
    (OUTPUT / "figures.json").write_text(json.dumps(measured, indent=2) + "\n")
