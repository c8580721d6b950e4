"""The endpoint that the API server posts reviews to."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from extproc.kubernetes.review import MAX_BYTES, Result, Rules, answer
from extproc.kubernetes.telemetry import InjectorMetrics
from extproc.kubernetes.template import Template

_log: Final = logging.getLogger("extproc.kubernetes")
_BODY_SECONDS: Final = 10.0
_UNAVAILABLE: Final = 503
_BAD: Final = 400
_LATE: Final = 408
_TOO_LARGE: Final = 413
_OK: Final = 200


@dataclass(slots=True)
class _Room:
    """How many bytes of bodies are held at once: together they have an end, too."""

    left: int = 8 * MAX_BYTES


def inject_app(template: Callable[[], Template | None], rules: Rules, metrics: InjectorMetrics) -> Starlette:
    """Return what answers reviews with the template that is in force."""
    room = _Room()

    async def inject(request: Request) -> Response:
        current = template()
        if current is None:
            return Response(status_code=_UNAVAILABLE)  # with failurePolicy Fail the pod waits for us
        body = await _body(request, room)
        if isinstance(body, int):
            metrics.admitted(Result.MALFORMED)
            _log.info("a review was not read, and answered %d", body)
            return Response(status_code=body)
        given = answer(body, current, rules)
        metrics.admitted(given.result)
        if given.message:
            _log.info("%s was %s: %s", given.about, given.result, given.message)
        if given.status != _OK:
            return Response(status_code=given.status)
        return Response(given.body, media_type="application/json")

    return Starlette(routes=[Route("/inject", inject, methods=["POST"])])


async def _body(request: Request, room: _Room) -> bytes | int:
    """Read a body, or return the status that says why not."""
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                room.left -= len(chunk)
                if len(body) > MAX_BYTES:
                    return _TOO_LARGE
                if room.left < 0:
                    return _UNAVAILABLE
    except TimeoutError:
        return _LATE
    except ClientDisconnect:
        return _BAD
    finally:
        room.left += len(body)
    return bytes(body)
