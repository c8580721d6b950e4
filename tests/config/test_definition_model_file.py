"""The shipped model for definitions is read, and what is no model file is refused with a reason."""

import json
from importlib.resources import files

import pytest

from extproc.config.definition_model_file import load_definition_model, parse_definition_model
from extproc.config.faults import ConfigError

_SHIPPED = json.loads((files("extproc.evidence") / "definitions-model.json").read_bytes())
_PERMISSIVE = {"Apache-2.0", "MIT", "MIT / Apache-2.0"}


def _parsed(**changed: object) -> object:
    return parse_definition_model(json.dumps({**_SHIPPED, **changed}).encode(), "model.json")


def test_the_shipped_model_names_its_material_and_all_of_it_may_be_shipped() -> None:
    assert {one["license"] for one in _SHIPPED["trained_on"]} <= _PERMISSIVE


def test_the_shipped_model_is_small_and_knows_concepts_in_many_languages() -> None:
    lexicon = load_definition_model().lexicon
    assert len((files("extproc.evidence") / "definitions-model.json").read_bytes()) <= 200_000
    assert all("secret" in lexicon.found(words) for words in (["password"], ["senha"], ["密", "码"]))


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"version": 2}, "version"),
        ({"weights": "eJwDAAAAAAE="}, "weights"),
        ({"weights": "***"}, ""),
        ({"worth": 0}, "worth"),
        ({"unknown": 1}, "unknown"),
        ({"concepts": {}}, "concepts"),
    ],
)
def test_a_file_that_is_none_is_refused_where_it_fails(changed: dict[str, object], where: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _parsed(**changed)
    assert [fault.where for fault in caught.value.faults] == [where]


def test_what_is_not_json_is_refused() -> None:
    with pytest.raises(ConfigError):
        parse_definition_model(b"weights", "model.json")
