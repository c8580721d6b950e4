"""One change of a definition, what kinds there are, and what each adds to what a tool could do to its user."""

from enum import StrEnum
from typing import Final

from extproc.model.value import value
from extproc.pins.words import Words


class ChangeKind(StrEnum):
    """What changed."""

    NAME = "name_changed"
    TEXT = "text_changed"
    PARAMETER_ADDED = "parameter_added"
    FREE_TEXT_ADDED = "free_text_parameter_added"
    PARAMETER_REMOVED = "parameter_removed"
    REQUIRED = "parameter_required"
    OPTIONAL = "parameter_optional"
    TYPE_WIDENED = "type_widened"
    TYPE_NARROWED = "type_narrowed"
    TYPE_CHANGED = "type_changed"
    VALUES_WIDENED = "values_widened"
    VALUES_NARROWED = "values_narrowed"
    DEFAULT = "default_changed"
    LIMIT_LOOSENED = "limit_loosened"
    LIMIT_TIGHTENED = "limit_tightened"
    OPENED = "additional_properties_opened"
    CLOSED = "additional_properties_closed"
    SCHEMA = "schema_changed"
    ANNOTATION_WEAKENED = "annotation_weakened"
    ANNOTATION_REASSURING = "annotation_reassuring"
    DESTINATION_ADDED = "destination_added"
    DESTINATION_REMOVED = "destination_removed"
    INTENT_RAISED = "intent_raised"
    POISONING_RAISED = "poisoning_raised"
    MEMBER = "member_changed"


# How much of what was safe before is not any more, of 0 to 1; of several changes, what stays safe is multiplied.
RISKS: Final = {
    ChangeKind.NAME: 0.1,
    ChangeKind.TEXT: 0.1,
    ChangeKind.PARAMETER_ADDED: 0.15,
    ChangeKind.FREE_TEXT_ADDED: 0.3,
    ChangeKind.REQUIRED: 0.1,
    ChangeKind.TYPE_WIDENED: 0.2,
    ChangeKind.TYPE_CHANGED: 0.2,
    ChangeKind.VALUES_WIDENED: 0.15,
    ChangeKind.DEFAULT: 0.15,
    ChangeKind.LIMIT_LOOSENED: 0.1,
    ChangeKind.OPENED: 0.2,
    ChangeKind.SCHEMA: 0.1,
    ChangeKind.ANNOTATION_WEAKENED: 0.3,
    ChangeKind.ANNOTATION_REASSURING: 0.2,
    ChangeKind.DESTINATION_ADDED: 0.4,
    ChangeKind.INTENT_RAISED: 0.4,
    ChangeKind.MEMBER: 0.1,
}


@value
class Change:
    """One change, at a place written with dots; `before` and `after` are short, and None for what is not there.

    `words` has the words of a text that changed; `risk` is of 0 to 1.
    """

    kind: ChangeKind
    where: str
    before: str | None = None
    after: str | None = None
    words: tuple[Words, ...] = ()
    risk: float = 0.0


def changed(kind: ChangeKind, where: str, before: str | None = None, after: str | None = None) -> Change:
    """Return a change with the risk of its kind."""
    return Change(kind=kind, where=where, before=before, after=after, risk=RISKS.get(kind, 0.0))
