"""From what a server says of itself to its entry in the registry."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import Final

from extproc.model.message import JsonValue
from extproc.pins.entries import ServerEntry, ToolEntry
from extproc.pins.skeletons import is_distinctive, skeleton
from extproc.pins.sketch import sketch_of

# So much of a server is remembered.
MOST_TOOLS: Final = 512
_MOST_MENTIONS: Final = 24
_LONGEST_NAME: Final = 128
_LONGEST_TEXT: Final = 16 * 1024
_PARAMETERS: Final = 64
_IDENTIFIER: Final = re.compile(r"[^\W\d_]\w*(?:[-./]\w+)*")
_JOINED: Final = re.compile("[./]")
# Quotation marks of whatever kind stand for `...` and for \u2018...\u2019 alike.
_NAME: Final = r"[`'\"\u2018\u201c](\w[\w.-]{2,})[`'\"\u2019\u201d]"
_QUOTED: Final = re.compile(_NAME)
# A plain word is a name where it is quoted and called a tool; "a search tool" is none.
_BESIDE_TOOL: Final = re.compile(
    rf"{_NAME}\s+(?:tool|function)s?\b|\b(?:tool|function)\s+(?:named\s+|called\s+)?{_NAME}", re.IGNORECASE
)


def entry_of(
    server: str,
    tools: Iterable[Mapping[str, JsonValue]],
    *,
    now: float,
    given_name: str | None = None,
    known: ServerEntry | None = None,
    complete: bool = True,
) -> ServerEntry:
    """Return the entry of a server by the definitions it lists; what was `known` of it keeps its times and its name.

    A list that is not complete leaves the other known tools as they were.
    """
    before = {one.name: one for one in known.tools} if known is not None else {}
    found: dict[str, ToolEntry] = {} if complete else dict(before)
    for tool in tools:
        name = tool.get("name")
        short = name[:_LONGEST_NAME] if isinstance(name, str) else None
        if short is not None and (short in found or len(found) < MOST_TOOLS):
            found[short] = _tool(short, tool, before[short].first_seen if short in before else now)
    given = given_name if given_name is not None or known is None else known.given_name
    return ServerEntry(
        server=server,
        first_seen=known.first_seen if known is not None else now,
        given_name=given[:_LONGEST_NAME] if given is not None else None,
        tools=tuple(found[name] for name in sorted(found)),
    )


def _tool(name: str, tool: Mapping[str, JsonValue], first_seen: float) -> ToolEntry:
    text = tool.get("description")
    description = text[:_LONGEST_TEXT] if isinstance(text, str) else ""
    return replace(_said(name, description, tuple(_parameters(tool.get("inputSchema")))), first_seen=first_seen)


@lru_cache(maxsize=1024)
def _said(name: str, description: str, parameters: tuple[str, ...]) -> ToolEntry:
    """Return the entry of a tool but for its time: lists repeat themselves."""
    own = frozenset(map(skeleton, (name, *parameters)))
    quoted = (skeleton(found[1] or found[2]) for found in _BESIDE_TOOL.finditer(description))
    return ToolEntry(
        name=name,
        skeleton=skeleton(name),
        first_seen=0.0,
        sketch=sketch_of(description),
        mentions=_others(_mentions(description), own),
        quoted=_others(quoted, own),
    )


def _others(names: Iterable[str], own: frozenset[str]) -> tuple[str, ...]:
    """Return the first names, each once, that are none of its own."""
    found: dict[str, None] = {}
    for name in names:
        if name not in own:
            found[name] = None
            if len(found) == _MOST_MENTIONS:
                break
    return tuple(found)


def _mentions(description: str) -> Iterator[str]:
    for word in dict.fromkeys(_IDENTIFIER.findall(description)):
        for name in dict.fromkeys((word, *_JOINED.split(word))):
            if _written_as_code(name):
                yield skeleton(name)
    for word in dict.fromkeys(_QUOTED.findall(description)):
        if is_distinctive(word):
            yield skeleton(word)


def _written_as_code(word: str) -> bool:
    """Tell `read_file`, `read-file` and `readFile` from plain words, and from those that are names of products."""
    return is_distinctive(word) and (any(mark in word for mark in "_-./") or word[0].islower())


def _parameters(schema: JsonValue) -> Iterator[str]:
    properties = schema.get("properties") if isinstance(schema, dict) else None
    return islice(properties if isinstance(properties, dict) else (), _PARAMETERS)
