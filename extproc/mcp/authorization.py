"""MCP authorization as data: challenges (RFC 6750 §3) and the metadata of a protected resource (RFC 9728)."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

WELL_KNOWN: Final = "/.well-known/oauth-protected-resource"
UNAUTHORIZED: Final = -31401
CHALLENGE_HEADER: Final = "www-authenticate"
_QUERY_TOKEN: Final = "access_token"  # noqa: S105 - the name of a parameter

INVALID_TOKEN: Final = "invalid_token"  # noqa: S105 - an error code of RFC 6750
INVALID_REQUEST: Final = "invalid_request"

# RFC 6749 §3.3: a scope is of visible ASCII without quotes and backslashes, so it needs no escape in a challenge.
SCOPE: Final = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+")
# It is public, and browsers read it across origins; five minutes are a short time to move a resource elsewhere.
_DOCUMENT_HEADERS: Final = (
    ("content-type", "application/json"),
    ("cache-control", "public, max-age=300"),
    ("access-control-allow-origin", "*"),
    ("x-content-type-options", "nosniff"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """What a protected server tells its clients. `resource` is its URL exactly as clients use it."""

    resource: str
    authorization_servers: tuple[str, ...]
    scopes: tuple[str, ...] = ()
    required: bool = True

    @property
    def metadata_path(self) -> str:
        """Return the path of the metadata: the well-known one goes before the resource's own (RFC 9728 §3.1)."""
        parts = urlsplit(self.resource)
        query = f"?{parts.query}" if parts.query else ""
        return f"{WELL_KNOWN}{parts.path.rstrip('/')}{query}"

    @property
    def metadata_url(self) -> str:
        """Return the address that challenges name."""
        parts = urlsplit(self.resource)
        return f"{parts.scheme}://{parts.netloc}{self.metadata_path}"

    @property
    def document(self) -> bytes:
        """Return the metadata (RFC 9728 §2); tokens are taken from the header only."""
        members: dict[str, object] = {
            "resource": self.resource,
            "authorization_servers": list(self.authorization_servers),
            "bearer_methods_supported": ["header"],
        }
        if self.scopes:
            members["scopes_supported"] = list(self.scopes)
        return json.dumps(members, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document that is served in place of any server."""

    body: bytes
    headers: tuple[tuple[str, str], ...] = _DOCUMENT_HEADERS


def challenge(authorization: Authorization | None, *, error: str | None = None, description: str | None = None) -> str:
    """Return a `WWW-Authenticate` value. Without an error it asks for a token that was not sent (RFC 6750 §3.1)."""
    parameters = [] if error is None else [("error", error)]
    if description is not None:
        parameters.append(("error_description", description))
    if authorization is not None:
        parameters.append(("resource_metadata", authorization.metadata_url))
        if authorization.scopes:
            parameters.append(("scope", " ".join(authorization.scopes)))
    return _bearer(parameters)


def insufficient_scope(scopes: Iterable[str], resource_metadata: str | None) -> str:
    """Return the `WWW-Authenticate` value of a 403 that asks for a step up: every scope that is needed, at once."""
    parameters = [("error", "insufficient_scope"), ("scope", " ".join(sorted(scopes)))]
    if resource_metadata is not None:
        parameters.append(("resource_metadata", resource_metadata))
    return _bearer(parameters)


def has_query_token(path: str) -> bool:
    """Tell whether a request carries a token in its query, where logs and caches would keep it (RFC 6750 §2.3)."""
    _, _, query = path.partition("?")
    return any(part.partition("=")[0] == _QUERY_TOKEN for part in query.split("&"))


def _bearer(parameters: list[tuple[str, str]]) -> str:
    return "Bearer " + ", ".join(f'{name}="{text}"' for name, text in parameters) if parameters else "Bearer"
