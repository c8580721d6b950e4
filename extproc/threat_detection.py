"""Make what judges definitions, results and chains of calls: what is shipped, and what operators add."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from extproc.config.chains_file import load_chains
from extproc.config.definition_model_file import load_definition_model
from extproc.config.evidence_file import EvidenceFile, evidence_of, parse_evidence, shipped_evidence
from extproc.config.faults import ConfigError, Fault
from extproc.config.injection_model_file import load_injection_model
from extproc.config.lock_file import load_lock
from extproc.config.threats_file import PinSettings, ThreatSettings
from extproc.pins.pin import PinMode
from extproc.pipeline.definitions import Definitions
from extproc.pipeline.spoken import Speech
from extproc.pipeline.standings import Pinning
from extproc.pipeline.threats import Threats
from extproc.sessions.chains import Rule
from extproc.sessions.correlator import Correlator
from extproc.stores.detector_cache import DetectorCache
from extproc.threats.descriptions import DescriptionJudge
from extproc.threats.evidence import Evidence, EvidenceEngine
from extproc.threats.responses import ResponseJudge

_CONFIGURATION: Final = "the configuration"


def make_threats(
    settings: ThreatSettings, cache: DetectorCache, *, key: bytes, inside: frozenset[str], folder: Path
) -> Threats:
    """Make ready all evidence and chains but those that are off; `folder` is what paths are relative to.

    Raises: `ConfigError` with every fault of files and settings.
    """
    evidence = [*shipped_evidence(), *(_read(folder / path) for path in settings.evidence)]
    descriptions, responses = evidence_of(evidence, "descriptions"), evidence_of(evidence, "responses")
    chains = load_chains([folder / path for path in settings.chains])
    off = frozenset(settings.off)
    _check_off(off, [descriptions, responses], chains)
    descriptions, responses = _without(descriptions, off), _without(responses, off)
    chains = tuple(one for one in chains if one.id not in off)
    engine = EvidenceEngine(responses.patterns, cache.engine)
    return Threats(
        speech=Speech(
            definitions=Definitions(DescriptionJudge(descriptions, cache.engine, load_definition_model())),
            responses=ResponseJudge(engine, responses.weights, load_injection_model()),
            key=key,
        ),
        correlator=Correlator(key, inside, chains),
        chains=frozenset(one.id for one in chains),
        pinning=pinning_of(settings.pins, folder),
        trusted=frozenset(settings.trusted),
    )


def pinning_of(settings: PinSettings, folder: Path) -> Pinning:
    """Return what makes definitions approved. Raises: `ConfigError` when the lockfile cannot be read."""
    match settings.mode:
        case PinMode.LOCKFILE:
            return Pinning(mode=settings.mode, lock=load_lock(folder / (settings.lockfile or "")))
        case PinMode.TRUST_ON_FIRST_USE | PinMode.REQUIRE_APPROVAL:
            return Pinning(mode=settings.mode)


def _read(path: Path) -> EvidenceFile:
    try:
        data = path.read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise ConfigError([Fault(file=str(path), line=1, column=1, where="", message=message)]) from None
    return parse_evidence(data, str(path))


def _check_off(off: frozenset[str], evidence: Sequence[Evidence], chains: Sequence[Rule]) -> None:
    known = {one.id for one in chains} | {one.id for each in evidence for one in each.patterns}
    unknown = off - known
    if unknown:
        message = f"no pattern or chain has this name: {', '.join(sorted(unknown))}"
        raise ConfigError([Fault(file=_CONFIGURATION, line=1, column=1, where="threats.off", message=message)])


def _without(evidence: Evidence, off: frozenset[str]) -> Evidence:
    patterns = tuple(one for one in evidence.patterns if one.id not in off)
    return Evidence(patterns=patterns, weights=evidence.weights)
