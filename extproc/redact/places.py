"""Which places of a message redaction may alter, and how: never the protocol, never a tool's definition."""

import base64
import binascii
from typing import Final

from extproc.mcp.pointer import Pointer
from extproc.model.message import JsonValue
from extproc.redact.plan import is_protocol

# Members under which any JSON may stand, so that nothing breaks when one of them goes or is renamed.
_FREE: Final = frozenset(
    {("params", "arguments"), ("params", "data"), ("result", "structuredContent"), ("error", "data")}
)
# Words that the protocol gives meaning to wherever they stand outside of such members. A value that happens to be
# spelled like one is not spread to them.
_WORDS: Final = frozenset(
    {"type", "mimeType", "role", "method", "level", "action", "stopReason", "status", "encoding", "mode", "toolChoice"}
)
_DEFINITIONS: Final = frozenset({("result", "tools"), ("params", "tools")})
# Members of the protocol that hold what may be altered.
_OPEN: Final = frozenset({(), ("params",), ("result",), ("error",)})
_DEPTH: Final = 2
# How far into a message it is settled what is sealed.
SEALED_DEPTH: Final = _DEPTH
_MEDIA: Final = frozenset({"image", "audio"})
_LARGEST_BLOB: Final = 4 << 20


def is_sealed(pointer: Pointer) -> bool:
    """Tell whether nothing here or below is ever altered, whatever is found: the protocol's own, and tools."""
    if pointer in _OPEN:
        return False
    heads = (pointer[:length] for length in range(1, min(len(pointer), _DEPTH) + 1))
    return pointer[:_DEPTH] in _DEFINITIONS or any(head not in _OPEN and is_protocol(head) for head in heads)


def is_free(pointer: Pointer) -> bool:
    """Tell whether a place lies inside of a member that may hold any JSON."""
    return len(pointer) > _DEPTH and pointer[:_DEPTH] in _FREE


def can_go(pointer: Pointer) -> bool:
    """Tell whether the member here may be left out.

    An element of an array stays, as a mark: without it those behind it would be others.
    """
    return is_free(pointer) and isinstance(pointer[-1], str)


def spreads_to(pointer: Pointer) -> bool:
    """Tell whether a value that was found elsewhere is looked for here."""
    return is_free(pointer) or pointer[-1] not in _WORDS


def holds_base64(pointer: Pointer, parent: JsonValue) -> bool:
    """Tell whether the protocol wants base64 here: the bytes of a resource, of an image or of a sound."""
    if is_free(pointer) or not isinstance(parent, dict):
        return False
    return pointer[-1] == "blob" or (pointer[-1] == "data" and parent.get("type") in _MEDIA)


def text_of(blob: str) -> str | None:
    """Return the text that stands in base64, None when it is none."""
    if len(blob) > _LARGEST_BLOB:
        return None
    try:
        return base64.b64decode(blob, validate=True).decode()
    except (binascii.Error, ValueError):
        return None


def blob_of(text: str) -> str:
    """Write a text in base64."""
    return base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()
