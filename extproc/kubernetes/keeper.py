"""Keeps a self-signed certificate alive among several replicas: one Secret, compare-and-swap, trust before use.

Whoever is second takes what the first one made. A leaf is served only after the API server was told to trust its
authority, and one that is new or follows another only when that had time to be known.
"""

import asyncio
import base64
import binascii
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from extproc.kubernetes.api import Api, ApiError, PatchKind
from extproc.kubernetes.certificates import Material, bundle, host_names, is_due, is_good, make, moment, read
from extproc.kubernetes.resources import SECRETS, WEBHOOKS
from extproc.kubernetes.settings import SelfSigned
from extproc.kubernetes.values import mapping, objects, text, words
from extproc.model.message import JsonObject, JsonValue
from extproc.ports import Clock

_log: Final = logging.getLogger("extproc.kubernetes")
_TRIES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """Times in seconds: between looks, after a fault, and for new trust to be known to every API server."""

    look: float = 60.0
    fault: float = 5.0
    settle: float = 10.0


class Keeper:
    """One replica's part in it."""

    def __init__(
        self,
        api: Api,
        settings: SelfSigned,
        serve: Callable[[Material], None],
        clock: Clock,
        pauses: Pauses | None = None,
    ) -> None:
        """Take what is kept where, and who serves it; nothing is asked yet."""
        self._api = api
        self._settings = settings
        self._serve = serve
        self._clock = clock
        self._pauses = pauses or Pauses()
        self._names = host_names(settings.service, settings.namespace)
        self._served: Material | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Look now and then, until told to stop; a fault is told and tried again."""
        while not stop.is_set():
            try:
                await self.look()
                pause = self._pauses.look
            except ApiError as error:
                _log.error("the certificate cannot be looked after: %s", error)
                pause = self._pauses.fault
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await stop.wait()

    async def look(self) -> None:
        """Renew what is due, have it trusted, and serve it. Raises: `ApiError`."""
        material = await self._current()
        grown = await self._trust(material)
        if self._served is not None and self._served.leaf == material.leaf:
            return
        if grown or (self._served is not None and is_good(self._served, moment(self._clock.now()))):
            await asyncio.sleep(self._pauses.settle)  # another replica may have written the bundle a moment ago
        self._serve(material)
        self._served = material
        _log.info("serving a certificate that ends at %s", material.ends.isoformat())

    async def _current(self) -> Material:
        """Return what the Secret holds, after renewing it if that is due."""
        for _ in range(_TRIES):
            secret = await self._secret()
            now = moment(self._clock.now())
            kept = read(_decoded(secret)) if secret is not None else None
            if kept is not None and not is_due(kept, self._names, now):
                return kept
            new = make(self._names, now, self._settings.days, kept.authorities if kept is not None else ())
            try:
                await self._put(secret, new)
            except ApiError as error:
                if error.conflict:
                    continue  # another replica was faster: what it made counts
                if kept is None or not is_good(kept, now):
                    raise
                _log.error("the certificate is due and cannot be renewed, the former one is served on: %s", error)
                return kept
            _log.info("made a certificate that ends at %s", new.ends.isoformat())
            return new
        raise ApiError(f"update Secret {self._settings.namespace}/{self._settings.secret}", "it changes all the time")

    async def _secret(self) -> JsonObject | None:
        try:
            return await self._api.get(SECRETS, self._settings.secret, namespace=self._settings.namespace)
        except ApiError as error:
            if error.missing:
                return None
            raise

    async def _put(self, secret: JsonObject | None, material: Material) -> None:
        """Write the Secret as nobody else has since it was read. What others keep in it stays."""
        data: JsonObject = {name: base64.b64encode(value).decode() for name, value in material.data().items()}
        namespace = self._settings.namespace
        if secret is None:
            metadata: JsonObject = {"name": self._settings.secret, "namespace": namespace}
            body: JsonObject = {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": metadata,
                "type": "Opaque",
                "data": data,
            }
            await self._api.create(SECRETS, body, namespace=namespace)
        else:
            body = {**secret, "data": {**mapping(secret, "data"), **data}}
            await self._api.update(SECRETS, body, namespace=namespace)

    async def _trust(self, material: Material) -> bool:
        """Have every webhook of ours trust the material's authority; return whether that was new to one."""
        for _ in range(_TRIES):
            configuration = await self._api.get(WEBHOOKS, self._settings.webhook)
            patch = self._trusting(configuration, material)
            if not patch:
                return False
            version: JsonValue = text(configuration, "metadata", "resourceVersion")
            test: JsonObject = {"op": "test", "path": "/metadata/resourceVersion", "value": version}
            try:
                await self._api.patch(WEBHOOKS, self._settings.webhook, [test, *patch], PatchKind.JSON)
            except ApiError as error:
                if error.conflict or error.failed_test:
                    continue
                raise
            return True
        raise ApiError(f"patch {WEBHOOKS.kind} {self._settings.webhook}", "it changes all the time")

    def _trusting(self, configuration: JsonObject, material: Material) -> list[JsonObject]:
        patch: list[JsonObject] = []
        now = moment(self._clock.now())
        for index, webhook in enumerate(objects(configuration, "webhooks")):
            service = mapping(webhook, "clientConfig", "service")
            if (text(service, "name"), text(service, "namespace")) != (
                self._settings.service,
                self._settings.namespace,
            ):
                continue
            present = _decode(text(webhook, "clientConfig", "caBundle"))
            wanted = bundle(material, present, now)
            if wanted != present:
                path, value = f"/webhooks/{index}/clientConfig/caBundle", base64.b64encode(wanted).decode()
                patch.append({"op": "add", "path": path, "value": value})
        return patch


def _decoded(secret: JsonObject) -> dict[str, bytes]:
    return {name: _decode(value) for name, value in words(secret, "data").items()}


def _decode(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error:
        return b""
