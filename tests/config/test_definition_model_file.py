"""The shipped model for definitions is read, with what it has beside weights."""

import json
from importlib.resources import files

import pytest

from extproc.config.definition_model_file import load_definition_model, parse_definition_model
from extproc.config.faults import ConfigError

_SHIPPED = json.loads((files("extproc.evidence") / "definitions-model.json").read_bytes())


def test_the_shipped_model_knows_concepts_in_many_languages() -> None:
    lexicon = load_definition_model().lexicon
    assert all("secret" in lexicon.found(words) for words in (["password"], ["senha"], ["密", "码"]))


@pytest.mark.parametrize(("changed", "where"), [({"worth": 0}, "worth"), ({"concepts": {}}, "concepts")])
def test_a_file_that_is_none_is_refused_where_it_fails(changed: dict[str, object], where: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_definition_model(json.dumps({**_SHIPPED, **changed}).encode(), "model.json")
    assert [fault.where for fault in caught.value.faults] == [where]
