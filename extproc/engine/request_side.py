"""Judge what a client sends: a head alone, one message, or an array of them."""

from typing import Final

from extproc.engine.batch import judge_batch
from extproc.engine.explaining import explanation
from extproc.engine.identify import identify, refuse_query_token
from extproc.engine.settings import resource_metadata, route
from extproc.engine.single import DENIED, JSON_HEADERS, http, judge, judge_single, negotiated, read, reject, tokens_of
from extproc.engine.state import ExchangeState, request_metadata
from extproc.mcp import headers as h
from extproc.mcp.authorization import Document, has_query_token
from extproc.mcp.headers import Headers
from extproc.mcp.http import check_request_head
from extproc.mcp.jsonrpc import parse_document
from extproc.mcp.methods import HTTP_DELETE, HTTP_GET
from extproc.mcp.refusals import POLICY_DENIED, error
from extproc.mcp.versions import from_header
from extproc.model.attested import NOTHING_ATTESTED, Attested
from extproc.model.decision import Effect
from extproc.model.message import Notification
from extproc.model.rejection import Rejection
from extproc.redact.apply import dump
from extproc.wire.answers import Answer, Forward, Respond

_METADATA: Final = "mcp_extproc_resource_metadata"


async def judge_head(state: ExchangeState, headers: Headers, attested: Attested = NOTHING_ATTESTED) -> Answer:
    """Judge a request without a body: the legacy stream (GET) and the end of a session (DELETE).

    Metadata of a protected server (RFC 9728) is answered here, for it belongs to the server as clients see it.
    """
    document = _metadata(state, headers)
    if document is not None:
        return Respond(status=200, body=document.body, details=_METADATA, headers=document.headers)
    refused = await _read_head(state, headers, attested, has_body=False)
    if refused is not None:
        return refused
    revision = from_header(headers, await negotiated(state), state.engine.settings.versions)
    if isinstance(revision, Rejection):
        return reject(state, revision)
    state.revision = revision
    if not revision.streams:
        return reject(state, http(405, "http_method", f"revision {revision.name} has POST only"))
    method = HTTP_GET if state.http_method == "GET" else HTTP_DELETE
    judged = await judge(state, Notification(method=method, params={}, document={}))
    metadata = request_metadata(state, judged)
    match judged.decision.effect:
        case Effect.ALLOW:
            return Forward(set_headers=tokens_of(state, judged), metadata=metadata)
        case Effect.HOLD | Effect.DENY:
            # 405 is how a server says that it has no stream, or no end of sessions: every client goes on without.
            body = dump(error(None, POLICY_DENIED, explanation(judged)))
            headers_out = (*JSON_HEADERS, ("allow", "POST"))
            return Respond(status=405, body=body, headers=headers_out, details=DENIED, metadata=metadata)


async def judge_document(
    state: ExchangeState, headers: Headers, body: bytes, attested: Attested = NOTHING_ATTESTED
) -> Answer:
    """Judge a POST: one message, or an array of them where the revision has that."""
    refused = await _read_head(state, headers, attested, has_body=True)
    if refused is not None:
        return refused
    if not body:
        return reject(state, http(400, "empty_body", "POST must carry one JSON-RPC message"))
    document = parse_document(body, state.engine.settings.limits)
    if isinstance(document, Rejection):
        return reject(state, document)
    if isinstance(document, list):
        return await judge_batch(state, headers, body, document)
    message = await read(state, headers, document)
    if isinstance(message, Rejection):
        return reject(state, message)
    return await judge_single(state, headers, body, message)


async def _read_head(state: ExchangeState, headers: Headers, attested: Attested, *, has_body: bool) -> Respond | None:
    """Find the server, check the form of the head, then who asks; return the refusal, if it comes to one."""
    authority, path = headers.get(":authority") or "", headers.get(":path") or ""
    found = route(state.engine.settings, authority, path)
    if found is None:
        bare = route(state.engine.settings, authority, path.partition("?")[0])
        if bare is not None and has_query_token(path):
            state.server = bare.name
            return refuse_query_token(state, bare.authorization)
        return reject(state, http(404, "unknown_path", "no MCP server is served here"))
    state.route, state.server = found, found.name
    state.http_method = headers.get(":method") or ""
    state.session = headers.get(h.SESSION)
    state.traceparent = headers.get("traceparent")
    rejection = check_request_head(headers, has_body=has_body)
    if rejection is not None:
        return reject(state, rejection)
    return await identify(state, headers, attested, found)


def _metadata(state: ExchangeState, headers: Headers) -> Document | None:
    if headers.get(":method") not in {"GET", "HEAD"}:
        return None
    return resource_metadata(state.engine.settings, headers.get(":authority") or "", headers.get(":path") or "")
