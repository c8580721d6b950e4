"""The one reader of JSON from outside: strict UTF-8, RFC 8259, JSON-RPC 2.0 as MCP restricts it. Refuses by value.

What is accepted here has one reading only, so every parser behind us sees what was judged.
"""

import math
import re
from typing import Final

import jiter

from extproc.mcp.limits import Limits
from extproc.model.message import (
    ErrorResponse,
    JsonObject,
    JsonValue,
    Message,
    Notification,
    Request,
    RequestId,
    Response,
)
from extproc.model.rejection import Rejection

PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
INVALID_PARAMS: Final = -32602

MAX_SAFE_INTEGER: Final = 2**53 - 1
_MIN_INT64: Final = -(2**63)
_MAX_INT64: Final = 2**63 - 1
_MAX_ID_CHARACTERS: Final = 512

# A number can leave the 64-bit range, or overflow to infinity, only with 19 digits in a row or a three-digit exponent.
# Where neither occurs, walking every value is spared; where it occurs inside a string, the walk is harmless. The shape
# of a document has 0 for every digit, e for E and no +: finding two literals in it costs a tenth of a regex search.
_SHAPE: Final = bytes.maketrans(b"123456789E", b"000000000e")
_LONG_INTEGER: Final = b"0" * 19
_LONG_EXPONENT: Final = b"0e000"
# The parser's own limit on nesting, which an innermost object or array reaches only when it is empty: only a lower cap
# needs a look at the document.
PARSER_DEPTH: Final = 201
_POSITION: Final = re.compile(r" at line (\d+) column (\d+)$")
# Our name for what the parser said. Its own text may quote a key, so only its first words are looked at.
_SYNTAX_REASONS: Final = (
    ("Detected duplicate key", "duplicate_key", "a member name occurs twice in one object"),
    ("recursion limit", "too_deep", "nested too deeply"),
    ("invalid unicode", "invalid_utf8", "not valid UTF-8"),
    ("unexpected end of hex escape", "invalid_escape", "a lone surrogate or broken escape"),
    ("lone leading surrogate", "invalid_escape", "a lone surrogate or broken escape"),
    ("invalid escape", "invalid_escape", "a broken escape"),
    ("trailing characters", "trailing_data", "something follows the document"),
    ("control character", "control_character", "an unescaped control character in a string"),
    ("EOF", "truncated", "the document ends too early"),
    ("invalid number", "invalid_number", "not a JSON number"),
    ("number out of range", "number_range", "a number does not fit 64 bits"),
)


def parse_document(data: bytes, limits: Limits) -> JsonValue | Rejection:
    """Read one JSON document, or say why it is refused.

    Refuses what parsers are known to read differently: duplicate member names (also escaped and nested), anything
    but UTF-8, byte order marks, NaN and infinity, lone surrogates, integers beyond 64 bits, numbers that overflow,
    and what exceeds the caps on size, depth and number of values.
    """
    if len(data) > limits.body_bytes:
        return _rejection(INVALID_REQUEST, "too_large", f"larger than {limits.body_bytes} bytes", status=413)
    try:
        document: JsonValue = jiter.from_json(data, allow_inf_nan=False, cache_mode="keys", catch_duplicate_keys=True)
    except ValueError as error:
        return _syntax_rejection(str(error))
    return _walk(document, limits) or document if _needs_walk(data, limits) else document


def _needs_walk(data: bytes, limits: Limits) -> bool:
    """Tell cheaply when no cap can be passed: every value and every level costs at least one of these bytes."""
    shape = data.translate(_SHAPE, b"+")
    if _LONG_INTEGER in shape or _LONG_EXPONENT in shape:
        return True
    if len(data) <= limits.values and limits.depth >= PARSER_DEPTH:
        return False
    openings = data.count(b"[") + data.count(b"{")
    too_deep = limits.depth < min(openings, PARSER_DEPTH)
    return too_deep or openings + data.count(b",") >= limits.values


def _walk(document: JsonValue, limits: Limits) -> Rejection | None:
    """Check depth, number of values and the range of numbers, without recursion."""
    level: list[JsonValue] = [document]
    depth = values = 0
    while level:
        values += len(level)
        if not all(_number_fits(value) for value in level):
            return _rejection(PARSE_ERROR, "number_range", "a number does not fit 64 bits")
        nested = [value for value in level if isinstance(value, list | dict)]
        depth += bool(nested)
        if depth > limits.depth:
            return _rejection(PARSE_ERROR, "too_deep", f"nested more than {limits.depth} deep")
        if values > limits.values:
            return _rejection(PARSE_ERROR, "too_many_values", f"more than {limits.values} values")
        level = [child for value in nested for child in (value.values() if isinstance(value, dict) else value)]
    return None


def _number_fits(value: JsonValue) -> bool:
    match value:
        case bool() | str() | None | list() | dict():
            return True
        case int():
            return _MIN_INT64 <= value <= _MAX_INT64
        case float():
            return math.isfinite(value)


def _syntax_rejection(text: str) -> Rejection:
    where = _POSITION.search(text)
    place = f" at line {where[1]} column {where[2]}" if where else ""
    for prefix, reason, words in _SYNTAX_REASONS:
        if text.startswith(prefix):
            return _rejection(PARSE_ERROR, reason, f"{words}{place}")
    return _rejection(PARSE_ERROR, "invalid_json", f"not JSON{place}")


def parse_message(data: bytes, limits: Limits) -> Message | Rejection:
    """Read exactly one JSON-RPC message; an array is refused."""
    document = parse_document(data, limits)
    return document if isinstance(document, Rejection) else read_message(document)


def read_message(document: JsonValue) -> Message | Rejection:
    """Read a parsed document as one JSON-RPC message.

    Exactly one of `method`, `result` and `error` must be present (JSON-RPC 2.0 §4, §5); `id` is a string or an
    integer that every JSON library can hold (MCP basic: "string or integer", never null in a request).
    """
    if not isinstance(document, dict):
        kind = "an array" if isinstance(document, list) else "a scalar"
        return _rejection(INVALID_REQUEST, "not_an_object", f"expected one JSON-RPC object, got {kind}")
    identifier = document.get("id")
    known = _is_id(identifier)
    kept: RequestId | None = identifier if known else None  # type: ignore[assignment]  # narrowed by _is_id
    if document.get("jsonrpc") != "2.0":
        return _rejection(INVALID_REQUEST, "jsonrpc_version", 'member "jsonrpc" must be "2.0"', kept)
    if "id" in document and not known and not ("error" in document and identifier is None):
        return _rejection(INVALID_REQUEST, "invalid_id", "id must be a string or a safe integer")
    match ("method" in document, "result" in document, "error" in document):
        case (True, False, False):
            return _read_method(document, kept)
        case (False, True, False):
            return _read_result(document, kept)
        case (False, False, True):
            return _read_error(document, kept)
        case _:
            return _rejection(
                INVALID_REQUEST, "ambiguous_kind", "exactly one of method, result and error must be present", kept
            )


def _is_id(value: object) -> bool:
    if type(value) is int:  # bool is an int too, and would alias 1
        return -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER
    return type(value) is str and len(value) <= _MAX_ID_CHARACTERS


def _read_method(document: JsonObject, identifier: RequestId | None) -> Message | Rejection:
    method = document["method"]
    if not isinstance(method, str) or not method:
        return _rejection(INVALID_REQUEST, "invalid_method", "method must be a non-empty string", identifier)
    params = document.get("params", {})
    if not isinstance(params, dict):
        return _rejection(INVALID_REQUEST, "invalid_params", "params must be an object", identifier)
    if identifier is None:
        return Notification(method=method, params=params, document=document)
    return Request(id=identifier, method=method, params=params, document=document)


def _read_result(document: JsonObject, identifier: RequestId | None) -> Message | Rejection:
    result = document["result"]
    if identifier is None:
        return _rejection(INVALID_REQUEST, "missing_id", "a result must carry the id of its request")
    if not isinstance(result, dict):
        return _rejection(INVALID_REQUEST, "invalid_result", "result must be an object", identifier)
    return Response(id=identifier, result=result, document=document)


def _read_error(document: JsonObject, identifier: RequestId | None) -> Message | Rejection:
    error = document["error"]
    if isinstance(error, dict) and type(error.get("code")) is int and isinstance(error.get("message"), str):
        return ErrorResponse(id=identifier, code=error["code"], document=document)  # type: ignore[arg-type]  # checked
    return _rejection(INVALID_REQUEST, "invalid_error", "error must have a code and a message", identifier)


def _rejection(
    code: int, reason: str, message: str, identifier: RequestId | None = None, *, status: int = 400
) -> Rejection:
    return Rejection(reason=reason, message=message, code=code, http_status=status, id=identifier)
