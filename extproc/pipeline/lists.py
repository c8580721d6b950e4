"""What of a list its caller gets to see: only what it could ever call, get or read."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from extproc.mcp.pointer import Pointer
from extproc.mcp.versions import REVISIONS
from extproc.mcp.versions.revision import Era
from extproc.model.decision import Edit, Effect
from extproc.model.intent import RANK, Intent
from extproc.model.message import JsonValue, Response
from extproc.model.standing import NEVER_SEEN
from extproc.pipeline.aspects import target_aspect
from extproc.pipeline.context import Context
from extproc.policy.facts import Facts, Topic
from extproc.policy.question import Question
from extproc.policy.reach import may_pass
from extproc.policy.rules import LayerKind, Policy


class _List(NamedTuple):
    """Where the entries of a list stand, what names one, and by which method it is used."""

    member: str
    name: str
    method: str


_LISTS: Final = {
    "tools/list": _List("tools", "name", "tools/call"),
    "prompts/list": _List("prompts", "name", "prompts/get"),
    "resources/list": _List("resources", "uri", "resources/read"),
    "resources/templates/list": _List("resourceTemplates", "uriTemplate", "resources/read"),
}
# A list that differs from caller to caller must be asked for again soon: rights change, and caches do not hear of it.
_TTL_MS: Final = 60_000
# Nothing of a call is known while its tool is listed, except who would make it, how the definition stands, and the
# least class it can have.
_OPEN: Final = frozenset({Topic.INTENT, Topic.FINDINGS, Topic.SESSION, Topic.TIME, Topic.CONTENT})
_ALL_INTENTS: Final = frozenset(Intent)


def is_list(context: Context) -> bool:
    """Tell whether a response answers the request for a list."""
    return context.call is not None and context.call.method in _LISTS


def hidden(message: Response, context: Context, policy: Policy) -> tuple[Pointer, ...]:
    """Return the entries of a list that its caller is certain to be refused, whatever the arguments and the time."""
    listed = _LISTS.get(context.call.method) if context.call else None
    if listed is None:
        return ()
    entries = message.result.get(listed.member)
    if not isinstance(entries, list):
        return ()
    return tuple(_certain_refusals(entries, listed, context, policy))


def _certain_refusals(entries: list[JsonValue], listed: _List, context: Context, policy: Policy) -> Iterator[Pointer]:
    for index, entry in enumerate(entries):
        name = entry.get(listed.name) if isinstance(entry, dict) else None
        name = name if isinstance(name, str) else ""
        if listed.name == "uriTemplate" and _may_expand(name, policy):
            continue
        facts = Facts(
            principal=context.principal,
            namespace=context.namespace,
            intents=_intents(listed, name, context),
            standing=context.standings.get(name, NEVER_SEEN),
            open=_OPEN,
        )
        question = Question(aspect=target_aspect(listed.method, name, context.server), facts=facts)
        if not may_pass(policy, question):
            yield ("result", listed.member, index)


def _intents(listed: _List, name: str, context: Context) -> frozenset[Intent]:
    profile = context.profiles.get(name) if listed.method == "tools/call" else None
    if profile is None:
        return _ALL_INTENTS
    return frozenset(intent for intent in Intent if RANK[intent] >= RANK[profile.floor])


def _may_expand(template: str, policy: Policy) -> bool:
    """Tell whether a template could become a URI that some rule lets through: their fixed beginnings agree."""
    start = template.partition("{")[0]
    for rule in policy.rules:
        if rule.resources is None or rule.effect is Effect.DENY:
            continue
        for pattern in rule.resources.patterns:
            fixed = pattern.partition("*")[0].partition("?")[0]
            if start.startswith(fixed) or fixed.startswith(start):
                return True
    return False


def cache_edits(message: Response, context: Context, policy: Policy, *, filtered: bool) -> tuple[Edit, ...]:
    """Keep a list that may differ from caller to caller out of shared caches (2026-07-28, "Caching").

    That it was whole for this caller says nothing of the next one: what counts is whether any rule could tell them
    apart.
    """
    revision = REVISIONS.get(context.protocol_version or "")
    if context.call is None or context.call.method not in _LISTS or revision is None or revision.era is Era.LEGACY:
        return ()
    if not filtered and not _personal(policy):
        return ()
    edits = []
    if message.result.get("cacheScope") != "private":
        edits.append(Edit(pointer=("result", "cacheScope"), replacement="private"))
    ttl = message.result.get("ttlMs")
    if isinstance(ttl, bool) or not isinstance(ttl, int | float) or not 0 <= ttl <= _TTL_MS:
        edits.append(Edit(pointer=("result", "ttlMs"), replacement=_TTL_MS))
    return tuple(edits)


def _personal(policy: Policy) -> bool:
    return any(layer.kind is LayerKind.AGENT for layer in policy.layers) or any(
        rule.conditions for rule in policy.rules
    )
