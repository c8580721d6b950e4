"""Judges what tools return: which passages speak to the model that reads them, and how sure that is.

Evidence of patterns, the form of sentences and the linear model are added up over a few sentences in a row, as
log-odds. What only sounds like a request stays a weak passage, which counts beside other things.
"""

import heapq
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final

from extproc.mcp.pointer import Pointer
from extproc.model.passage import Passage, Sign
from extproc.model.value import value
from extproc.threats.evidence import EvidenceEngine
from extproc.threats.linear import LinearModel, tokens_of
from extproc.threats.passages import Unit, lead_of, unit_at, units_of, words_of
from extproc.threats.structure import Sentence, forms_of, quoted
from extproc.threats.views import TextView, Views, views_of

MAX_PASSAGES: Final = 20
FLAGGED: Final = 0.5
_WEAK: Final = 0.15
# Log-odds of a text in which nothing was found, and what each doubling of a long one adds.
_BASE: Final = -2.9
_LONG: Final = -0.4
_SHORT_TEXT: Final = 600
# Below a finding the score falls more slowly than log-odds do, so that weak signals are told apart.
_SLOWLY: Final = 0.65
# What the model says counts within limits, so that no word alone decides.
_SHARE: Final = 0.65
_LEAST: Final = -2.5
_MOST: Final = 6.0
# Words that sound so much like an order may begin a passage.
_BEGINS: Final = 2.0
_COMMON: Final = frozenset({"order", "machine_named"})
# Sentences that are judged as one, and what each after the first costs.
_TOGETHER: Final = 4
_FURTHER: Final = 0.15
# What is only named, in quotation marks, counts for so much.
_NAMED: Final = 0.35
_NAMED_MOST: Final = 0.5
# What a text that explains attacks adds, by how surely it does.
_ABOUT: Final[Mapping[str, float]] = {"about_attacks": -2.4, "about_security": -1.0}
# Families that tell the same in other words, that a program is spoken to, and how much they are worth together: less
# in rules for those who work on a repository, which do so openly.
_TO_PROGRAMS: Final = frozenset({"reader", "reader_here", "reader_acts", "addressed", "machine_named"})
_TO_PROGRAMS_MOST: Final = 3.2
_OPENLY: Final = "about_agents"
_OPENLY_MOST: Final = 1.2
# Signs that weigh less than the rest of their family.
_WEIGHED_AS: Final = {"markup-comment": "comment", "markdown-comment": "comment"}
# How many units the model is asked about, and how much a sign in one is worth beside its words.
_LOOKS: Final = 6
_CHARS_A_LOOK: Final = 800
_SIGNED: Final = 6.0
_SHORTEST: Final = 12
_LONGEST_WORD: Final = 60
_LETTERS: Final = re.compile(r"[^\W\d_]")
_NOTHING: Final = -9.0


@dataclass(slots=True)
class _Cell:
    """What was found in one unit of a text, in whichever view of it."""

    start: int
    end: int
    logit: float = _NOTHING
    signs: list[Sign] = field(default_factory=list)
    named: set[str] = field(default_factory=set)

    @property
    def counts(self) -> bool:
        """Tell whether a passage may begin here: more was found than its form, or its words sound like an order."""
        return self.logit > _BEGINS or any(sign.family not in _COMMON for sign in self.signs)


@value
class _Stretch:
    """Units in a row, by number, and their score together."""

    first: int
    last: int
    score: float


class ResponseJudge:
    """Patterns, weights and the model in use. Safe to use from several threads."""

    def __init__(self, engine: EvidenceEngine, weights: Mapping[str, float], model: LinearModel) -> None:
        """Take what `extproc.config` has loaded."""
        self._engine = engine
        self._weights = weights
        self._model = model

    def judge(
        self, texts: Sequence[tuple[Pointer, str]], *, names: frozenset[str] = frozenset()
    ) -> tuple[Passage, ...]:
        """Return passages, the surest first. `names` are the tools of the session."""
        read = [(pointer, text) for pointer, text in texts if speaks(text)]
        every = [views_of(text) for _, text in read]
        found = self._engine.found_in(every)
        passages = [
            passage
            for (pointer, text), views, signs in zip(read, every, found, strict=True)
            for passage in self._passages(pointer, text, views, signs, names)
        ]
        passages.sort(key=lambda passage: -passage.score)
        return tuple(passages[:MAX_PASSAGES])

    def _passages(
        self, pointer: Pointer, text: str, views: Views, signs: Sequence[Sign], names: frozenset[str]
    ) -> Iterator[Passage]:
        units = units_of(text)
        cells: dict[int, _Cell] = {}
        about = min((_ABOUT.get(sign.family, 0.0) for sign in signs), default=0.0)
        for sign in signs:
            cell = _cell(cells, units, sign.start, sign.end)
            if quoted(text, sign.start, sign.end, loosely=about < 0):
                cell.named.add(sign.family)
            else:
                cell.signs.append(sign)
        for view in views.views:
            self._look((pointer, text), view, units, cells, names)
        if not cells:
            return
        base = _BASE + _LONG * math.log2(max(len(text) / _SHORT_TEXT, 1)) + about
        most = _OPENLY_MOST if any(sign.family == _OPENLY for sign in signs) else _TO_PROGRAMS_MOST
        for stretch in _chosen([self._stretch(first, cells, base, most) for first in cells if cells[first].counts]):
            inside = [cells[number] for number in range(stretch.first, stretch.last + 1) if number in cells]
            yield Passage(
                pointer=pointer,
                start=min(cell.start for cell in inside),
                end=max(cell.end for cell in inside),
                score=round(stretch.score, 3),
                signs=tuple(sign for cell in inside for sign in cell.signs),
            )

    def _look(
        self,
        at: tuple[Pointer, str],
        view: TextView,
        units: Sequence[Unit],
        cells: dict[int, _Cell],
        names: frozenset[str],
    ) -> None:
        """Ask the model and the form about the units of a view that most deserve it, and add what they say."""
        text, model, root = view.text, self._model, view.depth == 0
        for start, end in self._worth(view, at[1], units, cells):
            first = lead_of(text, (start, end))
            said = Sentence(lead=text[start:first], text=text[first:end], words=tokens_of(text[first:end]))
            outer = (start, end) if root else view.origin(start, end)
            cell = _cell(cells, units, *outer)
            cell.logit = max(cell.logit, model.logit(tokens_of(said.lead), said.words))
            cell.signs += [
                Sign(code=form, family=form.replace("-", "_"), start=outer[0], end=outer[1])
                for form in forms_of(said, at[0], names, model.classes)
            ]

    def _worth(self, view: TextView, original: str, units: Sequence[Unit], cells: Mapping[int, _Cell]) -> list[Unit]:
        """Return the units of a view that are looked at closely: a number of them that the length of the text limits.

        Of a view beside the original only those count that do not stand in the original as they are.
        """
        text, worth, root = view.text, self._model.worth, view.depth == 0
        known: AbstractSet[str] = frozenset() if root else {original[start:end] for start, end in units}
        low = text.lower()
        aligned = len(low) == len(text)
        ranked = []
        for number, (start, end) in enumerate(units if root else units_of(text)):
            said = text[start:end]
            if said in known:
                continue
            rank = worth(words_of(low[start:end] if aligned else said.lower())) + (root and number in cells) * _SIGNED
            if rank >= 0:
                ranked.append((rank, (start, end)))
        limit = _LOOKS + len(text) // _CHARS_A_LOOK
        return [unit for _, unit in (ranked if len(ranked) <= limit else heapq.nlargest(limit, ranked))]

    def _stretch(self, first: int, cells: Mapping[int, _Cell], base: float, most: float) -> _Stretch:
        """Return the best stretch of units that begins with this one; `most` is what speaking to programs is worth."""
        weight = self._weights.get
        families: set[str] = set()
        named: set[str] = set()
        logit, best = _NOTHING, _Stretch(first=first, last=first, score=0.0)
        for last in range(first, first + _TOGETHER):
            cell = cells.get(last)
            if cell is None:
                continue
            families.update([_WEIGHED_AS.get(sign.code, sign.family) for sign in cell.signs])
            named |= cell.named
            logit = max(logit, min(cell.logit, _NAMED_MOST) if cell.named else cell.logit)
            total = base + sum([weight(family, 0.0) for family in families - _TO_PROGRAMS]) - _FURTHER * (last - first)
            total += min(sum([weight(family, 0.0) for family in families & _TO_PROGRAMS]), most)
            total += _NAMED * sum([weight(family, 0.0) for family in named - families])
            total += _SHARE * min(max(logit, _LEAST), _MOST)
            score = 1 / (1 + math.exp(-total if total > 0 else -total * _SLOWLY))
            if score > best.score:
                best = _Stretch(first=first, last=last, score=score)
        return best


def speaks(text: str) -> bool:
    """Tell whether a text can hold a sentence; identifiers, numbers and single words cannot."""
    if len(text) < _SHORTEST or _LETTERS.search(text) is None:
        return False
    return not text.isascii() or " " in text.strip() or len(text) > _LONGEST_WORD


def _cell(cells: dict[int, _Cell], units: Sequence[Unit], start: int, end: int) -> _Cell:
    """Return the cell for a place; what was decoded is as wide as what stands for it."""
    number = unit_at(units, start)
    cell = cells.get(number)
    if cell is None:
        low, high = units[number] if units else (start, end)
        cell = cells[number] = _Cell(start=min(low, start), end=max(high, end))
    cell.end = max(cell.end, end)
    return cell


def _chosen(stretches: Sequence[_Stretch]) -> list[_Stretch]:
    """Return the stretches worth telling, the best first: findings joined, of others the best of each place."""
    joined: list[_Stretch] = []
    for one in sorted((one for one in stretches if one.score >= FLAGGED), key=lambda one: one.first):
        if joined and one.first <= joined[-1].last + 1:
            before = joined.pop()
            last, score = max(before.last, one.last), max(before.score, one.score)
            joined.append(_Stretch(first=before.first, last=last, score=score))
        else:
            joined.append(one)
    for one in sorted((one for one in stretches if _WEAK <= one.score < FLAGGED), key=lambda one: -one.score):
        if len(joined) >= MAX_PASSAGES:
            break
        if all(one.last < other.first or one.first > other.last for other in joined):
            joined.append(one)
    return sorted(joined, key=lambda one: -one.score)[:MAX_PASSAGES]
