"""Judges all that a server offers, definition by definition."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from extproc.classify.profile import profile_of
from extproc.model.finding import Category, Finding
from extproc.model.intent import RANK, Intent
from extproc.model.message import JsonObject, JsonValue
from extproc.model.passage import Passage
from extproc.pins.pin import INSTRUCTIONS
from extproc.pins.showing import cut
from extproc.pipeline.definitions import SURE, Definitions
from extproc.threats.descriptions import DefinitionKind
from extproc.vetting.comparing import Known, compared
from extproc.vetting.offer import NAMED_BY, Kind, Offer
from extproc.vetting.parameters import unexplained
from extproc.vetting.report import UNEXPLAINED, Family, Level, Remark, Report, ToolRow
from extproc.vetting.uncovering import excerpt, leaf_at, leaves_of, uncovered, unseen

# Passages below this are not even worth a note.
_WORTH_A_NOTE: Final = 0.3
_HINTS: Final = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")
_JUDGED_AS: Final = {
    Kind.SERVER: DefinitionKind.INSTRUCTIONS,
    Kind.TOOL: DefinitionKind.TOOL,
    Kind.PROMPT: DefinitionKind.PROMPT,
    Kind.RESOURCE: DefinitionKind.RESOURCE,
    Kind.TEMPLATE: DefinitionKind.RESOURCE,
}
_ORDER: Final = {Level.ERROR: 0, Level.WARNING: 1, Level.NOTE: 2}

Find: TypeAlias = Callable[[JsonValue], Sequence[Finding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judges:
    """What definitions are judged with; `families` has the words for families of evidence."""

    definitions: Definitions
    find: Find
    families: Mapping[str, Family]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """One definition with what was found in it."""

    kind: Kind
    name: str
    definition: JsonObject
    passages: tuple[Passage, ...]
    sensitive: Sequence[Finding]


def vet(offer: Offer, judges: Judges, known: Known) -> Report:
    """Judge an offer and return the report: remarks with the gravest first, tools in the order of the server."""
    subjects = list(_subjects(offer, judges))
    quiet = frozenset(INSTRUCTIONS if one.kind is Kind.SERVER else one.name for one in subjects if one.sensitive)
    against = compared(offer, known, quiet=quiet)
    remarks = [*_of_the_offer(offer), *against.remarks]
    for subject in subjects:
        remarks += _remarks(subject, judges.families)
    families = {family for one in remarks for family in one.families}
    return Report(
        target=offer.target,
        server=_text(offer.info.get("name")),
        version=_text(offer.info.get("version")),
        revision=offer.revision,
        counts={kind: len(offer.lists.get(kind, ())) for kind in NAMED_BY},
        instructions=offer.instructions is not None,
        tools=tuple(_row(one, against.states, judges.families) for one in subjects if one.kind is Kind.TOOL),
        remarks=tuple(sorted(remarks, key=lambda one: _ORDER[one.level])),
        families={name: judges.families[name] for name in sorted(families) if name in judges.families},
    )


def _subjects(offer: Offer, judges: Judges) -> Iterator[_Subject]:
    yield _subject(Kind.SERVER, "", offer.introduction, judges)
    for kind in NAMED_BY:
        for _, name, definition in offer.named(kind):
            yield _subject(kind, name, definition, judges)


def _subject(kind: Kind, name: str, definition: JsonObject, judges: Judges) -> _Subject:
    return _Subject(
        kind=kind,
        name=name,
        definition=definition,
        passages=judges.definitions.passages(definition, _JUDGED_AS[kind]),
        sensitive=judges.find(definition),
    )


def _text(found: JsonValue) -> str:
    return found if isinstance(found, str) else ""


def _of_the_offer(offer: Offer) -> Iterator[Remark]:
    if offer.echoed:
        message = "repeats the value of a header that was sent to it"
        yield Remark(level=Level.WARNING, rule="definition/echoed_header", kind=Kind.SERVER, name="", message=message)
    for kind, entries in offer.lists.items():
        named = offer.named(kind)
        nameless = len(entries) - len(named)
        if nameless:
            message = f"{nameless} entries of its list have no {NAMED_BY[kind]}"
            yield Remark(level=Level.WARNING, rule="definition/nameless", kind=kind, name="", message=message)
        for name, count in Counter(name for _, name, _ in named).items():
            if count > 1:
                message = f"is listed {count} times: a client takes one of them, a reader may see another"
                yield Remark(level=Level.WARNING, rule="definition/doubled", kind=kind, name=name, message=message)


def _remarks(subject: _Subject, families: Mapping[str, Family]) -> Iterator[Remark]:
    yield from _speaking(subject, families)
    yield from _concealed(subject)
    for one in subject.sensitive:
        text = leaf_at(subject.definition, one.pointer, in_key=one.in_key)
        yield Remark(
            level=Level.NOTE if one.category is Category.PII else Level.WARNING,
            rule=f"{one.category.value}/{one.entity}",
            kind=subject.kind,
            name=subject.name,
            message=f"holds {one.category.value} data: {one.entity}",
            pointer=one.pointer,
            start=one.start,
            end=one.end,
            score=one.score,
            excerpt=excerpt(text, max(one.start - 24, 0), one.end + 24, _beside(subject, one.pointer)),
        )
    if subject.kind is Kind.TOOL:
        yield from _of_a_tool(subject)


def _speaking(subject: _Subject, families: Mapping[str, Family]) -> Iterator[Remark]:
    for one in subject.passages:
        if one.score < _WORTH_A_NOTE:
            continue
        strongest = _by_weight((sign.family for sign in one.signs), families)
        text = leaf_at(subject.definition, one.pointer, in_key=one.in_key)
        sure = one.score >= SURE
        yield Remark(
            level=Level.ERROR if sure else Level.NOTE,
            rule=f"poisoning/{strongest[0]}" if strongest else "poisoning/other",
            kind=subject.kind,
            name=subject.name,
            message="speaks to the model" if sure else "may speak to the model",
            pointer=one.pointer,
            start=one.start,
            end=one.end,
            score=one.score,
            excerpt=excerpt(text, one.start, one.end, _beside(subject, one.pointer)),
            families=strongest,
        )


def _by_weight(found: Iterable[str], families: Mapping[str, Family]) -> tuple[str, ...]:
    weights = {name: families[name].weight if name in families else 0.0 for name in found}
    return tuple(sorted(weights, key=lambda name: (-weights[name], name)))


def _concealed(subject: _Subject) -> Iterator[Remark]:
    for leaf in leaves_of(subject.definition):
        if leaf.text.isascii() and leaf.text.isprintable() and len(leaf.text) < 12:  # noqa: PLR2004 - a name
            continue
        found = uncovered(leaf.text, _beside(subject, leaf.pointer))
        for one in found:
            yield Remark(
                level=Level.NOTE,
                rule=f"concealed/{one.sign.code}",
                kind=subject.kind,
                name=subject.name,
                message=f"{one.sign.family.replace('_', ' ')} ({one.sign.code.replace('-', ' ')})",
                pointer=leaf.pointer,
                start=one.sign.start,
                end=one.sign.end,
                excerpt=one.reads,
            )
        if not found and (characters := unseen(leaf.text)):
            yield Remark(
                level=Level.NOTE,
                rule="concealed/unseen-characters",
                kind=subject.kind,
                name=subject.name,
                message=f"characters that are not seen: {characters}",
                pointer=leaf.pointer,
            )


def _of_a_tool(subject: _Subject) -> Iterator[Remark]:
    free = unexplained(subject.definition)
    if free:
        yield Remark(
            level=Level.NOTE,
            rule=UNEXPLAINED,
            kind=Kind.TOOL,
            name=subject.name,
            message="takes any text in parameters, and does not say what for",
            details=tuple(cut(one, 40) for one in free),
        )
    hints = subject.definition.get("annotations")
    profile = profile_of(subject.definition)
    if isinstance(hints, dict) and hints.get("readOnlyHint") is True and profile.intent is not Intent.READ:
        message = f"says that it only reads, and looks like {profile.intent.value}"
        yield Remark(
            level=Level.NOTE, rule="definition/read_only_claim", kind=Kind.TOOL, name=subject.name, message=message
        )


def _beside(subject: _Subject, pointer: tuple[str | int, ...]) -> list[Finding]:
    return [one for one in subject.sensitive if one.pointer == pointer]


def _row(subject: _Subject, states: Mapping[str, str], families: Mapping[str, Family]) -> ToolRow:
    profile = profile_of(subject.definition)
    hints = subject.definition.get("annotations")
    claimed = hints if isinstance(hints, dict) else {}
    speaking = [one for one in subject.passages if one.score >= _WORTH_A_NOTE]
    told = (*profile.base, *profile.open)
    return ToolRow(
        name=subject.name,
        floor=profile.floor,
        intent=profile.intent,
        worst=max((profile.floor, *(each.intent for each in told)), key=RANK.__getitem__),
        evidence=told,
        claims=tuple(
            f"{'' if claimed[hint] else 'not '}{hint.removesuffix('Hint')}"
            for hint in _HINTS
            if isinstance(claimed.get(hint), bool)
        ),
        pin=states.get(subject.name),
        score=max((one.score for one in subject.passages), default=0.0),
        families=_by_weight((sign.family for one in speaking for sign in one.signs), families),
    )
