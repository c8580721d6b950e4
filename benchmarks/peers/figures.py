"""From labelled rows and what a tool answered to figures: recall, precision, false alarms."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

COVERAGE: Final = 0.8
Span: TypeAlias = tuple[int, int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One labelled text. `spans` are to be found; `allow` may be found without penalty."""

    id: str
    text: str
    label: int
    spans: tuple[Span, ...]
    allow: tuple[Span, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a tool found in one row. `elsewhere` counts findings outside its text, `failed` that it raised."""

    spans: tuple[Span, ...]
    elsewhere: int = 0
    failed: bool = False


@dataclass(slots=True, kw_only=True)
class Figures:
    """Counts over rows, from which the rates follow; a rate without a denominator is None."""

    rows: int = 0
    characters: int = 0
    failed: int = 0
    positive: int = 0
    positive_hit: int = 0
    negative: int = 0
    negative_hit: int = 0
    right: int = 0
    wrong: int = 0
    labelled: Counter[str] = field(default_factory=Counter)
    covered: Counter[str] = field(default_factory=Counter)
    false_alarms: Counter[str] = field(default_factory=Counter)

    def rates(self) -> dict[str, float | None]:
        """Return the rates, rounded."""
        return {
            "doc_recall": _rate(self.positive_hit, self.positive),
            "span_recall": _rate(self.covered.total(), self.labelled.total()),
            # Where no place is marked, nothing can be right.
            "precision": _rate(self.right, self.right + self.wrong) if self.labelled else None,
            "fpr": _rate(self.negative_hit, self.negative),
            "fp_per_mb": _rate(self.wrong * 1_000_000, self.characters),
        }


def _rate(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def figures(rows: Iterable[Row], answers: Mapping[str, Answer]) -> Figures:
    """Count over the rows that were answered."""
    sums = Figures()
    for row in rows:
        answer = answers.get(row.id)
        if answer is not None:
            _count(sums, row, answer)
    return sums


def _count(sums: Figures, row: Row, answer: Answer) -> None:
    sums.rows += 1
    sums.characters += len(row.text)
    sums.failed += answer.failed
    disjoint = merged(answer.spans)
    known = [*row.spans, *row.allow]
    wrong = sum(not _touches(one, known) for one in disjoint) + answer.elsewhere
    if row.label:
        sums.positive += 1
        sums.positive_hit += bool(answer.spans or answer.elsewhere)
    else:
        sums.negative += 1
        sums.negative_hit += wrong > 0
    for start, end, kind in row.spans:
        name = kind.split(":")[0]
        sums.labelled[name] += 1
        sums.covered[name] += _covered(start, end, disjoint)
    # Where a row says that something is in it, but not where, no finding can be called right or wrong.
    if row.spans or not row.label:
        sums.right += sum(_touches(one, row.spans) for one in disjoint)
        sums.wrong += wrong
        sums.false_alarms.update(kind for start, end, kind in answer.spans if not _touches((start, end), known))


def merged(spans: Iterable[Span]) -> list[tuple[int, int]]:
    """Return the spans without their kinds, overlapping and touching ones as one."""
    joined: list[tuple[int, int]] = []
    for start, end, _ in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _touches(one: tuple[int, int], spans: Sequence[Span]) -> bool:
    return any(one[0] < end and start < one[1] for start, end, _ in spans)


def _covered(start: int, end: int, disjoint: Sequence[tuple[int, int]]) -> bool:
    shared = sum(max(0, min(end, right) - max(start, left)) for left, right in disjoint)
    return shared >= COVERAGE * (end - start)
