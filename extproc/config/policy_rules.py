"""From the model of a policy file to rules as values."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from extproc.config.faults import ConfigError
from extproc.config.policy_model import Approved, Facts, Grant, Match, Role, RuleModel, SessionMatch, Spec
from extproc.config.yaml import Path, Source
from extproc.mcp.methods import GROUPS
from extproc.model.decision import Effect
from extproc.model.message import Direction
from extproc.policy.approved import ApprovedEntry, approved_rule
from extproc.policy.conditions import AnyOf, CallsOver, Condition, Like, Not, RefusedOver, RiskOver, Verified
from extproc.policy.facts import Field
from extproc.policy.globs import Globs
from extproc.policy.naming import OtherThan, Part
from extproc.policy.obligations import NO_OBLIGATIONS, Obligations, Redaction, Restoration, Treatment
from extproc.policy.rules import Rule

# Names that people choose freely are matched by globs; words that an identity provider hands out, exactly.
_GLOBS: Final = {
    "subjects": Field.SUBJECT,
    "issuers": Field.ISSUER,
    "agents": Field.AGENT,
    "organisations": Field.ORGANISATION,
    "teams": Field.TEAM,
    "namespaces": Field.NAMESPACE,
}
_WORDS: Final = {
    "sources": Field.SOURCE,
    "groups": Field.GROUPS,
    "roles": Field.ROLES,
    "scopes": Field.SCOPES,
    "intents": Field.INTENT,
    "evidence": Field.EVIDENCE,
    "findings": Field.FINDINGS,
    "flags": Field.FLAGS,
}
_EVERYTHING: Final = Match.model_construct()
_PARTS: Final = {
    "servers": Part.SERVER,
    "methods": Part.METHOD,
    "tools": Part.TOOL,
    "prompts": Part.PROMPT,
    "resources": Part.RESOURCE,
}


def rules_of(spec: Spec, source: Source, layer: str | None) -> tuple[Rule, ...]:
    """Return the rules of a file: approved list, roles, rules. `layer` is its name when it is not of the platform.

    Raises: `ConfigError` when a layer above the platform gives values back: layers only tighten.
    """
    rules = spec.rules or ()
    if layer is not None and (giving := [index for index, rule in enumerate(rules) if rule.restore]):
        message = "only a layer of the platform can give values back"
        raise ConfigError([source.fault(("spec", "rules", index, "restore"), message) for index in giving])
    return (
        *_approved(spec.approved, source, layer),
        *(rule for index, role in enumerate(spec.roles or ()) for rule in _role(role, source, index)),
        *(_rule(model, place_of(source, ("spec", "rules", index))) for index, model in enumerate(rules)),
    )


def place_of(source: Source, path: Path) -> str:
    """Return where a part of the file stands, or its nearest parent."""
    fault = source.fault(path, "")
    return f"{fault.file}:{fault.line}:{fault.column}"


def _approved(entries: Sequence[Approved] | None, source: Source, layer: str | None) -> Iterator[Rule]:
    if entries is None:
        return
    rule = approved_rule(
        [
            ApprovedEntry(server=entry.server, tools=entry.tools, prompts=entry.prompts, resources=entry.resources)
            for entry in entries
        ]
    )
    name = rule.id if layer is None else f"{rule.id}:{layer}"
    yield replace(rule, id=name, place=place_of(source, ("spec", "approved")))


def _role(model: Role, source: Source, index: int) -> Iterator[Rule]:
    holders: list[Condition] = []
    if model.groups:
        holders.append(AnyOf(Field.GROUPS, frozenset(model.groups)))
    if model.subjects:
        holders.append(Like(Field.SUBJECT, Globs(model.subjects)))
    if model.agents:
        holders.append(Like(Field.AGENT, Globs(model.agents)))
    if not holders:
        holders.append(AnyOf(Field.ROLES, frozenset((model.role,))))
    for number, grant in enumerate(model.allow, 1):
        yield _grant(
            grant,
            name=f"role:{model.role}" if len(model.allow) == 1 else f"role:{model.role}:{number}",
            # A subject is known of everybody; who holds a role must be vouched for.
            conditions=(Verified(expected=True), *holders),
            place=place_of(source, ("spec", "roles", index, "allow", number - 1)),
        )


def _grant(model: Grant, *, name: str, conditions: tuple[Condition, ...], place: str) -> Rule:
    intents = (AnyOf(Field.INTENT, frozenset(model.intents)),) if model.intents else ()
    return Rule(
        id=name,
        effect=Effect.ALLOW,
        direction=Direction.CLIENT_TO_SERVER,
        servers=_globs(model.servers),
        methods=_methods(model.methods),
        tools=_globs(model.tools),
        prompts=_globs(model.prompts),
        resources=_globs(model.resources),
        conditions=(*conditions, *intents),
        place=place,
    )


def _rule(model: RuleModel, place: str) -> Rule:
    match = model.match or _EVERYTHING
    return Rule(
        id=model.id,
        effect=model.effect,
        reason=model.reason,
        mode=model.mode,
        kinds=frozenset(match.on) if match.on else None,
        direction=match.direction,
        servers=_globs(match.servers),
        methods=_methods(match.methods),
        tools=_globs(match.tools),
        prompts=_globs(match.prompts),
        resources=_globs(match.resources),
        conditions=tuple(_conditions(model, match)),
        obligations=_obligations(model),
        place=place,
    )


def _conditions(model: RuleModel, match: Match) -> Iterator[Condition]:
    """Yield the conditions, the cheap ones first."""
    if match.verified is not None:
        yield Verified(expected=match.verified)
    yield from _facts(match)
    if match.negated is not None:
        yield from map(Not, _facts(match.negated))
        for member, part in _PARTS.items():
            names = getattr(match.negated, member)
            if names is not None:
                yield OtherThan(part, Globs(written_out(names)))
    if match.session is not None:
        yield from _session(match.session)
    if model.within is not None:
        yield model.within.window()
    if model.when is not None:
        yield model.when


def _session(session: SessionMatch) -> Iterator[Condition]:
    if session.calls_over is not None:
        yield CallsOver(session.calls_over)
    if session.refused_over is not None:
        yield RefusedOver(session.refused_over)
    if session.tools is not None:
        yield Like(Field.CALLED_TOOLS, Globs(session.tools))
    if session.intents is not None:
        yield AnyOf(Field.CALLED_INTENTS, frozenset(session.intents))
    if session.labels is not None:
        yield Like(Field.LABELS, Globs(session.labels))
    if session.risk_over is not None:
        yield RiskOver(session.risk_over)


def _facts(model: Facts) -> Iterator[Condition]:
    for member, field in _WORDS.items():
        words = getattr(model, member)
        if words is not None:
            yield AnyOf(field, frozenset(words))
    for member, field in _GLOBS.items():
        words = getattr(model, member)
        if words is not None:
            yield Like(field, Globs(words))


def _obligations(model: RuleModel) -> Obligations:
    made = Obligations(
        redactions=tuple(
            Redaction(pattern=one.pointer, replacement=one.written, text=one.text)
            for one in model.redact or ()
            if one.pointer is not None
        ),
        treatments=_treatments(model),
        restorations=tuple(
            Restoration(pattern=one.pointer, entities=frozenset(one.entities)) for one in model.restore or ()
        ),
        strip=tuple(model.strip or ()),
        log=model.log,
        notify=frozenset(model.notify or ()),
        record=bool(model.record),
        rate_limits=frozenset((model.rate_limit,)) if model.rate_limit else frozenset(),
        approval=frozenset(model.approval.groups) if model.approval else frozenset(),
        scopes=frozenset(model.scopes or ()),
        response_bytes=model.max_response_bytes,
        forward_token=bool(model.forward_token),
        warn=bool(model.warn),
    )
    return NO_OBLIGATIONS if made == NO_OBLIGATIONS else made


def _treatments(model: RuleModel) -> tuple[Treatment, ...]:
    named = tuple((entity, one.operator) for one in model.redact or () for entity in one.entities or ())
    return (Treatment(operators=named),) if named else ()


def _globs(names: list[str] | None) -> Globs | None:
    return None if names is None else Globs(names)


def _methods(names: list[str] | None) -> Globs | None:
    return None if names is None else Globs(written_out(names))


def written_out(names: Iterable[str]) -> list[str]:
    """Write the groups of methods out."""
    return [method for name in names for method in sorted(GROUPS.get(name, {name}))]
