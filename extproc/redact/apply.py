"""Apply edits to a document and write it again, keeping everything that is not edited as it was."""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import TypeAlias

import jiter
import orjson

from extproc.model.decision import Edit
from extproc.model.message import JsonObject, JsonValue, Notification, Request
from extproc.model.value import value


@value
class Rename(Edit):
    """Give the member at `pointer` another name, which no other member of its object has; it stays in its place.

    The value itself may have an edit of its own; pointers are those of the document before any edit.
    """

    name: str


# What becomes of one element of an array: its edits, another message in its place, or nothing.
Plan: TypeAlias = tuple[Edit, ...] | JsonObject | None


def rewrite(data: bytes, edits: Iterable[Edit]) -> bytes:
    """Return the document in `data`, which was already accepted, with the edits made.

    Numbers keep the digits they were written with, so that a redaction never changes a neighbouring amount (the integer
    `-0` alone becomes `0`).
    """
    document: JsonValue = jiter.from_json(data, float_mode="lossless-float", cache_mode="keys")
    return dump(apply_edits(document, edits))


def apply_edits(document: JsonValue, edits: Iterable[Edit]) -> JsonValue:
    """Make the edits in place; their pointers must have come from this document."""
    removals: list[tuple[JsonValue, str | int]] = []
    renames: dict[int, tuple[JsonObject, dict[str, str]]] = {}
    for edit in edits:
        *way, last = edit.pointer
        parent: JsonValue = document
        for token in way:
            parent = parent[token]  # type: ignore[index]  # the pointer was found in this document
        if isinstance(edit, Rename):
            assert isinstance(parent, dict)  # noqa: S101 - as above; narrows
            renames.setdefault(id(parent), (parent, {}))[1][str(last)] = edit.name
        elif edit.remove:
            removals.append((parent, last))
        else:
            parent[last] = edit.replacement  # type: ignore[index]  # as above
    # The places in an array shift as elements go, so the last goes first.
    for parent, last in sorted(removals, key=_place, reverse=True):
        del parent[last]  # type: ignore[union-attr,arg-type]  # as above
    for members, names in renames.values():
        renamed = {names.get(name, name): child for name, child in members.items()}
        members.clear()
        members.update(renamed)
    return document


def edited_message(message: Request | Notification, edits: Iterable[Edit]) -> Request | Notification:
    """Return a message of a client as it will be with its edits; the message itself stays as it is."""
    document: JsonObject = deepcopy(message.document)
    apply_edits(document, edits)
    params = document.get("params")
    return replace(message, document=document, params=params if isinstance(params, dict) else {})


def _place(removal: tuple[JsonValue, str | int]) -> int:
    return removal[1] if isinstance(removal[1], int) else 0


def dump(document: object) -> bytes:
    """Write JSON as it goes on the wire."""
    return orjson.dumps(document, default=_number)


def _number(value: object) -> orjson.Fragment:
    if isinstance(value, jiter.LosslessFloat):
        return orjson.Fragment(bytes(value))
    raise TypeError(f"not a JSON value: {type(value).__name__}")


def rewrite_batch(data: bytes, plans: Sequence[Plan]) -> bytes:
    """Return the array in `data` with each element as its plan says; plans beyond its end are added."""
    elements: list[JsonValue] = jiter.from_json(data, float_mode="lossless-float", cache_mode="keys")
    written: list[JsonValue] = []
    extra = len(plans) - len(elements)
    for element, plan in zip([*elements, *[None] * extra], plans, strict=True):
        match plan:
            case None:
                continue
            case dict():
                written.append(plan)
            case tuple():
                written.append(apply_edits(element, plan))
    return dump(written)
