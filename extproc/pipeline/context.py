"""Where a message belongs, and what is known around it before it is judged."""

from collections.abc import Mapping
from dataclasses import field

from extproc.classify.profile import ToolProfile
from extproc.model.message import Call, Direction
from extproc.model.passage import Passage
from extproc.model.principal import ANONYMOUS, Principal
from extproc.model.standing import NEVER_SEEN, Standing
from extproc.model.value import value
from extproc.pins.shadowing import Shadow
from extproc.policy.facts import NO_HISTORY, History
from extproc.redact.restore import VaultEntry
from extproc.redact.schema import OutputSchema
from extproc.sessions.trail import Trail


@value
class Context:
    """Where a message belongs: what the exchange, its session and its surroundings know beside the message.

    `call` is the request that a response answers, None when it is not known. `session` is the peer's opaque id.
    `profile` is that of the called tool, `profiles` those of the tools in a list, by name; a tool whose definition was
    never seen has none, and `schema` is that of what the called tool answers. `standing` is how the definition of what
    is called stands, `standings` how those in a list do, by name or URI, and `shadows` what in it passes for something
    else; `names` are those of the tools that are known around here, and `objected` what a
    slower judge objected to before. `inside` are the domains that count as one's own.
    `now` is in seconds since the epoch.

    `trail` is what calls are correlated by, where they are, and `history` what rules can ask about it.

    `scope` is that within which marks mean the same. `letters` has those of the vault for values, by entity and value,
    and `vault` what the marks in this message stand for, by their letters. `before` is what the text before it in a
    stream ended with.
    """

    direction: Direction
    server: str
    principal: Principal = ANONYMOUS
    session: str | None = None
    protocol_version: str | None = None
    call: Call | None = None
    profile: ToolProfile | None = None
    profiles: Mapping[str, ToolProfile] = field(default_factory=dict)
    standing: Standing = NEVER_SEEN
    standings: Mapping[str, Standing] = field(default_factory=dict)
    shadows: tuple[Shadow, ...] = ()
    names: frozenset[str] = frozenset()
    objected: tuple[Passage, ...] = ()
    inside: frozenset[str] = frozenset()
    namespace: str | None = None
    history: History = NO_HISTORY
    trail: Trail | None = None
    now: float = 0.0
    scope: str = ""
    letters: Mapping[tuple[str, str], str] = field(default_factory=dict)
    vault: Mapping[str, VaultEntry] = field(default_factory=dict)
    schema: OutputSchema | None = None
    before: str = ""
