"""What a server offers, as it said it itself, free of the secrets that were sent to it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from extproc.model.message import JsonObject, JsonValue

# Shorter parts of a header are no secrets, and are in every text.
_SHORTEST: Final = 6
_SERVER_INFO: Final = "io.modelcontextprotocol/serverInfo"
_MAX_DEPTH: Final = 256


class Kind(StrEnum):
    """What a definition is one of."""

    SERVER = "server"
    TOOL = "tool"
    PROMPT = "prompt"
    RESOURCE = "resource"
    TEMPLATE = "template"


# By which member a definition is named.
NAMED_BY: Final = {Kind.TOOL: "name", Kind.PROMPT: "name", Kind.RESOURCE: "uri", Kind.TEMPLATE: "uriTemplate"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """All that a server said.

    `target` is where it was reached, as it may be shown; `introduction` has its instructions and what it says it is.
    `echoed` tells that it repeated a secret of the one who asked; the secret itself is not in it any more.
    """

    target: str
    revision: str
    introduction: JsonObject
    lists: Mapping[Kind, Sequence[JsonValue]]
    echoed: bool = False

    @property
    def instructions(self) -> str | None:
        """Return what every model is told that has the server."""
        text = self.introduction.get("instructions")
        return text if isinstance(text, str) and text else None

    @property
    def info(self) -> JsonObject:
        """Return what the server says that it is; of the modern era that is optional (2026-07-28, "Server info")."""
        meta = self.introduction.get("_meta")
        told = self.introduction.get("serverInfo", meta.get(_SERVER_INFO) if isinstance(meta, dict) else None)
        return told if isinstance(told, dict) else {}

    def named(self, kind: Kind) -> list[tuple[int, str, JsonObject]]:
        """Return the definitions of a list that have a name, with their place in it."""
        member = NAMED_BY[kind]
        return [
            (place, name, entry)
            for place, entry in enumerate(self.lists.get(kind, ()))
            if isinstance(entry, dict) and isinstance(name := entry.get(member), str)
        ]


def secrets_of(values: Iterable[str]) -> tuple[str, ...]:
    """Return what of the values of headers must not be shown: each as a whole, and its words that are long enough."""
    found = {part for value in values for part in (value.strip(), *value.split()) if len(part) >= _SHORTEST}
    return tuple(sorted(found, key=lambda part: (-len(part), part)))


def without(document: JsonValue, secrets: Sequence[str], depth: int = _MAX_DEPTH) -> JsonValue:
    """Return a document with stars in place of each letter of a secret, so that places stay; too deep, it is None."""
    if not secrets:
        return document
    match document:
        case str():
            for secret in secrets:
                document = document.replace(secret, "*" * len(secret))
            return document
        case dict() | list() if depth == 0:
            return None
        case dict():
            return {str(without(name, secrets)): without(each, secrets, depth - 1) for name, each in document.items()}
        case list():
            return [without(each, secrets, depth - 1) for each in document]
        case _:
            return document
