"""From rows and what a tool said of them to figures: recall and false alarms, pooled and of each style."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import mean
from typing import Final

from benchmarks.peers.threat_rows import Row
from benchmarks.peers.threat_tools import Answer

ALARMS: Final = 0.01


@dataclass(slots=True, kw_only=True)
class Figures:
    """Hits and rows by style, for rows that are attacks and for rows that are not; a rate without rows is None."""

    rows: int = 0
    failed: int = 0
    attacks: dict[str, list[int]] = field(default_factory=dict)
    benign: dict[str, list[int]] = field(default_factory=dict)
    stopped: list[int] = field(default_factory=lambda: [0, 0])
    scores: list[float] = field(default_factory=list)
    benign_scores: list[float] = field(default_factory=list)

    def rates(self) -> dict[str, float | None]:
        """Return the rates, rounded; `macro_recall` is the mean over the styles."""
        return {
            "recall": _rate(*_sums(self.attacks)),
            "macro_recall": round(mean(hit / n for hit, n in self.attacks.values()), 4) if self.attacks else None,
            "fpr": _rate(*_sums(self.benign)),
            "worst_fpr": max((round(hit / n, 4) for hit, n in self.benign.values()), default=None),
            "recall_at_equal_alarms": self._at_equal_alarms(),
        }

    def _at_equal_alarms(self) -> float | None:
        """Return the recall at the bound that 1 % of these very benign rows exceed: as good as it can get."""
        if not self.scores or not self.benign_scores:
            return None
        highest = sorted(self.benign_scores, reverse=True)
        bound = highest[int(ALARMS * len(highest))]
        return _rate(sum(score > bound for score in self.scores), len(self.scores))


def figures(rows: Iterable[Row], answers: Mapping[str, Answer]) -> Figures:
    """Count over the rows that were answered."""
    counted = Figures()
    for row in rows:
        answer = answers.get(row.id)
        if answer is None:
            continue
        counted.rows += 1
        counted.failed += answer.failed
        cell = (counted.attacks if row.positive else counted.benign).setdefault(row.style, [0, 0])
        cell[0] += answer.objects
        cell[1] += 1
        counted.stopped[not row.positive] += answer.stopped
        if answer.score is not None:
            (counted.scores if row.positive else counted.benign_scores).append(answer.score)
    return counted


def _sums(cells: Mapping[str, list[int]]) -> tuple[int, int]:
    return sum(hit for hit, _ in cells.values()), sum(n for _, n in cells.values())


def _rate(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
