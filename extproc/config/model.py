"""From a strictly read document to a checked model: all faults at once, each at its place."""

from enum import Enum
from typing import Final, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from extproc.config.faults import ConfigError, Fault
from extproc.config.yaml import Path, Plain, Source

_Model = TypeVar("_Model", bound=BaseModel)


_MESSAGES: Final = {
    "extra_forbidden": "unknown setting",
    "missing": "this setting is missing",
    "union_tag_not_found": "kind is missing",
}


class Strict(BaseModel):
    """A part of a file: unknown keys are faults, and nothing is converted silently."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def enum(kind: type[Enum]) -> BeforeValidator:
    """Read a word of an enumeration, and name all of them when it is none."""

    def convert(value: object) -> object:
        names = [member.value for member in kind]
        if value not in names:
            raise ValueError(f"must be one of {', '.join(names)}")
        return kind(value)

    return BeforeValidator(convert)


def check(source: Source, model: type[_Model], context: object = None) -> _Model:
    """Check a document against a model, whose validators may look at `context`. Raises: `ConfigError`, every fault."""
    document = {} if source.document is None else source.document
    try:
        return model.model_validate(document, context=context)
    except ValidationError as error:
        raise ConfigError(_faults(source, error)) from None


def _faults(source: Source, error: ValidationError) -> list[Fault]:
    found = []
    for item in error.errors(include_url=False, include_context=False, include_input=False):
        message = _MESSAGES.get(item["type"], item["msg"].removeprefix("Value error, "))
        path = _written(source.document, tuple(part for part in item["loc"] if not str(part).startswith("function-")))
        found.append(source.fault(path, message))
    return sorted(found, key=lambda fault: (fault.line, fault.column))


def _written(document: Plain, path: Path) -> Path:
    """Return a path as it stands in the file: without the tag by which pydantic tells the kinds of a part apart."""
    written: list[str | int] = []
    here: Plain = document
    for number, part in enumerate(path, 1):
        match here:
            case dict() if part != here.get("kind") and (part in here or number == len(path)):
                here = here.get(str(part))
            case list() if isinstance(part, int) and part < len(here):
                here = here[part]
            case None:
                pass
            case _:
                continue
        written.append(part)
    return tuple(written)
