"""From a strictly read document to a checked model: all faults at once, each at its place."""

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from extproc.config.faults import ConfigError, Fault
from extproc.config.yaml import Source

_Model = TypeVar("_Model", bound=BaseModel)


class Strict(BaseModel):
    """A part of a file: unknown keys are faults, and nothing is converted silently."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def check(source: Source, model: type[_Model]) -> _Model:
    """Check a document against a model. Raises: `ConfigError` with every fault."""
    document = {} if source.document is None else source.document
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise ConfigError(_faults(source, error)) from None


def _faults(source: Source, error: ValidationError) -> list[Fault]:
    found = []
    for item in error.errors(include_url=False, include_context=False, include_input=False):
        message = {"extra_forbidden": "unknown setting", "missing": "this setting is missing"}.get(
            item["type"], item["msg"].removeprefix("Value error, ")
        )
        path = tuple(part for part in item["loc"] if not str(part).startswith("function-"))
        found.append(source.fault(path, message))
    return sorted(found, key=lambda fault: (fault.line, fault.column))
