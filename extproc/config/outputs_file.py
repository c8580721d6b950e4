"""The parts of the configuration about what leaves the sidecar beside traffic: notices and recordings."""

import os
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from extproc.config.faults import ConfigError, Fault
from extproc.config.model import Strict
from extproc.telemetry.channels import Webhook

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class ChannelSettings(Strict):
    """One channel: a webhook, or with null the log. `secret_env` names the variable with the key of its signatures."""

    url: Annotated[str, Field(pattern=r"^https?://")] | None = None
    secret_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None

    @model_validator(mode="after")
    def _safe(self) -> "ChannelSettings":
        if self.url is None:
            if self.secret_env is not None:
                raise ValueError("secret_env needs a url")
            return self
        parts = urlsplit(self.url)
        if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            raise ValueError("url must be https, unless its host is this one")
        return self

    def webhook(self, environment: Mapping[str, str] | None = None) -> Webhook | None:
        """Return the webhook; None for the log. Raises: `ConfigError` when the variable of its key is not set."""
        if self.url is None:
            return None
        variables = os.environ if environment is None else environment
        if self.secret_env is not None and not variables.get(self.secret_env):
            fault = Fault(file=f"${self.secret_env}", line=1, column=1, where="channels", message="is not set")
            raise ConfigError([fault])
        secret = variables[self.secret_env].encode() if self.secret_env is not None else None
        return Webhook(url=self.url, secret=secret)


class Recording(Strict):
    """Where messages go that a rule says to record; null for nowhere. It is full at `max_bytes`, and then refuses."""

    file: Annotated[str, Field(min_length=1)] | None = None
    max_bytes: Annotated[int, Field(ge=1024)] = 1024 * 1024 * 1024
