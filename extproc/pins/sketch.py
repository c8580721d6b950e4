"""Small sketches of what a definition says of itself, by which near copies are known without keeping any text."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final
from zlib import crc32

from extproc.model.message import JsonValue

# The smallest hashes are a sample of all, so the share that two sketches have in common estimates that of the texts.
HASHES: Final = 32
_LONGEST: Final = 8 * 1024
_WORDS: Final = 600
_DEEPEST: Final = 24
_WORD: Final = re.compile(r"[^\W_]+")
_SCHEMAS: Final = ("inputSchema", "outputSchema")
_TEXTS: Final = ("title", "description", "instructions")


def shingles(words: Iterable[str]) -> frozenset[int]:
    """Return the hashes of the words and of the pairs of neighbours."""
    words = list(words)
    return _hashes(words) | _hashes(_pairs(words))


def sketch_of(text: str) -> tuple[int, ...]:
    """Return the smallest hashes of the pairs of neighbours in a text, ascending: words alone stand in every text."""
    return tuple(sorted(_hashes(_pairs(words_of(text))))[:HASHES])


def _pairs(words: Sequence[str]) -> Iterable[str]:
    return map(" ".join, pairwise(words))


def _hashes(texts: Iterable[str]) -> frozenset[int]:
    return frozenset(crc32(text.encode("utf-8", "replace")) for text in texts)


def likeness(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """Return the share of hashes, of 0 to 1, that two sketches have in common; nothing is like what has none."""
    together = sorted({*one, *other})[:HASHES]
    both = set(one) & set(other)
    return sum(each in both for each in together) / len(together) if together else 0.0


def words_of(text: str) -> list[str]:
    """Return the words of a text without case, as far as they are looked at."""
    return _WORD.findall(text[:_LONGEST].casefold())[:_WORDS]


def definition_words(definition: Mapping[str, JsonValue]) -> list[str]:
    """Return the words of a definition in which a tool under another name is known again: all but the name."""
    words: list[str] = []
    for member in _TEXTS:
        words += words_of(text) if isinstance(text := definition.get(member), str) else ()
    for member in _SCHEMAS:
        for text in _schema_texts(definition.get(member), _DEEPEST):
            if len(words) >= _WORDS:
                return words[:_WORDS]
            words += words_of(text)
    return words[:_WORDS]


def _schema_texts(schema: JsonValue, deeper: int) -> Iterator[str]:
    """Return what a schema says: the names of its members that are no keywords of every schema, and its texts."""
    match schema:
        case dict() if deeper:
            for key in sorted(schema):
                if key not in {"type", "properties", "required", "description", "$schema"}:
                    yield key
                if key not in {"type", "required", "$schema"}:
                    yield from _schema_texts(schema[key], deeper - 1)
        case list() if deeper:
            for each in schema:
                yield from _schema_texts(each, deeper - 1)
        case str():
            yield schema
        case _:
            return
