"""The scanner of this project as an adapter, in the environment of the project itself."""

from benchmarks.peers.adapters import Adapter, Span
from extproc.config.detectors_file import load_detectors
from extproc.detect import personal, secrets
from extproc.detect.matching import expressions_of
from extproc.detect.scanner import Scan, Scanner
from extproc.stores.detector_cache import DetectorCache


def adapter() -> Adapter:
    """Return the scanner with all detectors that are shipped."""
    engines = DetectorCache().engine
    known = load_detectors([], {**secrets.VALIDATORS, **personal.VALIDATORS}, engines)
    scanner = Scanner(known.detectors, known.validators, engines(expressions_of(known.detectors)), key=b"benchmark")
    return Adapter(packages=("mcp-extproc", "hyperscan"), scan=scanner.scan_text, spans=_spans)


def _spans(_text: str, scan: Scan) -> list[Span]:
    return [(found.start, found.end, found.entity) for found in scan.findings]
