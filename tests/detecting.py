"""The shipped detectors, made ready once for all tests of a process."""

from functools import cache

from extproc.config.detection_file import DetectionSettings
from extproc.detection import make_detection
from extproc.pipeline.search import Detection

KEY = "k" * 32


@cache
def detection() -> Detection:
    """Return the shipped detectors, with a key that never changes."""
    settings = DetectionSettings(key_env="KEY")
    return make_detection(settings, environment={"KEY": KEY})
