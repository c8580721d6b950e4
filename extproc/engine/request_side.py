"""Judge what a client sends: a head alone, one message, or an array of them."""

from extproc.engine.batch import judge_batch
from extproc.engine.judging import explanation
from extproc.engine.settings import route
from extproc.engine.single import DENIED, JSON_HEADERS, http, judge, judge_single, negotiated, read, reject
from extproc.engine.state import ExchangeState, request_metadata
from extproc.mcp import headers as h
from extproc.mcp.headers import Headers
from extproc.mcp.http import check_request_head
from extproc.mcp.jsonrpc import parse_document
from extproc.mcp.methods import HTTP_DELETE, HTTP_GET
from extproc.mcp.refusals import POLICY_DENIED, error
from extproc.mcp.versions import from_header
from extproc.model.decision import Effect
from extproc.model.message import Notification
from extproc.model.rejection import Rejection
from extproc.redact.apply import dump
from extproc.wire.answers import Answer, Forward, Respond


async def judge_head(state: ExchangeState, headers: Headers) -> Answer:
    """Judge a request without a body: the legacy stream (GET) and the end of a session (DELETE)."""
    rejection = _read_head(state, headers, has_body=False)
    if rejection is not None:
        return reject(state, rejection)
    revision = from_header(headers, await negotiated(state), state.engine.settings.versions)
    if isinstance(revision, Rejection):
        return reject(state, revision)
    state.revision = revision
    if not revision.streams:
        return reject(state, http(405, "http_method", f"revision {revision.name} has POST only"))
    method = HTTP_GET if state.http_method == "GET" else HTTP_DELETE
    judged = judge(state, Notification(method=method, params={}, document={}))
    metadata = request_metadata(state, judged)
    match judged.decision.effect:
        case Effect.ALLOW:
            return Forward(metadata=metadata)
        case Effect.HOLD | Effect.DENY:
            # 405 is how a server says that it has no stream, or no end of sessions: every client goes on without.
            body = dump(error(None, POLICY_DENIED, explanation(judged)))
            headers_out = (*JSON_HEADERS, ("allow", "POST"))
            return Respond(status=405, body=body, headers=headers_out, details=DENIED, metadata=metadata)


async def judge_document(state: ExchangeState, headers: Headers, body: bytes) -> Answer:
    """Judge a POST: one message, or an array of them where the revision has that."""
    rejection = _read_head(state, headers, has_body=True)
    if rejection is None and not body:
        rejection = http(400, "empty_body", "POST must carry one JSON-RPC message")
    if rejection is not None:
        return reject(state, rejection)
    document = parse_document(body, state.engine.settings.limits)
    if isinstance(document, Rejection):
        return reject(state, document)
    if isinstance(document, list):
        return await judge_batch(state, headers, body, document)
    message = await read(state, headers, document)
    if isinstance(message, Rejection):
        return reject(state, message)
    return await judge_single(state, headers, body, message)


def _read_head(state: ExchangeState, headers: Headers, *, has_body: bool) -> Rejection | None:
    found = route(state.engine.settings, headers.get(":authority") or "", headers.get(":path") or "")
    if found is None:
        return http(404, "unknown_path", "no MCP server is served here")
    state.server = found.name
    state.http_method = headers.get(":method") or ""
    state.session = headers.get(h.SESSION)
    return check_request_head(headers, has_body=has_body)
