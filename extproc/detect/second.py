"""A second scanner beside the detectors: what it finds and they do not, as findings of the same kind."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from types import MappingProxyType
from typing import Final, Protocol

from extproc.detect.fingerprints import fingerprint
from extproc.detect.found import Found
from extproc.mcp.pointer import Pointer
from extproc.model.finding import Category, Finding
from extproc.model.marks import MARK
from extproc.model.message import JsonValue
from extproc.model.value import value


@value
class Sort:
    """What a second scanner's finding is, as findings here are told apart."""

    category: Category
    entity: str
    score: float


ENTITY: Final = "other_secret"
_SECRET: Final = Sort(category=Category.SECRET, entity=ENTITY, score=0.8)
_NO_SORTS: Final[Mapping[str, Sort]] = MappingProxyType({})
_LONGEST: Final = 1024 * 1024


class SecondScanner(Protocol):
    """Finds secrets, or what it has other names for, in a text in a way of its own."""

    def spans(self, text: str) -> Sequence[tuple[int, int, str]]:
        """Return start, end (code points) and the scanner's own name of each thing found."""
        ...


def second_findings(
    document: JsonValue,
    scanner: SecondScanner,
    key: bytes,
    known: Sequence[Finding],
    *,
    sorts: Mapping[str, Sort] = _NO_SORTS,
    longest: int = _LONGEST,
) -> Iterator[Finding]:
    """Yield what a second scanner finds in the strings of a document, outside of what is known and of our own marks.

    `sorts` are by the scanner's own names; what is not among them is a secret. Strings of more than `longest`
    characters in all are left alone.
    """
    places = [*_strings(document)]
    texts = [text for _, text in places]
    joined = "\n".join(texts)
    if len(joined) > longest:
        return
    starts = [0, *accumulate(len(text) + 1 for text in texts)]
    for start, end, name in scanner.spans(joined):
        leaf = bisect_right(starts, start) - 1
        if leaf >= len(places) or start >= end or end > starts[leaf + 1]:
            continue  # over the end of a text: not in any of them
        pointer, text = places[leaf]
        here = start - starts[leaf], min(end - starts[leaf], len(text))
        if _is_known(pointer, here, known) or any(_meets(mark.span(), here) for mark in MARK.finditer(text)):
            continue
        sort = sorts.get(name, _SECRET)
        found = Found(
            category=sort.category,
            entity=sort.entity,
            detector=name,
            start=here[0],
            end=here[1],
            score=sort.score,
            text=text[here[0] : here[1]],
        )
        yield Finding(
            category=found.category,
            entity=found.entity,
            detector=found.detector,
            pointer=pointer,
            start=found.start,
            end=found.end,
            score=found.score,
            fingerprint=fingerprint(key, found),
        )


def _is_known(pointer: Pointer, place: tuple[int, int], known: Sequence[Finding]) -> bool:
    return any(
        one.pointer == pointer and not one.in_key and one.start <= place[0] and place[1] <= one.end for one in known
    )


def _meets(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _strings(document: JsonValue) -> Iterator[tuple[Pointer, str]]:
    pending: list[tuple[Pointer, JsonValue]] = [((), document)]
    while pending:
        pointer, value = pending.pop()
        match value:
            case str():
                yield pointer, value
            case dict():
                pending.extend(((*pointer, name), child) for name, child in reversed(value.items()))
            case list():
                pending.extend(((*pointer, index), child) for index, child in reversed([*enumerate(value)]))
            case _:
                continue
