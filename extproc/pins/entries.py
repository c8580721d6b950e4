"""What is kept of a server in the registry of all servers seen: small, whatever the size of its definitions.

Times are in seconds since 1970.
"""

import struct
from base64 import b85decode, b85encode
from dataclasses import dataclass
from typing import Final

import orjson

from extproc.model.message import JsonObject, JsonValue

SCHEMA: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolEntry:
    """A tool of a server.

    `skeleton` is the name without case, separators and look-alikes; `sketch` has the smallest hashes of what it says of
    itself, ascending, 32 bits each. `mentions` are the skeletons of names that its description speaks of, `quoted` of
    those that it calls tools.
    """

    name: str
    skeleton: str
    first_seen: float
    sketch: tuple[int, ...] = ()
    mentions: tuple[str, ...] = ()
    quoted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerEntry:
    """A server by the name of its route, the name that it gives itself, and its tools in the order of their names."""

    server: str
    first_seen: float
    given_name: str | None = None
    tools: tuple[ToolEntry, ...] = ()

    def pack(self) -> bytes:
        """Return the entry as JSON."""
        return orjson.dumps(
            {
                "schema": SCHEMA,
                "server": self.server,
                "first_seen": self.first_seen,
                "given_name": self.given_name,
                "tools": [
                    [one.name, one.skeleton, one.first_seen, _packed(one.sketch), list(one.mentions), list(one.quoted)]
                    for one in self.tools
                ],
            }
        )

    @staticmethod
    def unpack(data: bytes) -> "ServerEntry":
        """Return the entry of what `pack` made. Raises: `ValueError` when it is none, or of a newer schema."""
        try:
            document: JsonObject = orjson.loads(data)
            if document["schema"] == SCHEMA:
                return _entry(document)
        except (KeyError, TypeError, ValueError, struct.error) as error:
            raise ValueError("no entry") from error
        raise ValueError("an entry of a schema that is not known")


def _entry(document: JsonObject) -> ServerEntry:
    match document:
        case {
            "server": str(server),
            "first_seen": int() | float() as seen,
            "given_name": str() | None as given,
            "tools": list(found),
        }:
            tools = tuple(map(_tool, found))
            return ServerEntry(server=server, first_seen=seen, given_name=given, tools=tools)
        case _:
            raise TypeError


def _tool(found: JsonValue) -> ToolEntry:
    match found:
        case [str(name), str(skeleton), (int() | float()) as seen, str(sketch), list(mentions), list(quoted)]:
            return ToolEntry(
                name=name,
                skeleton=skeleton,
                first_seen=seen,
                sketch=_unpacked(sketch),
                mentions=_texts(mentions),
                quoted=_texts(quoted),
            )
        case _:
            raise TypeError


def _texts(found: list[JsonValue]) -> tuple[str, ...]:
    return tuple(one for one in found if isinstance(one, str))


def _packed(sketch: tuple[int, ...]) -> str:
    return b85encode(struct.pack(f">{len(sketch)}I", *sketch)).decode()


def _unpacked(text: str) -> tuple[int, ...]:
    data = b85decode(text)
    return struct.unpack(f">{len(data) // 4}I", data)
