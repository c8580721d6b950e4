"""Follows the objects of one kind: list them, watch what changes, and list again when the thread is lost.

Faults are told and never end it: what was known counts until the server answers again.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TypeAlias

from extproc.kubernetes.api import Api, ApiError, Event, EventKind
from extproc.kubernetes.resources import Resource
from extproc.kubernetes.values import objects, text
from extproc.model.message import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """All objects that there are; what was known before and is not among them is gone."""

    objects: tuple[JsonObject, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """An object is new or other than before."""

    object: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """An object is there no longer, or no longer has the labels."""

    object: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """The server does not answer as it should; it is asked again after a pause."""

    reason: str


Change: TypeAlias = Listed | Changed | Gone | Lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Pauses in seconds between tries: the first one, doubled up to the longest, each drawn from its upper half."""

    first: float = 0.5
    longest: float = 30.0

    def pause(self, failures: int) -> float:
        """Return how long to wait after so many failures in a row."""
        whole = min(self.longest, self.first * 2.0 ** min(failures - 1, 16))
        return whole * random.uniform(0.5, 1.0)  # noqa: S311 - so that replicas do not all ask at once


async def follow(
    api: Api,
    resource: Resource,
    *,
    namespace: str | None = None,
    labels: str = "",
    backoff: Backoff | None = None,
) -> AsyncIterator[Change]:
    """Tell everything about the objects of one kind, without end."""
    pauses = backoff or Backoff()
    version: str | None = None
    failures = 0
    loop = asyncio.get_running_loop()
    while True:
        try:
            if version is None:
                found = await api.list(resource, namespace=namespace, labels=labels)
                version = text(found, "metadata", "resourceVersion")
                yield Listed(objects=tuple(objects(found, "items")))
            begun = loop.time()
            async for event in api.watch(resource, version, namespace=namespace, labels=labels):
                failures = 0
                version = text(event.object, "metadata", "resourceVersion") or version
                if (change := _change(event)) is not None:
                    yield change
            failures = 0
            if loop.time() - begun < pauses.first:
                await asyncio.sleep(pauses.pause(1))  # a server that ends every watch at once is not asked all the time
        except ApiError as error:
            if error.gone:
                version = None
                if failures == 0:
                    failures = 1  # usual after a long silence; a second one in a row waits
                    continue
            failures += 1
            yield Lost(reason=str(error))
            await asyncio.sleep(pauses.pause(failures))


def _change(event: Event) -> Changed | Gone | None:
    match event.kind:
        case EventKind.ADDED | EventKind.MODIFIED:
            return Changed(object=event.object)
        case EventKind.DELETED:
            return Gone(object=event.object)
        case EventKind.BOOKMARK | EventKind.ERROR:
            return None  # a bookmark only moves the version on; an error was raised by the client
