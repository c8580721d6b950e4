"""The shipped model is read, and what is no model file is refused with a reason."""

import json
from importlib.resources import files

import pytest

from extproc.config.faults import ConfigError
from extproc.config.injection_model_file import load_injection_model, parse_injection_model

_SHIPPED = json.loads((files("extproc.evidence") / "injection-model.json").read_bytes())
_PERMISSIVE = {"Apache-2.0", "MIT"}


def _parsed(**changed: object) -> object:
    return parse_injection_model(json.dumps({**_SHIPPED, **changed}).encode(), "model.json")


def test_the_shipped_model_names_its_material_and_all_of_it_may_be_shipped() -> None:
    assert {one["license"] for one in _SHIPPED["trained_on"]} <= _PERMISSIVE


def test_the_shipped_model_is_small_and_has_words_in_many_languages() -> None:
    model = load_injection_model()
    assert len((files("extproc.evidence") / "injection-model.json").read_bytes()) <= 300_000
    assert model.classes["delete"] == model.classes["lösche"] == model.classes["删除"] == "DELETE"


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"version": 2}, "version"),
        ({"weights": "eJwDAAAAAAE="}, "weights"),
        ({"weights": "***"}, ""),
        ({"scale": -1}, "scale"),
        ({"unknown": 1}, "unknown"),
        ({"screen": {}}, "screen"),
    ],
)
def test_a_file_that_is_none_is_refused_where_it_fails(changed: dict[str, object], where: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _parsed(**changed)
    assert [fault.where for fault in caught.value.faults] == [where]


def test_what_is_not_json_is_refused() -> None:
    with pytest.raises(ConfigError):
        parse_injection_model(b"weights", "model.json")
