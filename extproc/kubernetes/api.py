"""A small client of the Kubernetes API: get, list, watch, create, update and patch, each within a time.

What goes wrong is an `ApiError` that names the verb, the kind and the object, never what it holds.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

import httpx2
import orjson

from extproc.kubernetes.account import Account, NoClusterError
from extproc.kubernetes.resources import Resource
from extproc.kubernetes.values import mapping, text
from extproc.mcp.jsonrpc import parse_document
from extproc.mcp.limits import FILE_LIMITS
from extproc.model.message import JsonObject, JsonValue
from extproc.model.rejection import Rejection

_CONFLICT: Final = 409
_GONE: Final = 410
_NOT_FOUND: Final = 404
_UNPROCESSABLE: Final = 422
_LARGEST: Final = FILE_LIMITS.body_bytes
_LONGEST_EVENT: Final = 4 * 1024 * 1024


class ApiError(Exception):
    """A call that failed. `status` is None when no answer came."""

    def __init__(self, call: str, reason: str, status: int | None = None) -> None:
        """Say which call failed and why."""
        super().__init__(f"{call}: {reason}")
        self.status = status

    @property
    def missing(self) -> bool:
        """Tell whether the object is not there."""
        return self.status == _NOT_FOUND

    @property
    def conflict(self) -> bool:
        """Tell whether somebody else was faster: the object changed, or is there already."""
        return self.status == _CONFLICT

    @property
    def gone(self) -> bool:
        """Tell whether a watch began at a version that the server no longer knows."""
        return self.status == _GONE

    @property
    def failed_test(self) -> bool:
        """Tell whether an operation `test` of a JSON patch did not hold: the server answers 422 then."""
        return self.status == _UNPROCESSABLE


class PatchKind(StrEnum):
    """How a patch is written."""

    JSON = "application/json-patch+json"
    MERGE = "application/merge-patch+json"


class EventKind(StrEnum):
    """What a watch tells."""

    ADDED = "ADDED"
    MODIFIED = "MODIFIED"
    DELETED = "DELETED"
    BOOKMARK = "BOOKMARK"
    ERROR = "ERROR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event of a watch."""

    kind: EventKind
    object: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Times in seconds: one call, and how long the server keeps one watch open."""

    call: float = 10.0
    watch: int = 300


class Api:
    """One API server. Use it as a context: it holds connections."""

    def __init__(self, account: Account, times: Times | None = None) -> None:
        """Take whom to speak as; nothing is opened yet."""
        self._account = account
        self._times = times or Times()
        # It follows nothing, believes no environment and trusts the given authority alone.
        self._client = httpx2.AsyncClient(
            base_url=account.cluster.url,
            verify=account.context,
            follow_redirects=False,
            trust_env=False,
            timeout=self._times.call,
            limits=httpx2.Limits(max_connections=None),  # each watch holds one
        )

    async def __aenter__(self) -> Self:
        """Open the connections."""
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def get(self, resource: Resource, name: str, *, namespace: str | None = None) -> JsonObject:
        """Return an object. Raises: `ApiError`."""
        return await self._call("get", "GET", resource, namespace, name)

    async def list(self, resource: Resource, *, namespace: str | None = None, labels: str = "") -> JsonObject:
        """Return all objects, as the list that the server gives. Raises: `ApiError`."""
        return await self._call("list", "GET", resource, namespace, query={"labelSelector": labels} if labels else {})

    async def create(self, resource: Resource, body: JsonObject, *, namespace: str | None = None) -> JsonObject:
        """Create an object; one that is there already is a conflict. Raises: `ApiError`."""
        return await self._call("create", "POST", resource, namespace, body=body, called=text(body, "metadata", "name"))

    async def update(self, resource: Resource, body: JsonObject, *, namespace: str | None = None) -> JsonObject:
        """Replace an object if it still has the `resourceVersion` of the body; else a conflict. Raises: `ApiError`."""
        name = text(body, "metadata", "name")
        if not text(body, "metadata", "resourceVersion"):
            raise ValueError("an update without resourceVersion would overwrite what it has not seen")
        return await self._call("update", "PUT", resource, namespace, name, body=body)

    async def patch(
        self,
        resource: Resource,
        name: str,
        patch: JsonValue,
        kind: PatchKind,
        *,
        namespace: str | None = None,
    ) -> JsonObject:
        """Patch an object. Raises: `ApiError`."""
        return await self._call("patch", "PATCH", resource, namespace, name, body=patch, content_type=kind.value)

    async def watch(
        self, resource: Resource, version: str, *, namespace: str | None = None, labels: str = ""
    ) -> AsyncIterator[Event]:
        """Tell what changes after a version, until the server ends the watch. Raises: `ApiError`."""
        call = _named("watch", resource, namespace, None)
        query = {
            "watch": "true",
            "resourceVersion": version,
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(self._times.watch),
        }
        if labels:
            query["labelSelector"] = labels
        patience = httpx2.Timeout(self._times.call, read=self._times.watch + self._times.call)
        async with _failing(call):
            request = self._client.build_request(
                "GET", resource.path(namespace), params=query, headers=self._headers(), timeout=patience
            )
            async with asyncio.timeout(self._times.call):
                response = await self._client.send(request, stream=True)
            try:
                if not response.is_success:
                    raise ApiError(call, f"HTTP status {response.status_code}", response.status_code)
                async for line in _lines(response, call):
                    event = _event(line, call)
                    if event.kind is EventKind.ERROR:
                        raise _told(event, call)
                    yield event
            finally:
                await response.aclose()

    async def _call(
        self,
        verb: str,
        method: str,
        resource: Resource,
        namespace: str | None,
        name: str | None = None,
        *,
        query: Mapping[str, str] | None = None,
        body: JsonValue = None,
        content_type: str = "application/json",
        called: str | None = None,
    ) -> JsonObject:
        call = _named(verb, resource, namespace, name or called)
        async with _failing(call), asyncio.timeout(self._times.call):
            headers = self._headers()
            content = None
            if body is not None:
                headers["content-type"], content = content_type, orjson.dumps(body)
            path = resource.path(namespace, name)
            async with self._client.stream(
                method, path, params=dict(query or {}), headers=headers, content=content
            ) as response:
                if not response.is_success:
                    raise ApiError(call, f"HTTP status {response.status_code}", response.status_code)
                answer = bytearray()
                async for chunk in response.aiter_bytes():
                    answer += chunk
                    if len(answer) > _LARGEST:
                        raise ApiError(call, "the answer is too large")
        return _object(bytes(answer), call)

    def _headers(self) -> dict[str, str]:
        return {"accept": "application/json", "authorization": f"Bearer {self._account.token()}"}


@asynccontextmanager
async def _failing(call: str) -> AsyncIterator[None]:
    """Make every way in which a call fails an `ApiError`."""
    try:
        yield
    except TimeoutError:
        raise ApiError(call, "no answer in time") from None
    except NoClusterError as error:
        raise ApiError(call, str(error)) from None
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        raise ApiError(call, f"no answer ({type(error).__name__})") from None


def _named(verb: str, resource: Resource, namespace: str | None, name: str | None) -> str:
    place = "/".join(part for part in (namespace if resource.namespaced else None, name) if part)
    return f"{verb} {resource.kind} {place}".rstrip()


def _object(data: bytes, call: str) -> JsonObject:
    document = parse_document(data, FILE_LIMITS)
    if isinstance(document, Rejection) or not isinstance(document, dict):
        raise ApiError(call, "the answer is not a JSON object")
    return document


async def _lines(response: httpx2.Response, call: str) -> AsyncIterator[bytes]:
    """Cut an open answer into lines; one that never ends does not fill the memory."""
    rest = b""
    async for chunk in response.aiter_bytes():
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            if line.strip():
                yield line
        if len(rest) > _LONGEST_EVENT:
            raise ApiError(call, "an event is too large")


def _event(line: bytes, call: str) -> Event:
    document = _object(line, call)
    kind = text(document, "type")
    if kind not in EventKind.__members__:
        raise ApiError(call, "an event of an unknown kind")
    return Event(kind=EventKind(kind), object=mapping(document, "object"))


def _told(event: Event, call: str) -> ApiError:
    code = event.object.get("code")
    status = code if isinstance(code, int) else None
    return ApiError(call, f"the server ended it with status {status}", status)
