"""Engines and their databases on disk: kept, damaged, distrusted."""

import importlib
from pathlib import Path

import pytest

from extproc.detect.gated_engine import GatedEngine
from extproc.detect.hyperscan_engine import HyperscanEngine
from extproc.detect.matching import Expression
from extproc.detect.pattern import PatternError
from extproc.detect.re2_engine import Re2Engine
from extproc.stores import detector_cache
from extproc.stores.detector_cache import DetectorCache, EngineKind

_EXPRESSIONS = (Expression(text="ab[0-9]"),)
_BUFFER = b"\nab1\n"


def _only(folder: Path) -> Path:
    [path] = folder.iterdir()
    return path


def test_a_database_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = DetectorCache(tmp_path / "new").engine(_EXPRESSIONS)
    monkeypatch.setattr("extproc.detect.hyperscan_engine.compiled", None)
    second = DetectorCache(tmp_path / "new").engine(_EXPRESSIONS)
    assert first.hits(_BUFFER) == second.hits(_BUFFER)
    assert second.hits(_BUFFER).pairs == [(0, 4)]


def test_other_expressions_have_another_database(tmp_path: Path) -> None:
    for ignore_case in (False, True):
        DetectorCache(tmp_path).engine([Expression(text="ab", ignore_case=ignore_case)])
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("damage", [b"", b"x" * 100, b"\0" * 5000])
def test_a_damaged_database_is_compiled_again(tmp_path: Path, damage: bytes) -> None:
    DetectorCache(tmp_path).engine(_EXPRESSIONS)
    whole = _only(tmp_path).read_bytes()
    _only(tmp_path).write_bytes(damage)
    assert DetectorCache(tmp_path).engine(_EXPRESSIONS).hits(_BUFFER).pairs == [(0, 4)]
    assert _only(tmp_path).read_bytes() == whole


def test_a_database_that_others_can_write_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    DetectorCache(tmp_path).engine(_EXPRESSIONS)
    _only(tmp_path).chmod(0o666)
    monkeypatch.setattr("extproc.detect.hyperscan_engine.loaded", None)
    assert DetectorCache(tmp_path).engine(_EXPRESSIONS).hits(_BUFFER).pairs == [(0, 4)]


def test_a_folder_that_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert DetectorCache(tmp_path / "file" / "x").engine(_EXPRESSIONS).hits(_BUFFER).pairs == [(0, 4)]


def test_without_a_folder_nothing_is_kept() -> None:
    assert DetectorCache().engine(_EXPRESSIONS).hits(_BUFFER).pairs == [(0, 4)]


@pytest.mark.parametrize(
    ("kind", "engine"),
    [
        (EngineKind.HYPERSCAN, HyperscanEngine),
        (EngineKind.RE2, Re2Engine),
        (EngineKind.GATED, GatedEngine),
    ],
)
def test_every_engine_can_be_asked_for(kind: EngineKind, engine: type) -> None:
    assert isinstance(DetectorCache(kind=kind).engine(_EXPRESSIONS), engine)


def test_an_expression_that_cannot_be_compiled_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PatternError):
        DetectorCache(tmp_path).engine([Expression(text="(a")])


def test_the_fastest_engine_that_is_installed_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*names: str) -> None:
        def load(name: str) -> None:
            if name in names:
                raise ImportError(name)

        monkeypatch.setattr(importlib, "import_module", load)

    for names, kind in [((), "hyperscan"), (("hyperscan",), "re2"), (("hyperscan", "re2"), "gated")]:
        missing(*names)
        assert detector_cache.best() == kind
