"""An API server for tests: a few kinds of objects over TLS, with tokens, versions that must fit, and watches."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from extproc.kubernetes.account import Cluster
from extproc.kubernetes.serving import Listener
from extproc.up.ports import free_port
from tests.kubernetes.patching import PatchError, apply, merge
from tests.up.certificates import write_certificate

TOKEN = "a-token-of-the-tests"
Place = tuple[str, str, str]


class ApiServer:
    """What it holds, what it was asked, and how it is to misbehave."""

    def __init__(self) -> None:
        """Begin empty and well."""
        self.objects: dict[Place, dict[str, Any]] = {}
        self.tokens = {TOKEN}
        self.calls: list[tuple[str, str]] = []
        self.failing: dict[str, int] = {}
        self.meanwhile: dict[str, Callable[[], Awaitable[None]]] = {}
        self.closing = False
        self._version = 100
        self._oldest = 100
        self._history: list[tuple[int, str, str, dict[str, Any], dict[str, Any] | None]] = []
        self._news = asyncio.Condition()
        self._epoch = 0

    def app(self) -> Starlette:
        """Return what answers."""
        methods = ["GET", "POST", "PUT", "PATCH"]
        ways = ["/api/v1", "/apis/{group}/{version}"]
        tails = ["/{plural}", "/{plural}/{name}", "/namespaces/{ns}/{plural}", "/namespaces/{ns}/{plural}/{name}"]
        return Starlette(
            routes=[Route(way + tail, self._answer, methods=methods) for tail in reversed(tails) for way in ways]
        )

    async def put(self, plural: str, obj: dict[str, Any]) -> dict[str, Any]:
        """Write an object as somebody else would."""
        metadata = obj["metadata"]
        place = (plural, metadata.get("namespace", ""), metadata["name"])
        return await self._write(place, obj)

    async def delete(self, plural: str, namespace: str, name: str) -> None:
        """Delete an object as somebody else would."""
        old = self.objects.pop((plural, namespace, name))
        self._version += 1
        old["metadata"]["resourceVersion"] = str(self._version)
        await self._tell("DELETED", plural, old, old)

    async def forget(self) -> None:
        """Lose the history, so that old versions are gone, and end every watch."""
        self._history.clear()
        self._oldest = self._version + 1
        self._version += 1
        await self.end_watches()

    async def end_watches(self) -> None:
        """End every watch that is open."""
        self._epoch += 1
        async with self._news:
            self._news.notify_all()

    def count(self, verb: str, plural: str) -> int:
        """Return how often something was asked."""
        return self.calls.count((verb, plural))

    async def _write(self, place: Place, obj: dict[str, Any]) -> dict[str, Any]:
        old = self.objects.get(place)
        self._version += 1
        new = deepcopy(obj)
        new["metadata"] = {**new["metadata"], "resourceVersion": str(self._version)}
        self.objects[place] = new
        await self._tell("ADDED" if old is None else "MODIFIED", place[0], new, old)
        return new

    async def _tell(self, kind: str, plural: str, obj: dict[str, Any], old: dict[str, Any] | None) -> None:
        async with self._news:
            self._history.append((self._version, kind, plural, deepcopy(obj), deepcopy(old)))
            self._news.notify_all()

    async def _answer(self, request: Request) -> Response:
        where = request.path_params
        plural, namespace, name = where["plural"], where.get("ns", ""), where.get("name")
        watching = request.query_params.get("watch") == "true"
        verb = "watch" if watching else {"GET": "get" if name else "list"}.get(request.method, request.method.lower())
        self.calls.append((verb, plural))
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return _status(401)
        if verb in self.failing or self.closing:
            return _status(self.failing.get(verb, 503))
        if verb in self.meanwhile:
            await self.meanwhile.pop(verb)()  # somebody else is faster than this call
        if watching:
            return self._watch(request, plural, namespace)
        if request.method == "GET" and name is None:
            labels = request.query_params.get("labelSelector", "")
            found = [
                obj
                for (one, ns, _), obj in sorted(self.objects.items())
                if one == plural and namespace in {"", ns} and _has(obj, labels)
            ]
            return JSONResponse({"kind": "List", "metadata": {"resourceVersion": str(self._version)}, "items": found})
        return await self._change(request, (plural, namespace, name or ""))

    async def _change(self, request: Request, place: Place) -> Response:
        body = json.loads(await request.body() or b"null")
        if request.method == "POST":
            place = (*place[:2], body["metadata"]["name"])
            return _status(409) if place in self.objects else JSONResponse(await self._write(place, body), 201)
        here = self.objects.get(place)
        if here is None:
            return _status(404)
        match request.method, request.headers.get("content-type"):
            case "GET", _:
                return JSONResponse(here)
            case "PUT", _:
                fits = body["metadata"].get("resourceVersion") in {None, here["metadata"]["resourceVersion"]}
                return JSONResponse(await self._write(place, body)) if fits else _status(409)
            case _, "application/json-patch+json":
                try:
                    return JSONResponse(await self._write(place, apply(here, body)))
                except PatchError:
                    return _status(422)
            case _:
                return JSONResponse(await self._write(place, merge(here, body)))

    def _watch(self, request: Request, plural: str, namespace: str) -> Response:
        since = int(request.query_params["resourceVersion"])
        labels = request.query_params.get("labelSelector", "")
        seconds = float(request.query_params["timeoutSeconds"])

        async def stream() -> AsyncIterator[bytes]:
            if since < self._oldest - 1:
                yield _line("ERROR", {"kind": "Status", "code": 410})
                return
            epoch, seen = self._epoch, since
            try:
                async with asyncio.timeout(seconds):
                    while epoch == self._epoch:
                        for line in [*self._events(plural, namespace, labels, seen)]:
                            yield line
                        seen = self._version
                        async with self._news:
                            if epoch == self._epoch and seen == self._version:
                                await self._news.wait()
            except TimeoutError:
                pass
            yield _line("BOOKMARK", {"metadata": {"resourceVersion": str(seen)}})

        return StreamingResponse(stream(), media_type="application/json")

    def _events(self, plural: str, namespace: str, labels: str, seen: int) -> Iterator[bytes]:
        for version, kind, one, obj, old in self._history:
            if version <= seen or one != plural or namespace not in {"", obj["metadata"].get("namespace", "")}:
                continue
            had, has = old is not None and _has(old, labels), _has(obj, labels) and kind != "DELETED"
            if has:
                yield _line("MODIFIED" if had else "ADDED", obj)
            elif had:
                yield _line("DELETED", obj)


@asynccontextmanager
async def api_server(folder: Path) -> AsyncIterator[tuple[ApiServer, Cluster]]:
    """Run one, and write the folder of a service account that may speak to it."""
    context = _account(folder)
    server, port = ApiServer(), free_port()
    listener = Listener(server.app(), ("127.0.0.1", port), context)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(listener.run_until_told())
        try:
            yield server, Cluster(url=f"https://localhost:{port}", folder=folder)
        finally:
            server.closing = True
            await server.end_watches()
            listener.end()


def _account(folder: Path) -> ssl.SSLContext:
    folder.mkdir(parents=True, exist_ok=True)
    chain, key = write_certificate(folder)
    (folder / "ca.crt").write_bytes(chain.read_bytes())
    (folder / "token").write_text(TOKEN)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    return context


def _has(obj: dict[str, Any], labels: str) -> bool:
    name, _, value = labels.partition("=")
    return not labels or obj["metadata"].get("labels", {}).get(name) == value


def _status(code: int) -> Response:
    return JSONResponse({"kind": "Status", "code": code, "message": "what-nobody-may-log"}, code)


def _line(kind: str, obj: dict[str, Any]) -> bytes:
    return json.dumps({"type": kind, "object": obj}).encode() + b"\n"
