"""The part of the configuration file about the keys of an issuer: where they are, and how long they are good."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from extproc.config.model import Strict
from extproc.config.protected import Text, check_url
from extproc.stores.jwks_url import KeyUrl

_Seconds = Annotated[float, Field(gt=0, le=7 * 86_400, strict=False)]


class KeySettings(Strict):
    """Where the keys of an issuer are: a URL, or a file beside the configuration."""

    url: Text | None = None
    file: Text | None = None
    ca: Text | None = None
    bearer_file: Text | None = None
    refresh: _Seconds = 300.0
    cooldown: Annotated[float, Field(ge=1, le=3600, strict=False)] = 30.0
    limit: _Seconds = 86_400.0

    @model_validator(mode="after")
    def _one(self) -> "KeySettings":
        if (self.url is None) == (self.file is None):
            raise ValueError("keys need either a url or a file")
        if self.url is None and (self.ca is not None or self.bearer_file is not None):
            raise ValueError("ca and bearer_file are for keys behind a url")
        if self.url is not None:
            check_url(self.url, "the url of keys")
        if self.limit < self.refresh:
            raise ValueError("limit must not be shorter than refresh")
        return self

    def place(self, base: Path) -> KeyUrl | Path:
        """Return where they are; files are relative to the folder of the configuration."""
        if self.url is None:
            return base / (self.file or "")
        return KeyUrl(
            url=self.url,
            ca=None if self.ca is None else base / self.ca,
            bearer_file=None if self.bearer_file is None else base / self.bearer_file,
            refresh=self.refresh,
            cooldown=self.cooldown,
            limit=self.limit,
        )
