"""What every file of a linear model must be: what is none is refused with a reason, and what is shipped may be."""

import json
from collections.abc import Callable
from importlib.resources import files

import pytest

from extproc.config.definition_model_file import parse_definition_model
from extproc.config.faults import ConfigError
from extproc.config.injection_model_file import parse_injection_model

Parse = Callable[[bytes, str], object]
_FILES = [
    pytest.param("definitions-model.json", parse_definition_model, id="definitions"),
    pytest.param("injection-model.json", parse_injection_model, id="injection"),
]
_MOST_BYTES = 300_000
_PERMISSIVE = {"Apache-2.0", "MIT", "MIT / Apache-2.0"}


def _shipped(name: str) -> bytes:
    return (files("extproc.evidence") / name).read_bytes()


@pytest.mark.parametrize(("name", "parse"), _FILES)
def test_a_shipped_model_is_small_names_its_material_and_all_of_it_may_be_shipped(name: str, parse: Parse) -> None:
    shipped = _shipped(name)
    assert parse(shipped, name)
    assert len(shipped) <= _MOST_BYTES
    assert {one["license"] for one in json.loads(shipped)["trained_on"]} <= _PERMISSIVE


@pytest.mark.parametrize(("name", "parse"), _FILES)
@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"version": 2}, "version"),
        ({"weights": "eJwDAAAAAAE="}, "weights"),
        ({"weights": "***"}, ""),
        ({"scale": -1}, "scale"),
        ({"unknown": 1}, "unknown"),
        ({"classes": {}}, "classes"),
    ],
)
def test_a_file_that_is_none_is_refused_where_it_fails(
    name: str, parse: Parse, changed: dict[str, object], where: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(json.dumps({**json.loads(_shipped(name)), **changed}).encode(), name)
    assert [fault.where for fault in caught.value.faults] == [where]


@pytest.mark.parametrize(("name", "parse"), _FILES)
def test_what_is_not_json_is_refused(name: str, parse: Parse) -> None:
    with pytest.raises(ConfigError):
        parse(b"weights", name)
