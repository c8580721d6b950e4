"""The shipped model for injected instructions is read, with what it has beside weights."""

import json
from importlib.resources import files

import pytest

from extproc.config.faults import ConfigError
from extproc.config.injection_model_file import load_injection_model, parse_injection_model

_SHIPPED = json.loads((files("extproc.evidence") / "injection-model.json").read_bytes())


def test_the_shipped_model_has_words_in_many_languages() -> None:
    model = load_injection_model()
    assert model.classes["delete"] == model.classes["lösche"] == model.classes["删除"] == "DELETE"


def test_a_file_without_a_screen_is_refused_where_it_fails() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_injection_model(json.dumps({**_SHIPPED, "screen": {}}).encode(), "model.json")
    assert [fault.where for fault in caught.value.faults] == ["screen"]
