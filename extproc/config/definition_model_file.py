"""The file of the linear model for definitions: from its text to a model, or a clear fault."""

import base64
import binascii
import zlib
from array import array
from importlib.resources import files
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationError

from extproc.config.faults import ConfigError, Fault
from extproc.config.model import Strict
from extproc.threats.concepts import lexicon_of
from extproc.threats.definition_model import DefinitionModel
from extproc.threats.linear import BITS

_PACKAGE: Final = "extproc.evidence"
_NAME: Final = "definitions-model.json"
_SIZE: Final = 1 << BITS

_Word = Annotated[str, Field(min_length=1, max_length=60)]


class _Material(Strict):
    """Where some of what the model was trained on is from."""

    source: str
    license: str
    rows: int


class _Model(Strict):
    """The members of the file."""

    version: Literal[1]
    bits: Literal[18]
    scale: Annotated[float, Field(gt=0, le=1)]
    bias: Annotated[float, Field(ge=-20, le=20)]
    worth: Annotated[float, Field(gt=0, le=20)]
    zero: Annotated[float, Field(ge=-20, le=20)]
    trained_on: Annotated[list[_Material], Field(min_length=1)]
    classes: Annotated[dict[str, str], Field(min_length=1)]
    concepts: Annotated[dict[str, list[_Word]], Field(min_length=1)]
    weights: str


def load_definition_model() -> DefinitionModel:
    """Return the model that comes with this package. Raises: `ConfigError`."""
    return parse_definition_model((files(_PACKAGE) / _NAME).read_bytes(), _NAME)


def parse_definition_model(data: bytes, file: str) -> DefinitionModel:
    """Read the text of a model file. Raises: `ConfigError`."""
    try:
        model = _Model.model_validate_json(data)
        packed = zlib.decompressobj().decompress(base64.b64decode(model.weights, validate=True), _SIZE + 1)
    except ValidationError as error:
        first = error.errors()[0]
        raise _fault(file, ".".join(map(str, first["loc"])), first["msg"]) from None
    except (ValueError, binascii.Error, zlib.error):
        raise _fault(file, "", "not a model file") from None
    if len(packed) != _SIZE:
        raise _fault(file, "weights", f"{_SIZE} bytes are needed")
    return DefinitionModel(
        weights=array("b", packed),
        scale=model.scale,
        bias=model.bias,
        worth=model.worth,
        zero=model.zero,
        classes={word: name for name, words in model.classes.items() for word in words.split()},
        lexicon=lexicon_of(model.concepts),
    )


def _fault(file: str, where: str, message: str) -> ConfigError:
    return ConfigError([Fault(file=file, line=1, column=1, where=where, message=message)])
