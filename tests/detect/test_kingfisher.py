"""Kingfisher as it is installed: places in characters, through the whole search."""

from extproc.config.detection_file import DetectionSettings
from extproc.detect.kingfisher import Kingfisher
from extproc.detection import make_detection

_TOKEN = "ghp_" + "x7Kq2mVt9RbZ4cLw8NyHs3PdGf6JaTe1UoXi"


def test_places_count_characters() -> None:
    for before in ("x ", "é漢 "):
        [(start, end, name)] = Kingfisher().spans(f"{before}{_TOKEN} y")
        assert (start, end) == (len(before), len(before) + len(_TOKEN))
        assert "github" in name


def test_it_is_a_part_of_detection_when_it_is_configured() -> None:
    assert isinstance(make_detection(DetectionSettings(second_scanner="kingfisher")).second, Kingfisher)
