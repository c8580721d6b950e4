"""The part of the configuration about what is looked for in messages, and what is left alone."""

import os
import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from extproc.config import policy_fields as f
from extproc.config.faults import ConfigError, Fault
from extproc.config.model import Strict
from extproc.pipeline.suppressions import Suppression
from extproc.policy.globs import Globs

_KEY_BYTES = 32
_Globs = Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1)]


def _day(value: object) -> object:
    """Read a day as YAML leaves it: as a text."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError("must be a day such as 2027-03-31") from None
    return value


class SuppressionSettings(Strict):
    """Findings that are known: which, until when (the day itself not included, in UTC), and why they are left alone."""

    entities: Annotated[list[str], Field(min_length=1)] | None = None
    servers: _Globs | None = None
    tools: _Globs | None = None
    pointer: f.Pattern | None = None
    fingerprint: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")] | None = None
    until: Annotated[date, BeforeValidator(_day)]
    reason: Annotated[str, Field(min_length=1, max_length=500)]

    @model_validator(mode="after")
    def _narrow(self) -> "SuppressionSettings":
        if self.entities is None and self.fingerprint is None and self.pointer is None:
            raise ValueError("name entities, a fingerprint or a pointer: not everything can be left alone")
        return self

    def value(self) -> Suppression:
        """Return what the pipeline takes of it."""
        return Suppression(
            until=datetime.combine(self.until, time(), UTC).timestamp(),
            reason=self.reason,
            entities=frozenset(self.entities) if self.entities is not None else None,
            servers=Globs(self.servers) if self.servers is not None else None,
            tools=Globs(self.tools) if self.tools is not None else None,
            pointer=self.pointer,
            fingerprint=self.fingerprint,
        )


class VaultSettings(Strict):
    """How long a value can be given back, in seconds, and how many are kept at most."""

    seconds: Annotated[float, Field(gt=0, le=7 * 86400, strict=False)] = 3600.0
    values: Annotated[int, Field(ge=1, le=10_000_000)] = 100_000


class DetectionSettings(Strict):
    """What is looked for. `key_env` names the variable with the key of pseudonyms and fingerprints.

    Without it they are made with a key that the process draws for itself, and differ after a restart.
    """

    detectors: list[Annotated[str, Field(min_length=1)]] = Field(default_factory=list)
    off: list[str] = Field(default_factory=list)
    suppressions: list[SuppressionSettings] = Field(default_factory=list)
    tenant: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")] = "default"
    key_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    stream_wait: Annotated[float, Field(ge=0, le=5, strict=False)] = 0.1
    vault: VaultSettings = VaultSettings()
    second_scanner: Literal["kingfisher"] | None = None
    cache: Annotated[str, Field(min_length=1)] | None = None

    def key(self, environment: Mapping[str, str] | None = None) -> bytes:
        """Return the key. Raises: `ConfigError` when its variable is not set, or too short to keep anything secret."""
        if self.key_env is None:
            return secrets.token_bytes(_KEY_BYTES)
        found = (os.environ if environment is None else environment).get(self.key_env, "")
        if len(found) < _KEY_BYTES:
            message = f"must be set to at least {_KEY_BYTES} characters"
            raise ConfigError(
                [Fault(file=f"${self.key_env}", line=1, column=1, where="detection.key_env", message=message)]
            )
        return found.encode()
