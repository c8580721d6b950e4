"""Rules, layers and questions for tests, written short."""

from collections.abc import Mapping
from typing import Final

from extproc.mcp.methods import equivalents
from extproc.model.decision import Effect
from extproc.model.intent import Intent
from extproc.model.message import Direction, JsonValue
from extproc.model.principal import ANONYMOUS, Principal
from extproc.model.standing import NEVER_SEEN, Standing
from extproc.policy.conditions import Condition
from extproc.policy.expression import compile_expression
from extproc.policy.facts import Facts, History, Topic
from extproc.policy.globs import Globs
from extproc.policy.obligations import NO_OBLIGATIONS, Obligations
from extproc.policy.question import Aspect, Kind, Question
from extproc.policy.rules import Layer, LayerKind, Mode, Policy, Rule

ALLOW, HOLD, DENY = Effect.ALLOW, Effect.HOLD, Effect.DENY
ALICE: Final = Principal(
    subject="alice",
    source="jwt",
    issuer="https://issuer.example",
    groups=frozenset({"finance", "staff"}),
    roles=frozenset({"clerk"}),
    scopes=frozenset({"refunds:write"}),
    agent="bot-1",
    organisation="example",
    team="payments",
)
# Tuesday, 3 March 2026, 10:00 in London, which has no summer time then.
TUESDAY: Final = 1_772_532_000.0
EVERYTHING: Final = frozenset(Topic)


def question(
    tool: str | None = None,
    args: Mapping[str, JsonValue] | None = None,
    *,
    server: str = "crm",
    method: str | None = None,
    prompt: str | None = None,
    resource: str | None = None,
    kind: Kind = Kind.REQUEST,
    direction: Direction = Direction.CLIENT_TO_SERVER,
    content: Mapping[str, JsonValue] | None = None,
    who: Principal = ANONYMOUS,
    intent: str | None = None,
    intents: tuple[str, ...] = (),
    score: float = 0.0,
    evidence: tuple[str, ...] = (),
    findings: tuple[str, ...] = (),
    namespace: str | None = None,
    history: History | None = None,
    standing: Standing = NEVER_SEEN,
    now: float = TUESDAY,
    unknown: frozenset[Topic] = frozenset(),
) -> Question:
    """Ask about one message; a tool, a prompt or a resource says which method it is."""
    named = "tools/call" if tool else "prompts/get" if prompt else "resources/read" if resource else "ping"
    if content is None and args is not None:
        content = {"name": tool or "", "arguments": dict(args)}
    classes = (intent,) if intent is not None else intents
    return Question(
        aspect=Aspect(
            kind=kind,
            direction=direction,
            server=server,
            methods=equivalents(method if method is not None else named),
            tool=tool,
            prompt=prompt,
            resource=resource,
        ),
        facts=Facts(
            principal=who,
            namespace=namespace,
            intents=frozenset(map(Intent, classes)),
            score=score,
            evidence=frozenset(evidence),
            findings=frozenset(findings),
            history=history or History(),
            standing=standing,
            now=now,
            content=content,
            open=unknown,
        ),
    )


def rule(
    name: str,
    effect: Effect | None,
    *conditions: Condition | str,
    servers: str = "",
    methods: str = "",
    tools: str = "",
    prompts: str = "",
    resources: str = "",
    on: str = "",
    direction: Direction | None = None,
    mode: Mode = Mode.ENFORCE,
    does: Obligations = NO_OBLIGATIONS,
) -> Rule:
    """Make a rule; a text among the conditions is an expression, globs are written with commas between."""

    def listed(text: str) -> Globs | None:
        return Globs(text.split(",")) if text else None

    return Rule(
        id=name,
        effect=effect,
        mode=mode,
        kinds=frozenset(map(Kind, on.split(","))) if on else None,
        direction=direction,
        servers=listed(servers),
        methods=listed(methods),
        tools=listed(tools),
        prompts=listed(prompts),
        resources=listed(resources),
        conditions=tuple(compile_expression(each) if isinstance(each, str) else each for each in conditions),
        obligations=does,
        place=f"{name}.yaml:1:1",
    )


def layer(
    *rules: Rule,
    default: Effect | None = DENY,
    kind: LayerKind = LayerKind.PLATFORM,
    scope: str = "",
    mode: Mode = Mode.ENFORCE,
    name: str = "",
) -> Layer:
    """Make a layer; only one of the platform has a default unless one is given."""
    return Layer(
        name=name or kind.value,
        kind=kind,
        scope=Globs(scope.split(",")) if scope else None,
        default=default,
        mode=mode,
        rules=rules,
        place=f"{name or kind.value}.yaml:1:1",
    )


def policy(*layers: Layer) -> Policy:
    """Put layers together."""
    return Policy(revision="test", layers=layers)
