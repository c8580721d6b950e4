"""The shipped evidence, made ready once for all tests of a process; its databases are kept where the sidecar's are."""

import os
from functools import cache

from extproc.config.definition_model_file import load_definition_model
from extproc.config.detection_file import DetectionSettings
from extproc.config.evidence_file import load_evidence
from extproc.detection import cache_folder
from extproc.stores.detector_cache import DetectorCache
from extproc.threats.descriptions import DescriptionJudge


@cache
def engines() -> DetectorCache:
    """Return what makes engines."""
    return DetectorCache(cache_folder(DetectionSettings(key_env="KEY"), os.environ))


@cache
def judge() -> DescriptionJudge:
    """Return the judge of definitions."""
    return DescriptionJudge(load_evidence("descriptions"), engines().engine, load_definition_model())
