"""What the files of linear models have in common: members, packed weights, and a clear fault where they are none."""

import base64
import binascii
import zlib
from array import array
from typing import Annotated, Final, Literal, TypeVar

from pydantic import Field, ValidationError

from extproc.config.faults import ConfigError, Fault
from extproc.config.model import Strict
from extproc.threats.linear import BITS

PACKAGE: Final = "extproc.evidence"
_SIZE: Final = 1 << BITS


class Material(Strict):
    """Where some of what a model was trained on is from."""

    source: str
    license: str
    rows: int = 0
    units: int = 0


class LinearFile(Strict):
    """The members of every such file. `weights` are bytes, one a hash, compressed and in base64."""

    version: Literal[1]
    bits: Literal[18]
    scale: Annotated[float, Field(gt=0, le=1)]
    bias: Annotated[float, Field(ge=-20, le=20)]
    trained_on: Annotated[list[Material], Field(min_length=1)]
    classes: Annotated[dict[str, str], Field(min_length=1)]
    weights: str

    @property
    def class_of(self) -> dict[str, str]:
        """Return the class of each word."""
        return {word: name for name, words in self.classes.items() for word in words.split()}


_File = TypeVar("_File", bound=LinearFile)


def read_linear_file(data: bytes, file: str, form: type[_File]) -> tuple[_File, "array[int]"]:
    """Return the members of a model file, and its weights. Raises: `ConfigError`."""
    try:
        model = form.model_validate_json(data)
        packed = zlib.decompressobj().decompress(base64.b64decode(model.weights, validate=True), _SIZE + 1)
    except ValidationError as error:
        first = error.errors()[0]
        raise _fault(file, ".".join(map(str, first["loc"])), first["msg"]) from None
    except (ValueError, binascii.Error, zlib.error):
        raise _fault(file, "", "not a model file") from None
    if len(packed) != _SIZE:
        raise _fault(file, "weights", f"{_SIZE} bytes are needed")
    return model, array("b", packed)


def _fault(file: str, where: str, message: str) -> ConfigError:
    return ConfigError([Fault(file=file, line=1, column=1, where=where, message=message)])
