"""The endpoint that the API server posts reviews to."""

import logging
from collections.abc import Callable
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from extproc.kubernetes.review import MAX_BYTES, Answer, Result, Rules, answer
from extproc.kubernetes.telemetry import InjectorMetrics
from extproc.kubernetes.template import Template

_log: Final = logging.getLogger("extproc.kubernetes")
_UNAVAILABLE: Final = 503
_TOO_LARGE: Final = 413
_OK: Final = 200


def inject_app(template: Callable[[], Template | None], rules: Rules, metrics: InjectorMetrics) -> Starlette:
    """Return what answers reviews with the template that is in force."""

    async def inject(request: Request) -> Response:
        current = template()
        if current is None:
            return Response(status_code=_UNAVAILABLE)  # with failurePolicy Fail the pod waits for us
        body = await _body(request)
        given = _too_large() if body is None else answer(body, current, rules)
        metrics.admitted(given.result)
        if given.message:
            _log.info("a review was %s: %s", given.result, given.message)
        if given.status != _OK:
            return Response(status_code=given.status)
        return Response(given.body, media_type="application/json")

    return Starlette(routes=[Route("/inject", inject, methods=["POST"])])


async def _body(request: Request) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            return None
    return bytes(body)


def _too_large() -> Answer:
    return Answer(status=_TOO_LARGE, result=Result.MALFORMED, message="too_large")
