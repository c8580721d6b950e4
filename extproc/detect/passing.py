"""One pass of an engine over texts, and the judgement of what it points at."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final

from extproc.detect.buffer import Buffer
from extproc.detect.encodings import MAX_DEPTH, Encoded
from extproc.detect.found import Found
from extproc.detect.lines import Lines
from extproc.detect.matching import Engine
from extproc.detect.rules import Rule
from extproc.detect.runs import Span, buried, is_run, promising_runs
from extproc.detect.surroundings import Surroundings

# Without one of these, and in ASCII, no character is written as something else.
_WRITTEN: Final = (b"\\", b"%", b"&")
# A text that is nothing but so much base64 is no text, and no token either.
_BLOB: Final = 4096


# What one message may cost: so many places are judged, some 10 to 50 µs each, while all other messages wait.
MOST_JUDGED: Final = 20_000


class Pass:
    """The lines of one round with where rules may have matched in them, and which runs in them may be base64."""

    def __init__(self, lines: Lines, engine: Engine, rules: int) -> None:
        """Let the engine, whose expressions are those of the rules and then the runs, pass over the lines but blobs."""
        texts = lines.texts
        self._buffer = Buffer(texts)
        long = set()
        if self._buffer.has_line(_BLOB):
            long = {number for number, text in enumerate(texts) if len(text) > _BLOB and _is_blob(text)}
            if long:
                self._buffer = Buffer(["" if number in long else text for number, text in enumerate(texts)])
        self._lines = lines
        self._blobs = lines.blobs | long
        hits = engine.hits(self._buffer.data)
        self.complete = hits.complete
        # By line and rule: places in the buffer.
        self._ends: dict[int, dict[int, list[int]]] = {}
        self._runs = [end for rule, end in hits.pairs if rule == rules]
        if len(self._runs) == len(hits.pairs):
            return
        starts, last = self._buffer.starts, len(texts)
        for rule, end in hits.pairs:
            if rule != rules:
                number = bisect_left(starts, end, 0, last) - 1
                self._ends.setdefault(number, {}).setdefault(rule, []).append(end)

    def found(self, rules: Sequence[Rule], around: Surroundings) -> Iterator[tuple[int, Found]]:
        """Return what the rules find at the places where they may have matched, with the leaf it stands in."""
        judged = 0
        # Text by text, so that what is known of a place is known to all rules.
        for number, by_rule in sorted(self._ends.items()):
            places = [
                (rules[index], self._buffer.characters(number, sorted(by_rule[index]))) for index in sorted(by_rule)
            ]
            for view, shift in self._lines.parts(number):
                for rule, ends in places:
                    here = [end - shift for end in ends if end > shift] if shift else ends
                    for match in rule.located(view, here):
                        if buried(view.text, match.start, match.end):
                            continue
                        judged += 1
                        if judged > MOST_JUDGED:
                            self.complete = False
                            return
                        one = rule.judge(around, view, match.value_start, match.value_end)
                        if one is not None and one.start < one.end:
                            yield view.leaf, one

    def encoded(self) -> Iterator[Encoded]:
        """Return the texts in which something may be written as something else, with the runs that may be base64."""
        written, runs = self._written(), self._by_line()
        for number in sorted(written | runs.keys() | self._blobs):
            view, shift = self._lines.parts(number)[0]
            if number in self._blobs:
                yield view, [(0, len(view.text.rstrip("=")))], number in written
            elif view.depth < MAX_DEPTH:
                yield view, self._spans(number, shift, runs.get(number, [])), number in written

    def _by_line(self) -> dict[int, list[tuple[int, int]]]:
        """Return runs that may be base64 by their lines: where each ends in the buffer, and how long it is."""
        by_line: dict[int, list[tuple[int, int]]] = {}
        if self._runs:
            buffer = self._buffer
            single = b"\r" not in buffer.data and buffer.data.count(b"\n") == len(buffer.texts) + 1
            for run in promising_runs(buffer.data, sorted(self._runs), single=single):
                by_line.setdefault(buffer.place(run[0] - 1), []).append(run)
        return by_line

    def _spans(self, number: int, shift: int, runs: Sequence[tuple[int, int]]) -> list[Span]:
        """Return the runs of a line, in characters of its text."""
        # The character after a run is part of the hit.
        ends = [end - 1 - shift for end in self._buffer.characters(number, [end for end, _ in runs])]
        return [(end - length, end) for end, (_, length) in zip(ends, runs, strict=True) if end > 0]

    def _written(self) -> set[int]:
        """Return the lines in which characters may be written as something else."""
        buffer = self._buffer
        if buffer.ascii and not any(mark in buffer.data for mark in _WRITTEN):
            return set()
        found = {number for number, text in enumerate(buffer.texts) if not text.isascii()} | self._blobs
        for mark in _WRITTEN:
            at = buffer.data.find(mark)
            while at >= 0:
                number = buffer.place(at)
                found.add(number)
                at = buffer.data.find(mark, buffer.starts[number + 1])
        return found


def _is_blob(text: str) -> bool:
    return is_run(text[:_BLOB]) and is_run(text)
