"""The catalogue of MCP methods: groups a policy can name, and which methods of the two eras mean the same.

Two pseudo-methods name the bodyless requests of the legacy transport: `http/get` opens the server's stream and
`http/delete` ends the session.
"""

from typing import Final

HTTP_GET: Final = "http/get"
HTTP_DELETE: Final = "http/delete"

LIFECYCLE: Final = frozenset(
    {
        HTTP_GET,
        HTTP_DELETE,
        "initialize",
        "server/discover",
        "ping",
        "logging/setLevel",
        "subscriptions/listen",
        "notifications/initialized",
        "notifications/cancelled",
        "notifications/progress",
        "notifications/message",
        "notifications/tools/list_changed",
        "notifications/prompts/list_changed",
        "notifications/resources/list_changed",
        "notifications/resources/updated",
        "notifications/roots/list_changed",
        "notifications/elicitation/complete",
        "notifications/subscriptions/acknowledged",
    }
)
LISTS: Final = frozenset({"tools/list", "prompts/list", "resources/list", "resources/templates/list"})
SERVER_REQUESTS: Final = frozenset({"sampling/createMessage", "elicitation/create", "roots/list"})

GROUPS: Final = {"@lifecycle": LIFECYCLE, "@lists": LISTS, "@server_requests": SERVER_REQUESTS}

# A rule that names one of these is about all of its line: a client that is refused `server/discover` falls back to
# `initialize` (measured with the official SDKs), so treating them apart would be a way around.
_SAME_MEANING: Final = (
    frozenset({"initialize", "server/discover"}),
    frozenset({HTTP_GET, "subscriptions/listen"}),
    frozenset({"resources/subscribe", "resources/unsubscribe"}),
)
_EQUIVALENTS: Final = {method: meaning for meaning in _SAME_MEANING for method in meaning}


def equivalents(method: str) -> frozenset[str]:
    """Return every method that means the same as this one, itself included."""
    return _EQUIVALENTS.get(method) or frozenset((method,))
