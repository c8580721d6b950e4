"""`extproc pins`: digests of tool definitions, for an operator who has read them."""

import sys
from typing import BinaryIO

from extproc.classify.profile import profile_of
from extproc.mcp.jsonrpc import parse_document
from extproc.mcp.limits import FILE_LIMITS
from extproc.model.message import JsonValue


def run() -> int:
    """Read a list of tools from standard input and print a line of configuration for each."""
    tools = _tools(sys.stdin.buffer)
    if tools is None:
        print("expected the result of tools/list, or its response, as one JSON document", file=sys.stderr)
        return 2
    for tool in tools:
        if isinstance(tool, dict) and isinstance(name := tool.get("name"), str):
            quoted = name.replace("'", "''")
            print(f"'{quoted}': {profile_of(tool).digest}")
    return 0


def _tools(source: BinaryIO) -> list[JsonValue] | None:
    document = parse_document(source.read().strip(), FILE_LIMITS)
    for member in ("result", "tools"):
        if isinstance(document, dict) and member in document:
            document = document[member]
    return document if isinstance(document, list) else None
