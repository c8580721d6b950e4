"""What in a message speaks to a model: definitions that are poisoned, and instructions in what a server sends."""

import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from extproc.mcp.pointer import Pointer
from extproc.model.finding import Category, Finding
from extproc.model.message import (
    Direction,
    ErrorResponse,
    JsonValue,
    Message,
    Notification,
    Request,
    Response,
)
from extproc.model.passage import Passage
from extproc.model.value import value
from extproc.pipeline.context import Context
from extproc.pipeline.definitions import SURE, Definitions
from extproc.threats.descriptions import DefinitionKind
from extproc.threats.responses import ResponseJudge, speaks
from extproc.threats.texts import String, Text, strings_of, texts_in

POISONED: Final = "poisoned_definition"
INJECTED: Final = "injected_instruction"
ENTITIES: Final = frozenset({POISONED, INJECTED})
# Where the definitions of a list stand, and what they are of.
LISTS: Final = {
    "tools/list": ("tools", DefinitionKind.TOOL),
    "prompts/list": ("prompts", DefinitionKind.PROMPT),
    "resources/list": ("resources", DefinitionKind.RESOURCE),
    "resources/templates/list": ("resourceTemplates", DefinitionKind.RESOURCE),
}
_INTRODUCTIONS: Final = frozenset({"initialize", "server/discover"})
_INTRODUCED: Final = frozenset({"instructions", "serverInfo", "_meta"})
_QUESTIONS: Final = {
    "elicitation/create": DefinitionKind.ELICITATION,
    "sampling/createMessage": DefinitionKind.SAMPLING,
}
_DIGITS: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """What passages are found with, and the key of their fingerprints."""

    definitions: Definitions
    responses: ResponseJudge
    key: bytes = field(repr=False)


@value
class Spoken:
    """What was found. `passages` are those of what a call brought back, also those that are no findings.

    `strings` are those of what it brought, which is no definition.
    """

    findings: tuple[Finding, ...] = ()
    passages: tuple[Passage, ...] = ()
    strings: tuple[String, ...] = ()


NOTHING_SPOKEN: Final = Spoken()


def spoken(message: Message, context: Context, speech: Speech) -> Spoken:
    """Find what in a message of a server speaks to the model that reads it."""
    if context.direction is Direction.CLIENT_TO_SERVER:
        return NOTHING_SPOKEN
    told = tuple(_definitions(message, context, speech.definitions))
    strings = tuple(brought(message, context))
    passages = (*_passages(strings, context, speech.responses), *context.objected)
    findings = (
        *_findings(told, Category.POISONING, POISONED, message, speech.key),
        *_findings(passages, Category.INJECTION, INJECTED, message, speech.key),
    )
    return Spoken(findings=findings, passages=passages, strings=strings)


def _definitions(message: Message, context: Context, definitions: Definitions) -> Iterator[Passage]:
    match message:
        case Response(result=result):
            method = context.call.method if context.call is not None else ""
            if method in _INTRODUCTIONS:
                yield from _under(("result",), definitions.passages(_introduction(result), DefinitionKind.INSTRUCTIONS))
            yield from _listed(result, method, context.names, definitions)
            for name, asked in _entries(result.get("inputRequests")):
                params, question = asked.get("params"), asked.get("method")
                if isinstance(params, dict):
                    found = definitions.passages(params, _QUESTIONS.get(str(question), DefinitionKind.ELICITATION))
                    yield from _under(("result", "inputRequests", name, "params"), found)
        case Request(method=method, params=params) if method in _QUESTIONS:
            yield from _under(("params",), definitions.passages(dict(params), _QUESTIONS[method]))
        case _:
            pass


def _introduction(result: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {name: one for name, one in result.items() if name in _INTRODUCED}


def _listed(
    result: Mapping[str, JsonValue], method: str, names: frozenset[str], definitions: Definitions
) -> Iterator[Passage]:
    member, kind = LISTS.get(method, ("", DefinitionKind.TOOL))
    entries = result.get(member)
    if not isinstance(entries, list):
        return
    known = [entry for entry in entries if isinstance(entry, dict)]
    foreign = names - {name for entry in known if isinstance(name := entry.get("name"), str)}
    for index, entry in enumerate(entries):
        if isinstance(entry, dict):
            yield from _under(("result", member, index), definitions.passages(entry, kind, foreign))


def _under(at: Pointer, passages: Iterable[Passage]) -> Iterator[Passage]:
    for one in passages:
        yield Passage(
            pointer=(*at, *one.pointer),
            start=one.start,
            end=one.end,
            score=one.score,
            signs=one.signs,
            in_key=one.in_key,
        )


def _entries(found: JsonValue) -> Iterator[tuple[str | int, Mapping[str, JsonValue]]]:
    pairs: Iterable[tuple[str | int, JsonValue]] = (
        found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    )
    for name, entry in pairs:
        if isinstance(entry, dict):
            yield name, entry


def brought_texts(message: Message, context: Context) -> list[Text]:
    """Return the texts of what a server sends that can say something, without definitions."""
    return [*texts_in(brought(message, context), speaks)]


def brought(message: Message, context: Context) -> Iterator[String]:
    """Go through the strings of what a server sends that is no definition."""
    match message:
        case Response(result=result):
            return strings_of(_without_definitions(result, context.call.method if context.call else ""), ("result",))
        case Request(method=method) if method in _QUESTIONS:
            return iter(())
        case Request(params=params) | Notification(params=params):
            return strings_of(dict(params), ("params",))
        case ErrorResponse(document=document):
            return strings_of(document.get("error"), ("error",))


# Its questions are definitions, and the others mean something only to who made them.
_NOT_BROUGHT: Final = frozenset({"inputRequests", "nextCursor", "requestState", "resultType", "taskId"})


def _without_definitions(result: Mapping[str, JsonValue], method: str) -> dict[str, JsonValue]:
    """Return the members of a result that are not judged as definitions; a list that is none is brought as it is."""
    judged = _NOT_BROUGHT | _INTRODUCED if method in _INTRODUCTIONS else _NOT_BROUGHT
    rest = {name: one for name, one in result.items() if name not in judged}
    member, _ = LISTS.get(method, ("", None))
    if isinstance(entries := rest.get(member), list):
        rest[member] = [None if isinstance(entry, dict) else entry for entry in entries]
    return rest


def _passages(strings: Iterable[String], context: Context, judge: ResponseJudge) -> tuple[Passage, ...]:
    texts = [*texts_in(strings, speaks)]
    if not texts:
        return ()
    # The number tells texts of one string apart.
    numbered = [((*text.where, number), text.text) for number, text in enumerate(texts)]
    found = []
    for one in judge.judge(numbered, names=context.names):
        text = texts[int(one.pointer[-1])]
        start, end = text.origin(one.start, one.end)
        found.append(
            Passage(pointer=text.pointer, start=start, end=end, score=one.score, signs=one.signs, in_key=text.in_key)
        )
    return tuple(found)


def _findings(
    passages: Iterable[Passage], category: Category, entity: str, message: Message, key: bytes
) -> Iterator[Finding]:
    for one in passages:
        if one.score < SURE:
            continue
        text = one.pointer[-1] if one.in_key else _at(message.document, one.pointer)
        said = " ".join(str(text)[one.start : one.end].casefold().split())
        strongest = next((sign.code for sign in one.signs), entity)
        yield Finding(
            category=category,
            entity=entity,
            detector=strongest,
            pointer=one.pointer,
            start=one.start,
            end=one.end,
            score=one.score,
            fingerprint=hmac.digest(key, said.encode("utf-8", "surrogatepass"), "sha256").hex()[:_DIGITS],
            in_key=one.in_key,
        )


def _at(document: JsonValue, pointer: Pointer) -> JsonValue:
    for token in pointer:
        match document, token:
            case dict(), str():
                document = document[token]
            case list(), int():
                document = document[token]
            case _:
                return None
    return document
