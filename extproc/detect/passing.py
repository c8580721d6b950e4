"""One pass of an engine over texts, and the judgement of what it points at."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from extproc.detect.encodings import Span, buried, is_run, run_before
from extproc.detect.found import Found
from extproc.detect.leaves import Buffer
from extproc.detect.matching import Engine
from extproc.detect.rules import Rule
from extproc.detect.surroundings import Surroundings
from extproc.detect.views import View

# Without one of these, and in ASCII, no character is written as something else.
_WRITTEN: Final = (b"\\", b"%", b"&")
# A text that is nothing but so much base64 is no text, and no token either.
_BLOB: Final = 4096


class Pass:
    """The texts of one round with where rules may have matched in them, and which runs in them may be base64."""

    def __init__(self, views: Sequence[View], engine: Engine, rules: int, blobs: AbstractSet[int]) -> None:
        """Let the engine, whose expressions are those of the rules and then the runs, pass over the texts but blobs."""
        self._views = views
        blobs = blobs | {number for number, view in enumerate(views) if len(view.text) > _BLOB and _is_blob(view.text)}
        buffer = Buffer(["" if number in blobs else view.text for number, view in enumerate(views)])
        hits = engine.hits(buffer.data)
        self.complete = hits.complete
        self.written = not buffer.ascii or any(mark in buffer.data for mark in _WRITTEN)
        self._ends: dict[tuple[int, int], list[int]] = {}
        starts, last = buffer.starts, len(views)
        for rule, end in hits.pairs:
            key = (bisect_left(starts, end, 0, last) - 1, rule)
            if key in self._ends:
                self._ends[key].append(end)
            else:
                self._ends[key] = [end]
        for (number, _), ends in self._ends.items():
            ends.sort()
            ends[:] = buffer.characters(number, ends)
        self.runs: dict[int, list[Span]] = {number: _whole(views[number].text) for number in blobs}
        for number in [number for number, rule in self._ends if rule == rules]:
            text = views[number].text
            self.runs[number] = [(run_before(text, end - 1), end - 1) for end in self._ends.pop((number, rules))]

    def found(self, rules: Sequence[Rule], around: Surroundings) -> Iterator[tuple[int, Found]]:
        """Return what the rules find at the places where they may have matched, with the leaf it stands in."""
        # Text by text, so that what is known of a place is known to all rules.
        for (number, index), ends in sorted(self._ends.items()):
            view, rule = self._views[number], rules[index]
            for match in rule.located(view, ends):
                if buried(view.text, match.start, match.end):
                    continue
                one = rule.judge(around, view, match.value_start, match.value_end)
                if one is not None and one.start < one.end:
                    yield view.leaf, one


def _is_blob(text: str) -> bool:
    return is_run(text[:_BLOB]) and is_run(text)


def _whole(text: str) -> list[Span]:
    return [(0, len(text.rstrip("=")))]
