"""A refusal of malformed or contradictory input, as a value; it is never a matter of policy."""

from collections.abc import Mapping
from dataclasses import dataclass

from extproc.model.message import JsonValue, RequestId


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """Why input was refused, in the words of the protocol.

    `reason` is a stable snake_case word for logs and metrics; `message` says what was expected and what was got and
    never quotes content. `code` is the JSON-RPC error code and `http_status` what a request is answered with.
    """

    reason: str
    message: str
    code: int
    http_status: int = 400
    id: RequestId | None = None
    data: Mapping[str, JsonValue] | None = None
