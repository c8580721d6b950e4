"""Gives every error made by Envoy itself the shape of a JSON-RPC error; the sidecar's own answers stay as they are."""

from dataclasses import dataclass
from typing import Final

from envoy_data_plane.envoy.config.accesslog import v3 as accesslog
from envoy_data_plane.envoy.config.core import v3 as core
from envoy_data_plane.envoy.extensions.access_loggers.filters.cel import v3 as cel
from envoy_data_plane.envoy.extensions.filters.network.http_connection_manager import v3 as hcm
from envoy_data_plane.google.protobuf import Any, Struct

from extproc.envoy.options import OWN_DETAILS

_INVALID_REQUEST: Final = -32600
_INTERNAL_ERROR: Final = -32603
# Response code details may hold the text of an exception: they are compared here and never printed.
_NOT_OURS: Final = f"!response.code_details.startsWith('{OWN_DETAILS}')"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalReply:
    """The JSON-RPC error that stands for one kind of error made by Envoy; `when` is a CEL condition."""

    when: str
    code: int
    message: str


# The first that matches is used, so the two that match a whole class come last.
LOCAL_REPLIES: Final = (
    LocalReply(when="response.code == 400", code=_INVALID_REQUEST, message="The HTTP request is malformed."),
    LocalReply(when="response.code == 403", code=_INVALID_REQUEST, message="The gateway does not let this pass."),
    LocalReply(when="response.code == 404", code=_INVALID_REQUEST, message="There is nothing at this address."),
    LocalReply(when="response.code == 408", code=_INVALID_REQUEST, message="The request took too long to arrive."),
    LocalReply(when="response.code == 413", code=_INVALID_REQUEST, message="The request is too large."),
    LocalReply(when="response.code == 429", code=_INVALID_REQUEST, message="Too many requests. Try again later."),
    LocalReply(when="response.code == 431", code=_INVALID_REQUEST, message="The request headers are too large."),
    LocalReply(when="response.code == 500", code=_INTERNAL_ERROR, message="The response could not be passed on."),
    LocalReply(when="response.code == 502", code=_INTERNAL_ERROR, message="The server's response is malformed."),
    LocalReply(when="response.code == 503", code=_INTERNAL_ERROR, message="The server or its guard is unavailable."),
    LocalReply(when="response.code == 504", code=_INTERNAL_ERROR, message="The server or its guard took too long."),
    LocalReply(when="response.code < 500", code=_INVALID_REQUEST, message="The gateway refused the request."),
    LocalReply(when="response.code >= 500", code=_INTERNAL_ERROR, message="The gateway failed."),
)


def local_reply_config() -> hcm.LocalReplyConfig:
    """Map each status of a local reply to its JSON-RPC error."""
    return hcm.LocalReplyConfig(mappers=[_mapper(reply) for reply in LOCAL_REPLIES])


def _mapper(reply: LocalReply) -> hcm.ResponseMapper:
    condition = cel.ExpressionFilter(expression=f"{reply.when} && {_NOT_OURS}")
    return hcm.ResponseMapper(
        filter=accesslog.AccessLogFilter(
            extension_filter=accesslog.ExtensionFilter(
                name="envoy.access_loggers.extension_filters.cel", typed_config=Any.pack(condition)
            )
        ),
        body_format_override=core.SubstitutionFormatString(
            content_type="application/json",
            json_format=Struct.from_dict(
                {
                    "jsonrpc": "2.0",
                    # The request's own id is in a body that nobody has parsed here.
                    "id": None,
                    "error": {
                        "code": reply.code,
                        "message": reply.message,
                        "data": {"status": "%RESPONSE_CODE%", "request_id": "%REQ(X-REQUEST-ID)%"},
                    },
                }
            ),
        ),
    )
