"""What the documentation says is true: its files are read, its commands run, its tests and links exist."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from extproc.config.detectors_file import failures, parse_detectors
from extproc.config.model import check
from extproc.config.policy_file import parse_policy
from extproc.config.settings_file import Config, load_config
from extproc.config.yaml import read_yaml
from extproc.detection import VALIDATORS
from extproc.engine.failmode import MAY_FAIL_OPEN
from extproc.stores.detector_cache import DetectorCache
from extproc.telemetry.metrics import Metrics

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("*/README.md"), *ROOT.glob("docs/**/*.md")])
_BLOCK = re.compile(r"^```(\S+)(?: (\S+))?\n(.*?)^```", re.DOTALL | re.MULTILINE)

# Commands that other tests run for real, or that only start what they start.
_RUN_ELSEWHERE = {
    "make run": "tests/e2e/test_up.py",
    "make demo": "tests/e2e/test_up.py",
    "make test": ".ci/run",
    "make test-deployment": ".ci/run",
    "make lint": ".ci/run",
    "make conformance": ".ci/run",
    "make setup": "Makefile",
    "make bench": "benchmarks/data_path.py",
    "make bench-quick": "benchmarks/data_path.py",
    "make fuzz": "tests/fuzz/test_parser.py",
}


def _blocks(language: str, kind: str | None = None) -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for found, label, text in _BLOCK.findall(page.read_text()):
            if found == language and (kind is None or label == kind):
                yield str(page.relative_to(ROOT)), text


def _commands() -> list[tuple[str, str]]:
    lines = ((page, line) for page, text in _blocks("console") for line in text.splitlines())
    return [(page, line.removeprefix("$ ").split("#")[0].strip()) for page, line in lines if line.startswith("$ ")]


@pytest.mark.parametrize(("page", "text"), list(_blocks("yaml", "policy")))
def test_every_policy_in_the_documentation_can_be_loaded(page: str, text: str) -> None:
    assert parse_policy(text.encode(), page).rules


@pytest.mark.parametrize(("page", "text"), list(_blocks("yaml", "detectors")))
def test_every_file_of_detectors_in_the_documentation_passes_its_tests(page: str, text: str) -> None:
    file = parse_detectors(text.encode(), page)
    assert file.examples
    assert failures(file, VALIDATORS, DetectorCache().engine) == []


@pytest.mark.parametrize(("page", "text"), list(_blocks("yaml", "detection")))
def test_every_part_about_detection_in_the_documentation_is_valid(page: str, text: str) -> None:
    source = read_yaml("policy: policy.yaml\n" + text, page)
    assert check(source, Config).detection.suppressions


def test_the_documented_configuration_is_the_whole_of_it_with_its_defaults() -> None:
    ((page, text),) = _blocks("yaml", "config")
    source = read_yaml(text, page)
    documented = check(source, Config)
    assert documented == Config.model_validate({"policy": "policy.yaml"})
    assert isinstance(source.document, dict)
    assert set(source.document) == set(Config.model_fields)


def test_every_metric_is_documented() -> None:
    text = (ROOT / "docs/configuration.md").read_text()
    names = {family.name for family in Metrics().registry.collect()}
    documented = {name.removesuffix("_total") for name in re.findall(r"`(extproc_\w+)`", text)}
    assert {name.removesuffix("_total") for name in names} == documented


def test_every_cause_of_failure_is_documented_as_it_is() -> None:
    rows = re.findall(r"^\| `(\w+)`[^|]*\|[^|]*\| (yes|no)", (ROOT / "docs/failure-modes.md").read_text(), re.MULTILINE)
    assert {name: answer == "yes" for name, answer in rows} == {c.value: may for c, may in MAY_FAIL_OPEN.items()}


def test_every_test_that_the_fail_modes_name_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs/failure-modes.md").read_text()))
    written = {
        name for path in ROOT.glob("tests/**/test_*.py") for name in re.findall(r"def (test_\w+)", path.read_text())
    }
    assert named - written == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text())
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


@pytest.mark.parametrize(("page", "command"), [(p, c) for p, c in _commands() if c.startswith("make ")])
def test_every_make_target_in_the_documentation_exists_and_is_run(page: str, command: str) -> None:
    target = " ".join(command.split()[:2])
    assert target in _RUN_ELSEWHERE, f"{page}: nothing runs {command}"
    assert re.search(rf"^{target.split()[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert (ROOT / _RUN_ELSEWHERE[target]).exists()


@pytest.mark.parametrize(("page", "command"), [(p, c) for p, c in _commands() if c.startswith("extproc ")])
def test_every_extproc_command_in_the_documentation_is_accepted(page: str, command: str, tmp_path: Path) -> None:
    ((_, policy), *_) = _blocks("yaml", "policy")
    (tmp_path / "policy.yaml").write_text(policy)
    (tmp_path / "extproc.yaml").write_text("policy: policy.yaml\n")
    words, _, source = command.partition("<")
    program, *rest = shlex.split(words)
    assert program == "extproc"
    if rest[0] in {"check", "version", "inspect"}:
        done = _run(rest, tmp_path, b"" if source else None)
        assert done.returncode == 0, f"{page}: {done.stderr.decode()}"
        return
    # The others need a running stack, and run in tests/e2e; here their words are compared with the help.
    names = [word for word in rest if not word.startswith("-")][: 2 if rest[0] in {"envoy", "holds", "policy"} else 1]
    shown = _run([*names, "--help"], tmp_path).stdout.decode()
    options = [word for word in rest if word.startswith("--")]
    assert [option for option in options if option not in shown] == []


def test_the_example_configuration_can_be_loaded_from_a_file(tmp_path: Path) -> None:
    ((_, text),) = _blocks("yaml", "config")
    (tmp_path / "c.yaml").write_text(text)
    assert load_config(tmp_path / "c.yaml", {}).settings().routes[0].name == "default"


def _run(words: list[str], directory: Path, source: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "extproc", *words]
    return subprocess.run(command, cwd=directory, input=source, capture_output=True, check=False)
