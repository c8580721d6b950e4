"""Which words of a text changed, so that a person sees it at once; bounded whatever the texts."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import takewhile
from typing import Final

from extproc.model.value import value

_TOKEN: Final = re.compile(r"\s+|\w+|[^\w\s]")
_LONGEST: Final = 32 * 1024
# Between the first and the last word that changed; comparing is quadratic at worst.
_COMPARED: Final = 400
_AROUND: Final = 6
_SHOWN: Final = 80


class Fate(StrEnum):
    """What became of some words."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@value
class Words:
    """Neighbouring words of one fate."""

    fate: Fate
    text: str


def word_changes(old: str, new: str) -> tuple[Words, ...]:
    """Return the words that were removed and added, with a few around them; long stretches are cut in the middle."""
    before, after = _TOKEN.findall(old[:_LONGEST]), _TOKEN.findall(new[:_LONGEST])
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    last_before, last_after = len(before) - tail, len(after) - tail
    found = [
        Words(fate=Fate.KEPT, text=_ended(before[:head])),
        *_compared(before[head:last_before], after[head:last_after]),
        Words(fate=Fate.KEPT, text=_begun(before[last_before:])),
    ]
    return tuple(one for one in found if one.text)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _compared(before: Sequence[str], after: Sequence[str]) -> Iterator[Words]:
    if len(before) > _COMPARED or len(after) > _COMPARED:
        yield Words(fate=Fate.REMOVED, text=_cut(before))
        yield Words(fate=Fate.ADDED, text=_cut(after))
        return
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            yield Words(fate=Fate.KEPT, text=_cut(before[start:end], _AROUND))
            continue
        yield Words(fate=Fate.REMOVED, text=_cut(before[start:end]))
        yield Words(fate=Fate.ADDED, text=_cut(after[new_start:new_end]))


def _ended(words: Sequence[str]) -> str:
    return "".join(words) if len(words) <= 2 * _AROUND else "…" + "".join(words[-2 * _AROUND :])


def _begun(words: Sequence[str]) -> str:
    return "".join(words) if len(words) <= 2 * _AROUND else "".join(words[: 2 * _AROUND]) + "…"


def _cut(words: Sequence[str], around: int = _SHOWN) -> str:
    if len(words) <= 2 * around:
        return "".join(words)
    return f"{''.join(words[:around])} … {''.join(words[-around:])}"
