"""Judge one message and put the decision on record: the step that is the same for every phase and direction."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import jiter

from extproc.engine.explaining import explanation
from extproc.engine.identifier import Identifier
from extproc.engine.records import Judged, describe, digest, record_of, recording_of
from extproc.engine.second_opinions import SecondOpinions
from extproc.engine.settings import Settings
from extproc.model.decision import Effect, Outcome
from extproc.model.message import Message
from extproc.model.rejection import Rejection
from extproc.pipeline.context import Context
from extproc.pipeline.inspection import Inspection
from extproc.pipeline.search import Detection
from extproc.pipeline.stages import inspect
from extproc.pipeline.threats import Threats
from extproc.policy.obligations import Obligations, Operator
from extproc.policy.rules import Policy
from extproc.ports import (
    Clock,
    DecisionLog,
    HoldDesk,
    IdSource,
    KeySource,
    Outbox,
    PinStore,
    Record,
    Recorder,
    Resolution,
    ServerRegistry,
    SessionStore,
    ToolStore,
    TrailStore,
    Vault,
)
from extproc.redact.apply import apply_edits, dump
from extproc.redact.schema import OutputSchemas


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything the engine uses from outside."""

    sessions: SessionStore
    tools: ToolStore
    trails: TrailStore
    pins: PinStore
    registry: ServerRegistry
    holds: HoldDesk
    log: DecisionLog
    outbox: Outbox
    recorder: Recorder
    clock: Clock
    ids: IdSource
    vault: Vault
    keys: Mapping[str, KeySource] = field(default_factory=dict)


class Engine:
    """Settings, ports and the policy in force. `policy` is swapped as a whole; an exchange keeps the one it began with.

    `policy` is None until one is loaded, and then nothing is served. Without `detection` messages are not searched, and
    without `opinions` nobody is asked for a second one.
    """

    def __init__(
        self,
        *,
        settings: Settings,
        ports: Ports,
        policy: Policy | None = None,
        detection: Detection | None = None,
        opinions: SecondOpinions | None = None,
    ) -> None:
        """Take what the composition root has made."""
        self.settings = settings
        self.ports = ports
        self.policy = policy
        self.detection = detection
        self.opinions = opinions
        self.schemas = OutputSchemas()
        # The tools that were listed last, by server, and all of them: a result that speaks of them speaks to the model.
        self._tools: dict[str, frozenset[str]] = {}
        self.tool_names: frozenset[str] = frozenset()
        self._keeps: tuple[str, bool] = ("", False)
        self.identifier = Identifier(settings.identity, ports.keys)

    def listed(self, server: str, names: frozenset[str]) -> None:
        """Remember the names of the tools that a server listed."""
        if self._tools.get(server) != names:
            self._tools[server] = names
            self.tool_names = frozenset[str]().union(*self._tools.values())

    @property
    def threats(self) -> Threats | None:
        """Return what suspects either side, if anything does."""
        return self.detection.threats if self.detection is not None else None

    def inspect(self, message: Message, context: Context, policy: Policy) -> Inspection:
        """Judge a message."""
        return inspect(message, context, policy, self.detection)

    def keeps_values(self, policy: Policy) -> bool:
        """Tell whether any rule of a policy has values kept in the vault or given back."""
        revision, keeps = self._keeps
        if revision != policy.revision:
            keeps = any(_keeps_values(rule.obligations) for rule in policy.rules)
            self._keeps = (policy.revision, keeps)
        return keeps

    def conclude(self, inspection: Inspection) -> Judged:
        """Record a decision, and do what rules oblige to beside it.

        Raises: `PortError` when the decision or the message cannot be kept as it must be.
        """
        message, context = inspection.message, inspection.context
        kind, method, tool = describe(message, context.call)
        judged = Judged(
            decision_id=self.ports.ids.new(),
            inspection=inspection,
            decision=inspection.decision,
            kind=kind,
            method=method,
            tool=tool,
        )
        record = record_of(judged, context.now)
        self.ports.log.append(record)
        obligations = inspection.obligations
        if obligations.record:
            self._keep(judged)
        if obligations.notify:
            self.ports.outbox.send(obligations.notify, record, explanation(judged))
        return judged

    def _keep(self, judged: Judged) -> None:
        """Record the message itself, as it is after its edits: what was to be redacted, or given back, is not kept."""
        inspection = judged.inspection
        copy = jiter.from_json(dump(inspection.message.document), float_mode="lossless-float")
        edited = apply_edits(copy, inspection.plan.unrestored)
        self.ports.recorder.keep(recording_of(judged, inspection.context.now, edited))

    def reject(self, rejection: Rejection, context: Context, policy: Policy) -> str:
        """Record that input was refused before any rule was asked; return the decision id."""
        return self._denied(context, policy, determining=f"strict:{rejection.reason}", rejected=rejection.reason)

    def fail(self, cause: str, context: Context, policy: Policy, *, passed: bool) -> str:
        """Record that no decision was reached, and whether the message passed all the same."""
        return self._denied(context, policy, determining=f"failure:{cause}", failure=cause, passed=passed)

    def resolve(self, judged: Judged, resolution: Resolution) -> None:
        """Record how a hold ended."""
        self.ports.log.append(record_of(judged, self.ports.clock.now(), resolution=resolution.value))

    def _denied(
        self,
        context: Context,
        policy: Policy,
        *,
        determining: str,
        rejected: str | None = None,
        failure: str | None = None,
        passed: bool = False,
    ) -> str:
        decision_id = self.ports.ids.new()
        self.ports.log.append(
            Record(
                time=self.ports.clock.now(),
                decision_id=decision_id,
                policy_revision=policy.revision,
                direction=context.direction,
                server=context.server,
                outcome=Outcome.ALLOW if passed else Outcome.DENY,
                effect=Effect.ALLOW if passed else Effect.DENY,
                determining=(determining,),
                principal=context.principal.subject,
                principal_source=context.principal.source,
                agent=context.principal.agent,
                session=digest(context.session),
                protocol_version=context.protocol_version,
                rejected=rejected,
                failure=failure,
            )
        )
        return decision_id


def _keeps_values(obligations: Obligations) -> bool:
    return bool(obligations.restorations) or any(
        operator is Operator.TOKENIZE for one in obligations.treatments for _, operator in one.operators
    )
