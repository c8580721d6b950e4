"""The template: what it must have, and what changes its digest."""

from pathlib import Path

import pytest

from extproc.config.faults import ConfigError
from extproc.kubernetes.template import parse_template, read_template
from tests.kubernetes.samples import OURS, TEMPLATE_TEXT, VOLUMES, template


def test_a_template_tells_its_names_and_ports() -> None:
    found = template()
    assert found.names == {*OURS}
    assert found.volume_names == {*VOLUMES}
    assert found.ports == {8080, 8081, 9464, 9465}
    assert found.port_names == {"mcp", "mcp-admin", "mcp-metrics", "mcp-health"}


def test_the_digest_is_that_of_the_content_and_not_of_how_it_is_written() -> None:
    one = template().digest
    assert parse_template(f"# another\n{TEMPLATE_TEXT}".encode(), "t").digest == one
    assert parse_template(TEMPLATE_TEXT.replace("1.2.3", "1.2.4").encode(), "t").digest != one


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("name: mcp-extproc-envoy", "name: mcp-extproc", "a name of its own"),
        ("name: mcp-extproc-run, emptyDir", "name: mcp-extproc-config, emptyDir", "a name of its own"),
        ("    image: registry.test/envoy:latest\n", "", "has no image"),
        ("name: MCP_EXTPROC_PATH", "name: OTHER", "no container has MCP_EXTPROC_PATH"),
        ("labels: {", "labels: {mcp-extproc.io/injected: 'no', ", "for the injector to set"),
        ("labels:", "label:", "unknown setting"),
        ("initContainers:", "containers:", "unknown setting"),
        ('scrape: "true"', "scrape: true", "valid string"),
    ],
)
def test_a_template_that_cannot_be_meant_is_a_fault(old: str, new: str, words: str) -> None:
    assert old in TEMPLATE_TEXT
    with pytest.raises(ConfigError) as error:
        parse_template(TEMPLATE_TEXT.replace(old, new).encode(), "template.yaml")
    assert words in str(error.value)


@pytest.mark.parametrize(("data", "words"), [(b"\xff", "not UTF-8"), (b"#" * 1_048_577, "1 MiB"), (b"", "missing")])
def test_a_file_that_is_no_template_is_a_fault(data: bytes, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        parse_template(data, "template.yaml")


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_template(tmp_path / "none.yaml")
