"""Put together who gives second opinions: the process of a slower judge, and what is done with its answers."""

import logging
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from extproc.config.threats_file import SecondOpinionSettings
from extproc.engine.judging import Ports
from extproc.engine.second_opinions import SecondOpinions
from extproc.ports import PortError
from extproc.sessions.trail import SUSPICIOUS, with_labels
from extproc.stores.opinion_process import OpinionProcess, command_of
from extproc.telemetry.metrics import Metrics

_log: Final = logging.getLogger("extproc")
# What an objection adds to the risk of a session: the judge is too often wrong for more.
_RISK: Final = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinions:
    """A judge and the queue before it."""

    judge: OpinionProcess
    asked: SecondOpinions

    @staticmethod
    def of(settings: SecondOpinionSettings | None, key: bytes, ports: Ports, metrics: Metrics) -> "Opinions | None":
        """Make ready the judge of the configuration, if it has one."""
        if settings is None:
            return None
        python = Path(settings.python) if settings.python is not None else None
        judge = OpinionProcess(command_of(settings.judge, python), ports.clock.steady)
        flag = partial(_flag, ports)
        return Opinions(judge=judge, asked=SecondOpinions(judge, flag, metrics.opinion, key=key, bound=settings.score))

    async def run(self) -> None:
        """Ask until cancelled; a judge that cannot be started is told once, and no decision hangs on it."""
        try:
            try:
                await self.judge.prepare()
            except PortError as error:
                _log.error("there is no second opinion: %s", error)
            await self.asked.run()
        finally:
            await self.judge.close()


async def _flag(ports: Ports, session: str, score: float) -> None:
    """Mark the session that was sent what the judge objects to."""
    now = ports.clock.now()
    await ports.trails.update(session, lambda trail: with_labels(trail, {SUSPICIOUS: _RISK * score}, "", now), now=now)
