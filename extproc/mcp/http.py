"""What a request or response head must say before its body is read (Streamable HTTP)."""

from functools import lru_cache
from typing import Final

from extproc.mcp.headers import Headers
from extproc.mcp.jsonrpc import INVALID_REQUEST
from extproc.model.rejection import Rejection

JSON: Final = "application/json"
EVENT_STREAM: Final = "text/event-stream"
METHODS: Final = ("POST", "GET", "DELETE")


def check_request_head(headers: Headers, *, has_body: bool) -> Rejection | None:
    """Refuse a method, media type or encoding that could carry something past us."""
    repeated = headers.ambiguous()
    if repeated is not None:
        return _refused("repeated_header", f"header {repeated.title()} was sent more than once", 400)
    method = headers.get(":method")
    if method not in METHODS:
        return _refused("http_method", "only POST, GET and DELETE are served here", 405)
    if method != "POST":
        return _refused("unexpected_body", f"{method} must have no body", 400) if has_body else None
    if not has_body:
        return _refused("empty_body", "POST must carry one JSON-RPC message", 400)
    if not identity_encoded(headers):
        return _refused("content_encoding", "the body must not be compressed or encoded", 415)
    if media_type(headers) != JSON:
        return _refused("content_type", "Content-Type must be application/json", 415)
    return None


def media_type(headers: Headers) -> str | None:
    """Return the media type in lower case, or None when it is absent or has parameters other than charset=utf-8."""
    value = headers.get("content-type")
    return None if value is None else _essence(value)


@lru_cache(maxsize=256)
def _essence(value: str) -> str | None:
    essence, *parameters = (part.strip(" \t").lower() for part in value.split(";"))
    if any(parameter not in {"charset=utf-8", 'charset="utf-8"', ""} for parameter in parameters):
        return None
    return essence


def identity_encoded(headers: Headers) -> bool:
    """Tell whether the body is as it was written (RFC 9110 §8.4)."""
    return headers.get("content-encoding") in {None, "", "identity"}


def status_of(headers: Headers) -> int:
    """Return the status code of a response head; 0 when it has none that can be read."""
    value = headers.get(":status") or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) == 3 else 0  # noqa: PLR2004 - RFC 9110 §15


def _refused(reason: str, message: str, status: int) -> Rejection:
    return Rejection(reason=reason, message=message, code=INVALID_REQUEST, http_status=status)
