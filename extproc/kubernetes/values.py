"""Looks into objects of the API server, whose members may be anything until they were looked at."""

import re
from collections.abc import Iterator
from typing import Final

from extproc.model.message import JsonObject, JsonValue

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_-]{0,315}")


def shown(name: str) -> str:
    """Return a name as it can be logged: nobody checked yet that one of a pod that is to come in is a name."""
    return name if _NAME.fullmatch(name) else "(no name)"


def member(value: JsonValue, *path: str) -> JsonValue:
    """Return what stands at a path of members; None where there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def mapping(value: JsonValue, *path: str) -> JsonObject:
    """Return the object at a path; an empty one where there is none."""
    found = member(value, *path)
    return found if isinstance(found, dict) else {}


def text(value: JsonValue, *path: str) -> str:
    """Return the text at a path; an empty one where there is none."""
    found = member(value, *path)
    return found if isinstance(found, str) else ""


def objects(value: JsonValue, *path: str) -> Iterator[JsonObject]:
    """Return the objects in the list at a path."""
    found = member(value, *path)
    for entry in found if isinstance(found, list) else []:
        if isinstance(entry, dict):
            yield entry


def words(value: JsonValue, *path: str) -> dict[str, str]:
    """Return the members at a path whose values are texts, as labels, annotations and the data of ConfigMaps are."""
    return {name: found for name, found in mapping(value, *path).items() if isinstance(found, str)}
