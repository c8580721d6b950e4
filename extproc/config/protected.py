"""The part of the configuration file about a protected server, and the check of every URL that files name."""

from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from extproc.config.model import Strict
from extproc.mcp.authorization import SCOPE, Authorization

Text = Annotated[str, Field(min_length=1, max_length=2048)]
_Scope = Annotated[str, Field(pattern=f"^{SCOPE.pattern}$", max_length=256)]
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class AuthorizationSettings(Strict):
    """How a server is protected with tokens, as its clients are told (RFC 9728)."""

    resource: Text
    authorization_servers: Annotated[list[Text], Field(min_length=1)]
    scopes: Annotated[list[_Scope], Field(default_factory=list)]
    required: bool = True

    @model_validator(mode="after")
    def _urls(self) -> "AuthorizationSettings":
        check_url(self.resource, "resource")
        for one in self.authorization_servers:
            check_url(one, "an authorization server")
        return self

    def value(self) -> Authorization:
        """Return what clients are told."""
        return Authorization(
            resource=self.resource,
            authorization_servers=tuple(self.authorization_servers),
            scopes=tuple(self.scopes),
            required=self.required,
        )


def check_url(url: str, what: str) -> None:
    try:
        parts = urlsplit(url)
        port_fits = parts.port is None or parts.port > 0
    except ValueError:
        port_fits = False
    if not port_fits or not url.isascii() or not url.isprintable() or " " in url or '"' in url or "\\" in url:
        raise ValueError(f"{what} is not a URL")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ValueError(f"{what} must begin with https:// (http:// only to this machine)")
    if not parts.hostname or parts.username is not None or parts.password is not None or parts.fragment:
        raise ValueError(f"{what} needs a host, and has no credentials and no fragment")
