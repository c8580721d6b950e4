"""What docs/kubernetes.md shows is true: its configuration, its objects, its options, its metrics."""

import re
from pathlib import Path

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml
from typer.testing import CliRunner

from extproc.cli.main import app
from extproc.config.faults import ConfigError
from extproc.config.model import check
from extproc.config.vocabulary import NOTHING_INSTALLED
from extproc.config.yaml import read_yaml
from extproc.kubernetes import names
from extproc.kubernetes.documents import Caps, checked
from extproc.kubernetes.settings import InjectorConfig, SelfSigned
from extproc.kubernetes.telemetry import CollectorMetrics, InjectorMetrics
from tests.kubernetes.policies import floor

PAGE = (Path(__file__).parents[2] / "docs/kubernetes.md").read_text()
_BLOCK = re.compile(r"^```yaml (\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def blocks(kind: str) -> list[str]:
    return [text for label, text in _BLOCK.findall(PAGE) if label == kind]


def test_the_documented_configuration_is_the_whole_of_it_with_its_defaults() -> None:
    [text] = blocks("injector")
    source = read_yaml(text, "docs")
    documented = check(source, InjectorConfig)
    assert isinstance(source.document, dict)
    assert set(source.document) == set(InjectorConfig.model_fields)
    certificates = source.document["certificates"]
    assert isinstance(certificates, dict)
    assert set(certificates) == set(SelfSigned.model_fields)
    for config, fields in (
        (documented, InjectorConfig.model_fields),
        (documented.certificates, SelfSigned.model_fields),
    ):
        for name, field in fields.items():
            if not field.is_required() and name != "namespaces":
                assert getattr(config, name) == field.default, name


@pytest.mark.parametrize("version", ["1.30", "1.33", "1.37"])
def test_every_object_is_valid(version: str) -> None:
    documents = [one for text in blocks("objects") for one in yaml.safe_load_all(text)]
    assert len(documents) == 5
    for one in documents:
        kubernetes_validate.validate(one, version, strict=True)


def test_the_policy_of_the_team_would_be_taken() -> None:
    [config_map] = [one for text in blocks("objects") for one in yaml.safe_load_all(text) if one["kind"] == "ConfigMap"]
    bound = checked("payments", [config_map], floor(), Caps(), NOTHING_INSTALLED)
    assert bound.file.layer.rules[0].id == "payments.no-refunds-by-agents"
    with pytest.raises(ConfigError):
        checked("search", [config_map], floor(), Caps(), NOTHING_INSTALLED)


def test_every_metric_is_documented() -> None:
    registries = (InjectorMetrics().registry, CollectorMetrics().registry)
    there = {family.name for registry in registries for family in registry.collect()}
    documented = {name.removesuffix("_total") for name in re.findall(r"`(extproc_\w+)`", PAGE)}
    assert there == documented


def test_every_option_and_label_is_documented() -> None:
    shown = CliRunner().invoke(app, ["kubernetes", "policies", "--help"]).stdout
    options = set(re.findall(r"(--[a-z-]+)", shown)) - {"--help"}
    assert options - set(re.findall(r"(--[a-z-]+)", PAGE)) == set()
    used = {value for value in vars(names).values() if isinstance(value, str) and value.startswith(names.PREFIX)}
    assert used - {names.PREFIX} - set(re.findall(r"`(mcp-extproc\.io/\w+)[`:=]", PAGE)) == set()
