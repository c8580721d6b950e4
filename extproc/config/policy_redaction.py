"""The redactions of a rule and what it gives back, as a part of a policy file."""

from typing import Annotated, Final

from pydantic import Field, model_validator

from extproc.config import policy_fields as f
from extproc.config.model import Strict
from extproc.model.finding import Category
from extproc.policy.obligations import Operator

_OPERATORS: Final = [operator.value for operator in Operator]


class Redact(Strict):
    """One redaction: by pointer, or of what detectors find."""

    pointer: f.Pattern | None = None
    replacement: Annotated[str | None, Field(alias="with", max_length=1024)] = None
    text: Annotated[str, Field(min_length=1, max_length=4096)] | None = None
    entities: f.Entities | None = None

    @property
    def written(self) -> str:
        """Return what stands in the place afterwards."""
        return "[REDACTED]" if self.replacement is None else self.replacement

    @property
    def operator(self) -> Operator:
        """Return what becomes of the entities."""
        return Operator.REDACT if self.replacement is None else Operator(self.replacement)

    @model_validator(mode="after")
    def _check(self) -> "Redact":
        if (self.pointer is None) is (self.entities is None):
            raise ValueError("a redaction has either a pointer or entities")
        if self.entities is not None:
            _check_entities(self.entities, self.text, self.replacement)
        if self.text is not None and self.text in self.written:
            raise ValueError("'with' must not contain 'text': the same message would change again and again")
        return self


def _check_entities(entities: list[str], text: str | None, operator: str | None) -> None:
    if text is not None:
        raise ValueError("'text' belongs to a pointer")
    if operator is not None and operator not in _OPERATORS:
        raise ValueError(f"'with' of entities is one of {', '.join(_OPERATORS)}")
    if operator == Operator.TOKENIZE and Category.SECRET in entities:
        raise ValueError("a secret is never kept to be given back: choose another 'with'")


class Restore(Strict):
    """Where the server of the rule gets values back for the marks of the vault."""

    pointer: f.Argument
    entities: f.Entities

    @model_validator(mode="after")
    def _check(self) -> "Restore":
        if Category.SECRET in self.entities:
            raise ValueError("a secret is never given back")
        return self
