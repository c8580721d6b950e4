"""A few detectors and texts that the tests of the scan share."""

from collections.abc import Callable, Sequence
from typing import Final

from extproc.detect import hyperscan_engine
from extproc.detect.detector import Detector
from extproc.detect.gated_engine import GatedEngine
from extproc.detect.matching import Engine, Expression, expressions_of
from extproc.detect.re2_engine import Re2Engine
from extproc.detect.scanner import Scan, Scanner
from extproc.model.finding import Category

TOKEN: Final = "zzp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hI6"
ENGINES: Final[dict[str, Callable[[Sequence[Expression]], Engine]]] = {
    "hyperscan": hyperscan_engine.compiled,
    "re2": Re2Engine,
    "gated": GatedEngine,
}
DETECTORS: Final = (
    Detector(
        id="zz",
        entity="zz_token",
        category=Category.SECRET,
        pattern="zz[pousr]_[A-Za-z0-9]{36}",
        keywords=("zzp_", "zzo_", "zzu_", "zzs_", "zzr_"),
    ),
    Detector(
        id="mail",
        entity="email",
        category=Category.PII,
        pattern=r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,200}\.[A-Za-z]{2,20}",
    ),
    Detector(
        id="card",
        entity="card",
        category=Category.FINANCIAL,
        pattern="[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}",
        context=("card", "karte", "信用卡"),
        context_required=True,
    ),
)


def scanner(detectors: Sequence[Detector] = DETECTORS, engine: str = "hyperscan") -> Scanner:
    """Return a scanner for detectors without validators."""
    return Scanner(detectors, {}, ENGINES[engine](expressions_of(detectors)), key=b"k" * 32)


SCANNER: Final = scanner()


def spans(text: str) -> list[tuple[str, int, int]]:
    """Return what is found in one text: entities and places."""
    return places(SCANNER.scan_text(text))


def places(scan: Scan) -> list[tuple[str, int, int]]:
    """Return the entities and places of a scan."""
    return [(finding.entity, finding.start, finding.end) for finding in scan.findings]
