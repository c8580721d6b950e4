"""From a document to a checked model: every fault of the model finds its place in the text."""

from typing import Annotated

import pytest
from pydantic import Field

from extproc.config.faults import ConfigError
from extproc.config.model import Strict, check
from extproc.config.yaml import read_yaml


class Inner(Strict):
    size: Annotated[int, Field(ge=1)] = 1


class Outer(Strict):
    name: str
    parts: Annotated[list[Inner], Field(default_factory=list)]


def test_an_empty_document_has_the_defaults_and_misses_what_has_none() -> None:
    with pytest.raises(ConfigError) as caught:
        check(read_yaml("", "f"), Outer)
    assert str(caught.value) == "f:1:1: name: this setting is missing"


def test_faults_come_in_the_order_of_the_text() -> None:
    with pytest.raises(ConfigError) as caught:
        check(read_yaml("parts:\n- {size: 0}\n- {sise: 1}\nname: 7\n", "f"), Outer)
    assert [str(fault).split(": ")[0] for fault in caught.value.faults] == ["f:2:10", "f:3:10", "f:4:7"]


def test_a_document_that_fits_becomes_the_model() -> None:
    assert check(read_yaml("{name: a, parts: [{size: 2}]}", "f"), Outer).parts[0].size == 2


def test_no_fault_quotes_what_stands_in_the_text() -> None:
    with pytest.raises(ConfigError) as caught:
        check(read_yaml("{name: 7, parts: secret}", "f"), Outer)
    assert "secret" not in str(caught.value)
