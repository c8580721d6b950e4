"""From findings to edits: one value is treated the same wherever it stands in a message, which stays valid JSON."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Literal, NamedTuple

from extproc.mcp.pointer import Pointer
from extproc.model.decision import Edit
from extproc.model.message import JsonObject, JsonValue
from extproc.policy.obligations import Operator
from extproc.redact.apply import Rename
from extproc.redact.json_text import JsonTexts
from extproc.redact.occurrences import Hit, Occurrences, as_number
from extproc.redact.operators import Marking, Sort, Treated, strictest
from extproc.redact.places import SEALED_DEPTH, blob_of, can_go, holds_base64, is_free, is_sealed, spreads_to, text_of
from extproc.redact.writing import Span, written


def span_edits(document: JsonObject, found: Iterable[Treated], marking: Marking) -> tuple[Edit, ...]:
    """Return the edits for what was found; there is one at most for each value, and one for each member's name.

    What was found in one place and stands verbatim in another (from four characters on) is treated there too. The
    protocol's own members and the definitions of tools are left alone. The order of the findings does not matter.
    """
    edits = [*_Spread(document, found, marking).edits()]
    gone = {edit.pointer for edit in edits if edit.remove}
    if not gone:
        return tuple(edits)
    kept = (edit for edit in edits if not any(edit.pointer[:length] in gone for length in range(len(edit.pointer) + 1)))
    return (*kept, *(Edit(pointer=pointer, remove=True) for pointer in sorted(_outermost(gone), key=str)))


def for_vault(document: JsonObject, found: Iterable[Treated]) -> tuple[tuple[Sort, str], ...]:
    """Return the values that a vault is to keep, with what they are; their letters go into `Marking.letters`."""
    sorts = _sorts(document, *_by_place(found), JsonTexts())
    return tuple((sort, text) for text, sort in sorts.items() if sort.operator is Operator.TOKENIZE)


def written_number(leaf: float) -> str:
    """Return a number as its findings count characters in it."""
    return str(leaf)


class _Leaf(NamedTuple):
    """A text, a number or a member's name that may be altered, as a text; and for a text in base64 what it says."""

    pointer: Pointer
    text: str
    parent: JsonValue = None
    form: Literal["text", "number", "name", "blob"] = "text"
    inner: str | None = None


class _Spread:
    """What is found in one message, spread over it."""

    __slots__ = ("_direct", "_document", "_keys", "_mark", "_sorts", "_texts")

    def __init__(self, document: JsonObject, found: Iterable[Treated], marking: Marking) -> None:
        self._document = document
        self._texts = JsonTexts()
        self._mark = cache(marking.mark)
        self._direct, self._keys = _by_place(found)
        self._sorts = _sorts(document, self._direct, self._keys, self._texts)

    def edits(self) -> Iterator[Edit]:
        if not self._direct and not self._keys:
            return
        leaves = [*_leaves(self._document)]
        hits = Occurrences(self._sorts).within([leaf.text if leaf.inner is None else leaf.inner for leaf in leaves])
        names = []
        for leaf, known in zip(leaves, hits, strict=True):
            if known or leaf.pointer in self._direct or leaf.pointer in self._keys:
                match leaf.form:
                    case "text":
                        yield from self._text(leaf, known)
                    case "blob":
                        yield from self._blob(leaf, known)
                    case "number":
                        yield from self._number(leaf, known)
                    case "name":
                        names.append((leaf, known))
        yield from self._renames(names)

    def _text(self, leaf: _Leaf, known: list[Hit]) -> Iterator[Edit]:
        pointer, text = leaf.pointer, leaf.text
        direct = self._direct.get(pointer, ())
        spans = self._spans(text, direct, known if spreads_to(pointer) else ())
        if can_go(pointer) and _goes(spans, len(direct), len(text)):
            yield Edit(pointer=pointer, remove=True)
        elif spans:
            after = written(text, spans, self._mark)
            if after != text:
                yield Edit(pointer=pointer, replacement=after)

    def _blob(self, leaf: _Leaf, known: list[Hit]) -> Iterator[Edit]:
        """Write base64 again: whoever reads the member decodes it."""
        direct = self._direct.get(leaf.pointer)
        if direct:
            after = self._mark(strictest(map(_sort, direct)), leaf.text)
        elif leaf.inner is not None:
            after = written(leaf.inner, self._spans(leaf.inner, (), known), self._mark)
        else:
            return
        if after != leaf.inner:
            yield Edit(pointer=leaf.pointer, replacement=blob_of(after))

    def _number(self, leaf: _Leaf, hits: list[Hit]) -> Iterator[Edit]:
        pointer, text = leaf.pointer, leaf.text
        known = as_number(text, hits) if spreads_to(pointer) else None
        sorts = [self._sorts.get(text, _sort(one)) for one in self._direct.get(pointer, ())]
        if known is not None:
            sorts.append(self._sorts[known])
        if not sorts:
            return
        sort = strictest(sorts)
        if sort.operator is Operator.DROP and can_go(pointer):
            yield Edit(pointer=pointer, remove=True)
        else:
            yield Edit(pointer=pointer, replacement=self._mark(sort, known or text))

    def _renames(self, names: list[tuple[_Leaf, list[Hit]]]) -> Iterator[Edit]:
        taken: dict[int, set[str]] = {}
        for leaf, known in sorted(names, key=lambda one: one[0].text):
            pointer, name, parent = leaf.pointer, leaf.text, leaf.parent
            direct = self._keys.get(pointer, ())
            spans = self._spans(name, direct, known if is_free(pointer) else ())
            if can_go(pointer) and _goes(spans, len(direct), len(name)):
                yield Edit(pointer=pointer, remove=True)
            elif spans and isinstance(parent, dict):
                others = taken.setdefault(id(parent), {*parent})
                after = _free_name(written(name, spans, self._mark), others)
                others.add(after)
                yield Rename(pointer=pointer, name=after)

    def _spans(self, text: str, direct: Iterable[Treated], known: Iterable[Hit]) -> list[Span]:
        """Return what is replaced in a text: first what was found in it, then what was found elsewhere."""
        within = self._texts.of(text)
        spans = []
        bounds = set()
        for one in direct:
            bounds.add(bound := _bounds(one, text))
            place = within.place(*bound)
            spans.append(Span(place=place, sort=self._sorts.get(place.text) or _sort(one)))
        for start, end, value in known:
            if (start, end) not in bounds:
                # However it is spelled here, it gets the mark of the value.
                spans.append(Span(place=replace(within.place(start, end), text=value), sort=self._sorts[value]))
        return spans


def _leaves(document: JsonObject) -> Iterator[_Leaf]:
    """Yield everything that may be altered, in document order."""
    stack: list[tuple[Pointer, JsonValue, JsonValue]] = [((), document, None)]
    while stack:
        pointer, item, parent = stack.pop()
        match item:
            case dict() | list():
                children: Iterable[tuple[str | int, JsonValue]]
                children = item.items() if isinstance(item, dict) else enumerate(item)
                below = [((*pointer, name), child, item) for name, child in children]
                if len(pointer) < SEALED_DEPTH:
                    below = [place for place in below if not is_sealed(place[0])]
                if isinstance(item, dict):
                    yield from (_Leaf(place[0], str(place[0][-1]), item, "name") for place in below)
                stack.extend(reversed(below))
            case str():
                blob = holds_base64(pointer, parent)
                yield _Leaf(pointer, item, parent, "blob", text_of(item)) if blob else _Leaf(pointer, item)
            case bool() | None:
                continue
            case int() | float():
                yield _Leaf(pointer, written_number(item), form="number")


def _outermost(pointers: set[Pointer]) -> Iterator[Pointer]:
    return (one for one in pointers if not any(one[:length] in pointers for length in range(1, len(one))))


def _goes(spans: list[Span], direct: int, length: int) -> bool:
    """Tell whether a member goes: for what was found in it, or for being nothing but what was found elsewhere."""
    return any(
        span.sort.operator is Operator.DROP and (at < direct or span.place.end - span.place.start == length)
        for at, span in enumerate(spans)
    )


def _by_place(
    found: Iterable[Treated],
) -> tuple[Mapping[Pointer, list[Treated]], Mapping[Pointer, list[Treated]]]:
    """Return what was found in values and in names, by pointer."""
    values: defaultdict[Pointer, list[Treated]] = defaultdict(list)
    names: defaultdict[Pointer, list[Treated]] = defaultdict(list)
    for one in found:
        if not is_sealed(one.finding.pointer):
            (names if one.finding.in_key else values)[one.finding.pointer].append(one)
    return values, names


def _sorts(
    document: JsonObject,
    values: Mapping[Pointer, list[Treated]],
    names: Mapping[Pointer, list[Treated]],
    json_texts: JsonTexts,
) -> dict[str, Sort]:
    """Return what each found value is; of several findings of one value the strictest counts, wherever it was."""
    found: defaultdict[str, list[Sort]] = defaultdict(list)
    for pointer, several in (*values.items(), *names.items()):
        texts = _texts(document, pointer, several, json_texts)
        for one, text in zip(several, texts, strict=False):
            found[text].append(_sort(one))
    return {text: strictest(sorts) for text, sorts in sorted(found.items()) if text}


def _texts(document: JsonObject, pointer: Pointer, several: list[Treated], json_texts: JsonTexts) -> Iterator[str]:
    leaf: JsonValue = document
    parent: JsonValue = None
    for token in pointer:
        parent, leaf = leaf, leaf[token]  # type: ignore[index]  # findings are of this document
    if several[0].finding.in_key:
        leaf, parent = str(pointer[-1]), None
    match leaf:
        case str() if not holds_base64(pointer, parent):
            within = json_texts.of(leaf)
            yield from (within.place(*_bounds(one, leaf)).text for one in several)
        case bool() | None | str() | list() | dict():
            return
        case int() | float():
            yield from (written_number(leaf) for _ in several)


def _bounds(one: Treated, text: str) -> tuple[int, int]:
    """Return where a finding stands; one that says nowhere is about everything."""
    start, end = max(one.finding.start, 0), min(one.finding.end, len(text))
    return (start, end) if start < end else (0, len(text))


def _sort(one: Treated) -> Sort:
    return Sort(operator=one.operator, entity=one.finding.entity, category=one.finding.category)


def _free_name(name: str, taken: set[str]) -> str:
    """Return the name, with a number where it is taken, so that no member covers another."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} {number}"
    return free
