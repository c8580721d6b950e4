"""The file of the linear model for definitions: from its text to a model, or a clear fault."""

from importlib.resources import files
from typing import Annotated, Final

from pydantic import Field

from extproc.config.linear_model_file import PACKAGE, LinearFile, read_linear_file
from extproc.threats.concepts import lexicon_of
from extproc.threats.definition_model import DefinitionModel

_NAME: Final = "definitions-model.json"

_Word = Annotated[str, Field(min_length=1, max_length=60)]


class _Model(LinearFile):
    """What this file has besides."""

    worth: Annotated[float, Field(gt=0, le=20)]
    zero: Annotated[float, Field(ge=-20, le=20)]
    concepts: Annotated[dict[str, list[_Word]], Field(min_length=1)]


def load_definition_model() -> DefinitionModel:
    """Return the model that comes with this package. Raises: `ConfigError`."""
    return parse_definition_model((files(PACKAGE) / _NAME).read_bytes(), _NAME)


def parse_definition_model(data: bytes, file: str) -> DefinitionModel:
    """Read the text of a model file. Raises: `ConfigError`."""
    model, weights = read_linear_file(data, file, _Model)
    return DefinitionModel(
        weights=weights,
        scale=model.scale,
        bias=model.bias,
        worth=model.worth,
        zero=model.zero,
        classes=model.class_of,
        lexicon=lexicon_of(model.concepts),
    )
