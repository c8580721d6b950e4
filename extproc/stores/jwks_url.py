"""Keys from a JWK set behind a URL: fetched in the background, kept for a limited time, asked for with restraint."""

import asyncio
import ssl
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx2

from extproc.identity.keys import MAX_BYTES, Key, KeySetError, parse_key_set
from extproc.ports import Clock, PortError
from extproc.stores.key_ring import KeyRing

_OK: Final = 200
_LONGEST_BEARER: Final = 16 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUrl:
    """Where keys are, and how they are fetched; times in seconds.

    They are fetched every `refresh`; for a key that is not among them at once, but not more often than every
    `cooldown`. Keys older than `limit` are not used any more. `timeout` bounds one fetch, `patience` how long a
    request waits for one. `bearer_file` holds a token that the server wants, `ca` the authority of its certificate.
    """

    url: str
    ca: Path | None = None
    bearer_file: Path | None = None
    refresh: float = 300.0
    cooldown: float = 30.0
    limit: float = 86_400.0
    timeout: float = 5.0
    patience: float = 0.5


class _FetchError(Exception):
    """A fetch that brought no keys; the text is for operators."""


class UrlKeys:
    """A `KeySource` on a URL. `run` does the fetching; requests only ask it to hurry."""

    def __init__(self, settings: KeyUrl, ring: KeyRing, clock: Clock) -> None:
        """Take where to fetch from; nothing is fetched yet."""
        self._settings = settings
        self._ring = ring
        self._clock = clock
        self._wanted = asyncio.Event()
        self._fetched = asyncio.Event()
        self._tried: float | None = None
        self._renewed: float | None = None

    async def run(self) -> None:
        """Fetch now, then whenever it is time, until cancelled."""
        try:
            context = self._context()
        except OSError as error:  # ssl.SSLError is one
            self._ring.failed(f"the certificate authority cannot be read: {error.strerror or 'not a certificate'}")
            return
        # It follows nothing, believes no environment and trusts the given authority alone.
        async with httpx2.AsyncClient(
            verify=context, follow_redirects=False, trust_env=False, timeout=self._settings.timeout
        ) as client:
            while True:
                await self._fetch(client)
                await self._pause()

    async def find(self, identifier: str | None, algorithm: str) -> Key | None:
        """See `KeySource`."""
        key = self._current(identifier, algorithm)
        if key is not None:
            return key
        await self._hurry()
        key = self._current(identifier, algorithm)
        if key is None and (self._ring.fault is not None or not self._fresh()):
            # The issuer may have begun to use a new key that we could not fetch: the token may be good.
            raise PortError(f"identity source {self._ring.source} has no current keys")
        return key

    def _current(self, identifier: str | None, algorithm: str) -> Key | None:
        return self._ring.find(identifier, algorithm) if self._fresh() else None

    def _fresh(self) -> bool:
        return self._renewed is not None and self._clock.steady() - self._renewed <= self._settings.limit

    async def _hurry(self) -> None:
        """Have keys fetched, unless that was tried a moment ago, and wait for it, but not for long."""
        cooling = self._tried is not None and self._clock.steady() - self._tried < self._settings.cooldown
        if cooling and self._fetched.is_set():
            return
        if self._fetched.is_set():
            self._fetched.clear()
            self._wanted.set()
        try:
            async with asyncio.timeout(self._settings.patience):
                await self._fetched.wait()
        except TimeoutError:
            raise PortError(f"identity source {self._ring.source} does not answer in time") from None

    async def _pause(self) -> None:
        """Wait for the next turn: the usual one, a sooner one after a fault, or the one that a request asks for."""
        settings = self._settings
        seconds = settings.refresh if self._ring.fault is None else min(settings.refresh, settings.cooldown)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wanted.wait()

    async def _fetch(self, client: httpx2.AsyncClient) -> None:
        self._wanted.clear()
        self._fetched.clear()
        self._tried = self._clock.steady()
        try:
            async with asyncio.timeout(self._settings.timeout):
                keys = parse_key_set(await self._body(client))
        except (_FetchError, KeySetError) as error:
            self._ring.failed(f"{self._settings.url}: {error}")
        except TimeoutError:
            self._ring.failed(f"{self._settings.url}: no answer within {self._settings.timeout:g} s")
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            self._ring.failed(f"{self._settings.url}: {type(error).__name__}")
        else:
            self._renewed = self._clock.steady()
            self._ring.renew(keys)
        finally:
            self._fetched.set()

    async def _body(self, client: httpx2.AsyncClient) -> bytes:
        headers = {"accept": "application/jwk-set+json, application/json", "accept-encoding": "identity"}
        if self._settings.bearer_file is not None:
            headers["authorization"] = f"Bearer {_bearer(self._settings.bearer_file)}"
        async with client.stream("GET", self._settings.url, headers=headers) as response:
            if response.status_code != _OK:
                raise _FetchError(f"HTTP status {response.status_code}")
            if response.headers.get("content-encoding", "identity") != "identity":
                raise _FetchError("the answer is compressed")
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise _FetchError(f"the answer is larger than {MAX_BYTES} bytes")
            return bytes(body)

    def _context(self) -> ssl.SSLContext:
        ca = self._settings.ca
        return ssl.create_default_context(cafile=None if ca is None else str(ca))


def _bearer(path: Path) -> str:
    """Read the token anew each time: Kubernetes replaces it before it expires."""
    try:
        with path.open(encoding="ascii") as file:
            token = file.read(_LONGEST_BEARER).strip()
    except (OSError, UnicodeDecodeError):
        raise _FetchError("the file with the bearer token cannot be read") from None
    if not token or not token.isprintable() or " " in token:
        raise _FetchError("the file with the bearer token holds no token")
    return token
