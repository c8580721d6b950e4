"""The fixed class of every method that no argument decides.

Methods of clients first. Of the requests that servers send to clients, `roots/list` shows names of directories; an
elicitation asks a person, who can refuse; sampling has the client's model answer over a context that the server may ask
to be included (`includeContext`) and returns the answer to the server, so that the content of a conversation can leave
by it: that is exfiltrative when context of others is asked for, and a write otherwise, since it spends what the
client pays.
"""

from collections.abc import Mapping
from typing import Final

from extproc.mcp.methods import HTTP_DELETE, HTTP_GET, LIFECYCLE, LISTS
from extproc.model.intent import Intent
from extproc.model.message import JsonValue

FIXED: Final[Mapping[str, Intent]] = {
    **dict.fromkeys(LIFECYCLE, Intent.READ),
    **dict.fromkeys(LISTS, Intent.READ),
    HTTP_GET: Intent.READ,
    # The session and what the server keeps of it end; they are the caller's own.
    HTTP_DELETE: Intent.WRITE,
    # It changes what the server logs, for this session alone.
    "logging/setLevel": Intent.WRITE,
    "resources/unsubscribe": Intent.READ,
    "resources/templates/list": Intent.READ,
    "tasks/list": Intent.READ,
    "tasks/get": Intent.READ,
    "tasks/result": Intent.READ,
    # Input for a task that waits: it goes on with what is sent.
    "tasks/update": Intent.WRITE,
    "tasks/cancel": Intent.WRITE,
    "notifications/tasks/status": Intent.READ,
    "notifications/tasks": Intent.READ,
    "roots/list": Intent.READ,
    "elicitation/create": Intent.WRITE,
}


def of_method(method: str, params: Mapping[str, JsonValue]) -> Intent | None:
    """Return the class of a method whose arguments are not asked; None when the protocol has no such method."""
    if method == "sampling/createMessage":
        asked = params.get("includeContext")
        return Intent.EXFILTRATIVE if asked not in (None, "none") else Intent.WRITE
    return FIXED.get(method)
