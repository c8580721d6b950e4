"""Applies patches of RFC 6902 and RFC 7396, strictly: what is not there is an error."""

from copy import deepcopy
from typing import Any


class PatchError(Exception):
    """An operation that cannot be applied, or a test that does not hold."""


def apply(document: Any, operations: list[dict[str, Any]]) -> Any:
    """Return the document after all operations."""
    root = {"": deepcopy(document)}
    for operation in operations:
        parent, key = _find(root, operation["path"])
        match operation["op"]:
            case "add":
                _add(parent, key, deepcopy(operation["value"]))
            case "remove":
                del parent[_present(parent, key)]
            case "replace":
                parent[_present(parent, key)] = deepcopy(operation["value"])
            case "test":
                if parent[_present(parent, key)] != operation["value"]:
                    raise PatchError("a test does not hold")
            case other:
                raise PatchError(f"unknown operation {other}")
    return root[""]


def merge(document: Any, patch: Any) -> Any:
    """Return the document after a merge patch."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(document) if isinstance(document, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), value)
    return merged


def _find(root: Any, pointer: str) -> tuple[Any, str]:
    if pointer == "":
        return root, ""
    here = root[""]
    *way, last = (part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])
    for part in way:
        here = here[_present(here, part)]
    return here, last


def _present(parent: Any, key: str) -> Any:
    found: Any = key
    if isinstance(parent, list):
        found = int(key)
        if not 0 <= found < len(parent):
            raise PatchError(f"no entry {key}")
    elif not isinstance(parent, dict) or key not in parent:
        raise PatchError(f"no member {key}")
    return found


def _add(parent: Any, key: str, value: Any) -> None:
    if not isinstance(parent, list):
        parent[key] = value
        return
    at = len(parent) if key == "-" else int(key)
    if not 0 <= at <= len(parent):
        raise PatchError(f"no place {key}")
    parent.insert(at, value)
