"""Give values of the vault back to a server that a rule names, and see marks that travel elsewhere."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Final

from extproc.mcp.pointer import Pointer, find
from extproc.model.decision import Edit
from extproc.model.finding import Category, Finding
from extproc.model.marks import VAULT_MARK, named
from extproc.model.message import JsonObject, JsonValue
from extproc.model.value import value
from extproc.policy.obligations import Restoration
from extproc.redact.apply import Rename
from extproc.redact.json_text import JsonText

TOKEN_FLOW: Final = "token_flow"  # noqa: S105 - the name of a finding
_NOTHING: Final[frozenset[str]] = frozenset()


@value
class VaultEntry:
    """What a vault keeps under the letters of a mark: the value, what it is, and the servers it came from."""

    value: str = field(repr=False)
    entity: str
    category: Category
    servers: frozenset[str]


@value
class Restored:
    """The edits of a message with its values given back, and the marks that travel where no rule gives them back."""

    edits: tuple[Edit, ...]
    flows: tuple[Finding, ...]


def vault_marks(document: JsonObject) -> frozenset[tuple[str, str]]:
    """Return the marks of a vault in a message, as entity and letters."""
    return frozenset(
        (mark[1].lower(), mark[2])
        for _, text, _ in _texts(document)
        if "[" in text
        for mark in VAULT_MARK.finditer(text)
    )


def restorations(
    document: JsonObject,
    rules: Iterable[Restoration],
    known: Mapping[str, VaultEntry],
    server: str,
    planned: Sequence[Edit] = (),
) -> Restored:
    """Put values in place of their marks where a rule for this server says so.

    `known` are the entries of the caller's own scope by letters: a mark of another scope is plain text. `planned` are
    the other edits of the message; they are part of the answer, with the values given back in what they leave. A mark
    of a value that came from other servers only, and is not given back here, is a finding.
    """
    if not known:
        return Restored(edits=tuple(planned), flows=())
    places = [(rule, {pointer for pointer, _ in find(document, rule.pattern)}) for rule in rules]
    after = {edit.pointer: edit for edit in planned if not isinstance(edit, Rename)}
    flows: list[Finding] = []
    for pointer, original, in_key in _texts(document):
        edit = None if in_key else after.get(pointer)
        text = edit.replacement if edit is not None and not edit.remove else original
        if not isinstance(text, str) or "[" not in text or _is_void(pointer, after):
            continue
        entities = _NOTHING if in_key else _given(pointer, places)
        given = _with_values(text, known, entities)
        if given != text:
            after[pointer] = Edit(pointer=pointer, replacement=given)
        flows.extend(_flows(pointer, text, known, entities, server, in_key=in_key))
    renames = (edit for edit in planned if isinstance(edit, Rename))
    return Restored(edits=(*after.values(), *renames), flows=tuple(flows))


def _given(pointer: Pointer, places: Iterable[tuple[Restoration, set[Pointer]]]) -> frozenset[str]:
    """Return the entities and categories that are given back at a place."""
    return frozenset(name for rule, pointers in places if pointer in pointers for name in rule.entities)


def _is_given(entry: VaultEntry, entities: frozenset[str]) -> bool:
    # A secret is in no vault; were one there, it would stay there.
    return entry.category is not Category.SECRET and bool({entry.entity, entry.category.value} & entities)


def _entries(text: str, known: Mapping[str, VaultEntry]) -> Iterator[tuple[int, int, VaultEntry]]:
    """Yield where marks stand that the vault knows, under the very name that it gave them."""
    for mark in VAULT_MARK.finditer(text):
        entry = known.get(mark[2])
        if entry is not None and mark[0] == named(entry.entity, mark[2]):
            yield mark.start(), mark.end(), entry


def _with_values(text: str, known: Mapping[str, VaultEntry], entities: frozenset[str]) -> str:
    if not entities:
        return text
    within = JsonText(text)
    pieces: list[str] = []
    at = 0
    for start, end, entry in _entries(text, known):
        if not _is_given(entry, entities):
            continue
        given = entry.value
        # A value comes from a server, and must not end the string that it is put into.
        for _ in range(within.place(start, end).depth):
            given = json.dumps(given)[1:-1]
        pieces += (text[at:start], given)
        at = end
    return "".join((*pieces, text[at:]))


def _flows(
    pointer: Pointer,
    text: str,
    known: Mapping[str, VaultEntry],
    entities: frozenset[str],
    server: str,
    *,
    in_key: bool,
) -> Iterator[Finding]:
    for start, end, entry in _entries(text, known):
        if server not in entry.servers and not _is_given(entry, entities):
            yield Finding(
                category=Category.CUSTOM,
                entity=TOKEN_FLOW,
                detector="vault",
                pointer=pointer,
                start=start,
                end=end,
                score=1.0,
                in_key=in_key,
            )


def _is_void(pointer: Pointer, after: Mapping[Pointer, Edit]) -> bool:
    """Tell whether a value goes, with what it stands in or alone."""
    if pointer in after and after[pointer].remove:
        return True
    return any(pointer[:length] in after for length in range(1, len(pointer)))


def _texts(document: JsonObject) -> Iterator[tuple[Pointer, str, bool]]:
    """Yield every string of a message, and every member's name, with its pointer."""
    stack: list[tuple[Pointer, JsonValue]] = [((), document)]
    while stack:
        pointer, item = stack.pop()
        match item:
            case str():
                yield pointer, item, False
            case dict():
                for name, child in item.items():
                    yield (*pointer, name), name, True
                    stack.append(((*pointer, name), child))
            case list():
                stack.extend(((*pointer, index), child) for index, child in enumerate(item))
            case _:
                continue
