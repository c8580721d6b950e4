"""The `Process` method: one gRPC stream is one exchange."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Final, Self, TypeAlias

import grpc

from extproc._gen import ext_proc_pb2 as pb
from extproc.engine.exchange import Exchange
from extproc.engine.judging import Engine
from extproc.engine.runner import Outgoing, handle
from extproc.server.translate import to_bytes, to_event
from extproc.telemetry.metrics import Metrics
from extproc.wire.events import Elapsed
from extproc.wire.machine import ExchangeMachine
from extproc.wire.modes import WRONG_MODES

SERVICE: Final = "envoy.service.ext_proc.v3.ExternalProcessor"
_log: Final = logging.getLogger(__name__)

_Context: TypeAlias = "grpc.aio.ServicerContext[pb.ProcessingRequest, bytes]"


class _Reader:
    """Reads what Envoy sends. A read that took too long goes on: to cancel one would end the call."""

    def __init__(self, context: _Context) -> None:
        """Read from the stream of one exchange."""
        self._context = context
        self._reading: asyncio.Task[object] | None = None

    async def next(self, patience: float | None) -> object | None:
        """Return the next message, the library's sign that there is none, or None after so many seconds."""
        reading = self._reading
        if reading is None:
            if patience is None:
                return await self._context.read()
            reading = self._reading = asyncio.ensure_future(self._read())
        done, _ = await asyncio.wait((reading,), timeout=patience)
        if not done:
            return None
        self._reading = None
        return reading.result()

    async def _read(self) -> object:
        return await self._context.read()

    async def __aenter__(self) -> Self:
        """Begin to read."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave no read behind."""
        if self._reading is not None:
            self._reading.cancel()


class Processor:
    """Serves exchanges, at most `streams` at once."""

    def __init__(self, engine: Engine, metrics: Metrics, *, streams: int) -> None:
        """Take the engine all exchanges share."""
        self._engine = engine
        self._metrics = metrics
        self._streams = streams
        self._active = 0

    def handler(self) -> grpc.GenericRpcHandler:
        """Return the handler to register: by the path of Envoy's own service, with our own messages."""
        # There is no serializer: replies are bytes already.
        method: grpc.RpcMethodHandler[pb.ProcessingRequest, bytes] = grpc.stream_stream_rpc_method_handler(
            self.process, pb.ProcessingRequest.FromString
        )
        return grpc.method_handlers_generic_handler(SERVICE, {"Process": method})

    async def process(self, _requests: AsyncIterator[pb.ProcessingRequest], context: _Context) -> None:
        """Serve one exchange. Every way out but the last message's reply makes Envoy refuse the exchange."""
        policy = self._engine.policy
        if policy is None:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "no policy is loaded")
        if self._active >= self._streams:
            self._metrics.refused_stream()
            await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "too many exchanges at once")
        self._active += 1
        self._metrics.exchanges.inc()
        try:
            await self._serve(context, Exchange(self._engine, policy))
        except asyncio.CancelledError:
            raise  # Envoy resets most streams at their normal end, and when a client has gone
        except Exception as fault:  # noqa: BLE001 - the edge: whatever it is, the exchange is refused
            # The text of an exception may quote content, and would reach Envoy's response code details.
            self._metrics.fault(type(fault).__name__)
            _log.error("exchange ended by a fault: %s", type(fault).__name__)
            await context.abort(grpc.StatusCode.INTERNAL, "fault")
        finally:
            self._active -= 1
            self._metrics.exchanges.dec()

    async def _serve(self, context: _Context, exchange: Exchange) -> None:
        settings = self._engine.settings
        machine = ExchangeMachine(
            event_bytes=settings.limits.event_bytes, removed_headers=settings.identity.removed_headers
        )
        attested = settings.identity.reads_attested
        clock = self._engine.ports.clock

        async def send(command: Outgoing) -> None:
            if command is WRONG_MODES:
                self._metrics.fault("processing_mode")
                _log.error("refused: Envoy's processing modes would let bytes by; see docs/configuration.md")
            await context.write(to_bytes(command))

        async with _Reader(context) as reader:
            while True:
                message = await reader.next(machine.patience)
                if message is None:
                    await handle(Elapsed(), machine, exchange, send)
                    continue
                if not isinstance(message, pb.ProcessingRequest):
                    break  # Envoy closed its side
                started = clock.steady()
                try:
                    await handle(to_event(message, attested=attested), machine, exchange, send)
                finally:  # Envoy may reset the stream as soon as it has the last reply
                    self._metrics.phase(message.WhichOneof("request"), clock.steady() - started)
        if not machine.over:
            # To end the stream with OK here would tell Envoy to let the rest pass unseen.
            try:
                await context.abort(grpc.StatusCode.CANCELLED, "the exchange was not over")
            except grpc.aio.AbortError:
                raise
            except Exception:
                if not context.cancelled():  # Envoy has reset the stream: there is nobody left to be told
                    raise
