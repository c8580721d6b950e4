"""Make what messages are searched with: shipped detectors, those of the operator, and an engine for this machine."""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from extproc.config.detection_file import DetectionSettings
from extproc.config.detectors_file import load_detectors
from extproc.config.faults import ConfigError, Fault
from extproc.config.threats_file import ThreatSettings
from extproc.config.vocabulary import Vocabulary
from extproc.detect.detector import Validators
from extproc.detect.matching import expressions_of
from extproc.detect.personal import VALIDATORS as PERSONAL
from extproc.detect.scanner import NAMED_DETECTORS, NAMED_ENTITIES, Scanner
from extproc.detect.second import SecondScanner
from extproc.detect.secrets import VALIDATORS as SECRETS
from extproc.pipeline.search import Detection
from extproc.stores.detector_cache import DetectorCache
from extproc.threat_detection import make_threats

VALIDATORS: Final[Validators] = {**PERSONAL, **SECRETS}


def make_detection(
    settings: DetectionSettings | None = None,
    base: Path | None = None,
    environment: Mapping[str, str] | None = None,
    *,
    threats: ThreatSettings | None = None,
    inside: frozenset[str] = frozenset(),
) -> Detection:
    """Make ready all detectors but those that are off, and the judges of threats.

    `base` is the folder that paths are relative to, `inside` are the domains that count as one's own.

    Raises: `ConfigError` with every fault of files and settings.
    """
    settings = settings or DetectionSettings()
    variables = os.environ if environment is None else environment
    cache = DetectorCache(cache_folder(settings, variables))
    folder = base or Path()
    loaded = load_detectors([folder / path for path in settings.detectors], VALIDATORS, cache.engine)
    off = set(settings.off)
    known = {name for one in loaded.detectors for name in (one.id, one.entity)}
    unknown = off - NAMED_ENTITIES - NAMED_DETECTORS - known
    if unknown:
        message = f"no detector or entity has this name: {', '.join(sorted(unknown))}"
        raise ConfigError([Fault(file="the configuration", line=1, column=1, where="detection.off", message=message)])
    detectors = [one for one in loaded.detectors if off.isdisjoint((one.id, one.entity))]
    key = settings.key(variables)
    scanner = Scanner(detectors, loaded.validators, cache.engine(expressions_of(detectors)), key=key, off=off)
    suppressions = tuple(one.value() for one in settings.suppressions)
    return Detection(
        scanner=scanner,
        key=key,
        tenant=settings.tenant,
        suppressions=suppressions,
        second=_second(settings.second_scanner),
        engine=cache.kind.value,
        detectors=len(detectors),
        threats=make_threats(threats or ThreatSettings(), cache, key=key, inside=inside, folder=folder),
    )


def _second(name: str | None) -> SecondScanner | None:
    if name is None:
        return None
    try:
        from extproc.detect.kingfisher import Kingfisher  # noqa: PLC0415 - an extra
    except ImportError:
        message = "it is not installed: pip install 'mcp-extproc[kingfisher]'"
        raise ConfigError(
            [Fault(file="the configuration", line=1, column=1, where="detection.second_scanner", message=message)]
        ) from None
    return Kingfisher()


@cache
def installed() -> Vocabulary:
    """Return what policies may name where no configuration is at hand: what the shipped detectors find."""
    detection = make_detection()
    return Vocabulary(detection=detection, entities=detection.names())


def cache_folder(settings: DetectionSettings, environment: Mapping[str, str]) -> Path:
    """Return where compiled detectors are kept, so that only the first start compiles them."""
    if settings.cache is not None:
        return Path(settings.cache)
    home = environment.get("XDG_CACHE_HOME") or str(Path(environment.get("HOME", "/")) / ".cache")
    return Path(home) / "mcp-extproc"
