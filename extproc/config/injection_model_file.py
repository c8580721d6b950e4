"""The file of the linear model for injected instructions: from its text to a model, or a clear fault."""

from importlib.resources import files
from typing import Annotated, Final

from pydantic import Field

from extproc.config.linear_model_file import PACKAGE, LinearFile, read_linear_file
from extproc.threats.linear import LinearModel

_NAME: Final = "injection-model.json"

_Word = Annotated[str, Field(min_length=1, max_length=40)]


class _Model(LinearFile):
    """What this file has besides."""

    screen: Annotated[dict[_Word, float], Field(min_length=1)]
    screen_from: float


def load_injection_model() -> LinearModel:
    """Return the model that comes with this package. Raises: `ConfigError`."""
    return parse_injection_model((files(PACKAGE) / _NAME).read_bytes(), _NAME)


def parse_injection_model(data: bytes, file: str) -> LinearModel:
    """Read the text of a model file. Raises: `ConfigError`."""
    model, weights = read_linear_file(data, file, _Model)
    return LinearModel(
        weights=weights,
        scale=model.scale,
        bias=model.bias,
        classes=model.class_of,
        screen=model.screen,
        screen_from=model.screen_from,
    )
