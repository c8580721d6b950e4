"""Paths to claims: names joined by dots; a backslash goes before a dot or a backslash inside a name."""

from dataclasses import dataclass

from extproc.model.message import JsonObject, JsonValue

_LONGEST = 256


class ClaimPathError(ValueError):
    """A path that cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class ClaimPath:
    """Where a claim stands: the member names from the outermost object on."""

    names: tuple[str, ...]


def parse_claim_path(text: str) -> ClaimPath:
    """Read a path. Raises: `ClaimPathError`."""
    if not text or len(text) > _LONGEST:
        raise ClaimPathError(f"a claim path has 1 to {_LONGEST} characters")
    names, name, characters = [], "", iter(text)
    for character in characters:
        if character == ".":
            names.append(name)
            name = ""
        elif character == "\\":
            escaped = next(characters, "")
            if escaped not in {".", "\\"}:
                raise ClaimPathError(r"in a claim path a backslash stands before a dot or a backslash")
            name += escaped
        else:
            name += character
    names.append(name)
    if "" in names:
        raise ClaimPathError("a claim path has no empty names")
    return ClaimPath(tuple(names))


class NotAnObjectError(Exception):
    """A path leads through something that has no members."""


def value_at(claims: JsonObject, path: ClaimPath) -> JsonValue:
    """Return the claim at a path; None when it is missing or null. Raises: `NotAnObjectError`."""
    here: JsonValue = claims
    for name in path.names:
        if here is None:
            return None
        if not isinstance(here, dict):
            raise NotAnObjectError
        here = here.get(name)
    return here
