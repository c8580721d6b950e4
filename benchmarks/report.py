"""From raw runs to medians, ratios and a table: what the data path benchmark prints and writes."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from statistics import median
from typing import Literal

from benchmarks.load import Sample
from benchmarks.messages import Kind

ArmName = Literal["direct", "envoy", "noop", "sidecar"]
ARM_NAMES: tuple[ArmName, ...] = ("direct", "envoy", "noop", "sidecar")

TARGET_RATIO = 0.80
TARGET_BODY = 1024
TARGET_CPU_US = 150.0


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Case:
    """One row of the plan: what every arm is asked in turn."""

    body: int
    kind: Kind
    concurrency: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One measured window of one arm."""

    number: int
    arm: ArmName
    transport: str
    case: Case
    sample: Sample

    def raw(self) -> dict[str, object]:
        """Return the run as one flat JSON object."""
        return {
            "round": self.number,
            "arm": self.arm,
            "transport": self.transport,
            **asdict(self.case),
            **asdict(self.sample),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The sidecar beside the no-op in one case; every figure is the median over rounds, within which the two met."""

    case: Case
    throughput_ratio: float
    lowest_ratio: float
    highest_ratio: float
    cpu_above_noop_us: float
    noop_of_envoy: float
    sidecar_of_envoy: float


def rows(runs: Iterable[Run]) -> list[dict[str, object]]:
    """Return one row for each arm and case, each figure the median over the rounds."""
    grouped: dict[tuple[Case, ArmName], list[Run]] = {}
    for run in runs:
        grouped.setdefault((run.case, run.arm), []).append(run)
    return [_row(grouped[key]) for key in sorted(grouped, key=lambda key: (key[0], ARM_NAMES.index(key[1])))]


def _row(runs: list[Run]) -> dict[str, object]:
    first = runs[0]
    cpu = [run.sample.cpu_us["sidecar"] for run in runs if "sidecar" in run.sample.cpu_us]
    return {
        "arm": first.arm,
        "transport": first.transport,
        **asdict(first.case),
        "rps": round(median(run.sample.rps for run in runs), 1),
        "p50_ms": round(median(run.sample.p50_ms for run in runs), 3),
        "p99_ms": round(median(run.sample.p99_ms for run in runs), 3),
        "sidecar_cpu_us": round(median(cpu), 1) if cpu else None,
    }


def comparisons(runs: Iterable[Run]) -> list[Comparison]:
    """Compare the arms case by case, pairing only runs of the same round: they shared the machine's mood."""
    rounds: dict[Case, dict[int, dict[ArmName, Sample]]] = {}
    for run in runs:
        rounds.setdefault(run.case, {}).setdefault(run.number, {})[run.arm] = run.sample
    return [_comparison(case, list(rounds[case].values())) for case in sorted(rounds)]


def _comparison(case: Case, met: list[dict[ArmName, Sample]]) -> Comparison:
    ratios = [samples["sidecar"].rps / samples["noop"].rps for samples in met]
    return Comparison(
        case=case,
        throughput_ratio=round(median(ratios), 3),
        lowest_ratio=round(min(ratios), 3),
        highest_ratio=round(max(ratios), 3),
        cpu_above_noop_us=round(median(s["sidecar"].cpu_us["sidecar"] - s["noop"].cpu_us["sidecar"] for s in met), 1),
        noop_of_envoy=round(median(s["noop"].rps / s["envoy"].rps for s in met), 3),
        sidecar_of_envoy=round(median(s["sidecar"].rps / s["envoy"].rps for s in met), 3),
    )


def table(runs: list[Run]) -> str:
    """Return the medians as text, one line for each arm and case."""
    head = f"{'body':>6} {'kind':<4} {'conc':>4}  {'arm':<8} {'req/s':>9} {'p50 ms':>8} {'p99 ms':>8} "
    lines = [head + f"{'ext_proc CPU us':>16} {'Envoy CPU us':>13}"]
    for row in rows(runs):
        own = [run.sample.cpu_us for run in runs if run.arm == row["arm"] and _is(run.case, row)]
        cpu = "".join(_cell(own, name, width) for name, width in (("sidecar", 17), ("envoy", 14)))
        lines.append(
            f"{row['body']:>6} {row['kind']:<4} {row['concurrency']:>4}  {row['arm']:<8} {row['rps']:>9} "
            f"{row['p50_ms']:>8} {row['p99_ms']:>8}{cpu}"
        )
    return "\n".join(lines)


def _is(case: Case, row: dict[str, object]) -> bool:
    return all(row[name] == value for name, value in asdict(case).items())


def _cell(own: list[dict[str, float]], name: str, width: int) -> str:
    values = [cpu[name] for cpu in own if name in cpu]
    return f"{median(values):>{width}.0f}" if values else f"{'-':>{width}}"


def ratios(compared: list[Comparison]) -> str:
    """Return the comparisons as text."""
    lines = [
        f"{'body':>6} {'kind':<4} {'conc':>4}  sidecar/no-op (range)   CPU above no-op  no-op/Envoy  sidecar/Envoy"
    ]
    lines += [
        f"{c.case.body:>6} {c.case.kind:<4} {c.case.concurrency:>4}  {c.throughput_ratio:>13.2f} "
        f"({c.lowest_ratio:.2f}-{c.highest_ratio:.2f}) {c.cpu_above_noop_us:>14.0f} us "
        f"{c.noop_of_envoy:>12.2f} {c.sidecar_of_envoy:>14.2f}"
        for c in compared
    ]
    return "\n".join(lines)


def targets(compared: list[Comparison]) -> str:
    """Return what the project promises beside what was measured; the worst case stands for its size."""
    small = [c for c in compared if c.case.body == TARGET_BODY]
    ratio = min(small, key=lambda c: c.throughput_ratio)
    cpu = max(small, key=lambda c: c.cpu_above_noop_us)
    return "\n".join(
        (
            _target("throughput of the no-op's at 1 KB", ratio, lambda c: c.throughput_ratio, at_least=TARGET_RATIO),
            _target("us CPU above the no-op at 1 KB", cpu, lambda c: c.cpu_above_noop_us, at_most=TARGET_CPU_US),
        )
    )


def _target(
    name: str,
    worst: Comparison,
    figure: Callable[[Comparison], float],
    *,
    at_least: float = float("-inf"),
    at_most: float = float("inf"),
) -> str:
    value = figure(worst)
    wanted = f">= {at_least:g}" if at_least > float("-inf") else f"<= {at_most:g}"
    outcome = "met" if at_least <= value <= at_most else "missed"
    where = f"{worst.case.kind}, concurrency {worst.case.concurrency}"
    return f"target {outcome}: {wanted} {name}; worst {value:g} ({where})"
