"""Where a server is that is looked at, what it may cost, and what it did that explains a failure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from extproc.pins.showing import cut
from extproc.vetting.offer import secrets_of

MOST_BYTES: Final = 16 * 1024 * 1024
MOST_PAGES: Final = 100
MOST_ENTRIES: Final = 5_000


class UnreachableError(Exception):
    """A server that could not be looked at; the text tells a reader why, and has nothing secret in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Where a server is: a URL with headers, or a command. `seconds` is how long all of it may take."""

    url: str | None = None
    command: Sequence[str] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    seconds: float = 30.0

    @property
    def shown(self) -> str:
        """Return where it is without anything that may be secret: userinfo, query, arguments."""
        if self.url is None:
            return cut(f"stdio:{self.command[0].rpartition('/')[2]}")
        parts = urlsplit(self.url)
        return cut(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}")

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return what no message may show: values of headers, and what the URL has beside its place."""
        parts = urlsplit(self.url or "")
        values = (value for _, value in parse_qsl(parts.query))
        return secrets_of((*self.headers.values(), parts.netloc.rpartition("@")[0], parts.password or "", *values))


@dataclass(slots=True, kw_only=True)
class Allowance:
    """What is left of the bytes that a server may send in all, and what was seen of it on the way.

    `status` is that of the last answer over HTTP when it was no success, `redirect` where it led; `odd` is something in
    words,
    `last_words` the end of what a program wrote to its standard error.
    """

    left: int = MOST_BYTES
    exceeded: bool = False
    status: int | None = None
    redirect: str | None = None
    odd: str | None = None
    last_words: bytes = b""

    def takes(self, size: int) -> bool:
        """Count bytes, and tell whether they were still allowed."""
        self.left -= size
        self.exceeded = self.exceeded or self.left < 0
        return not self.exceeded

    def answered(self, status: int, redirect: str | None) -> None:
        """Note the status of an answer, and where it redirects to."""
        failed = not 200 <= status < 300  # noqa: PLR2004 - what HTTP calls success
        self.status, self.redirect = (status, redirect) if failed else (None, None)

    def reason(self) -> str | None:
        """Return what explains a failure best, as far as it was seen."""
        if self.exceeded:
            return f"it sends more than {MOST_BYTES // (1024 * 1024)} MiB"
        if self.odd is not None:
            return self.odd
        if self.status is None:
            return None
        redirect = f", to {self.redirect}, and is not followed there" if self.redirect is not None else ""
        return f"it answers with HTTP {self.status}{redirect}"
