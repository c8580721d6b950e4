"""What one revision of the protocol demands of a message and its transport."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from extproc.model.message import Message
from extproc.model.rejection import Rejection

META_VERSION: Final = "io.modelcontextprotocol/protocolVersion"
META_CAPABILITIES: Final = "io.modelcontextprotocol/clientCapabilities"
META_LOG_LEVEL: Final = "io.modelcontextprotocol/logLevel"


class Era(StrEnum):
    """Legacy revisions begin with a handshake, modern ones carry everything in each request."""

    LEGACY = "legacy"
    MODERN = "modern"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One protocol revision.

    `batches`: arrays of messages are allowed. `standard_headers`: `Mcp-Method` and `Mcp-Name` are mandatory.
    `posted_responses`: clients answer the server's requests by POST. `streams`: GET and DELETE are part of it.
    `check` refuses what this revision alone forbids.
    """

    name: str
    era: Era
    batches: bool = False
    standard_headers: bool = False
    posted_responses: bool = True
    streams: bool = True
    check: Callable[[Message], Rejection | None] = lambda _message: None
