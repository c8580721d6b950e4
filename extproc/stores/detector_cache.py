"""Engines for detectors: the best that this machine has, its compiled database kept on disk.

Compiling takes seconds, loading milliseconds. The name of a kept database is the digest of the expressions, of the
version of hyperscan and of the features of the processor, so none is ever taken for another.
"""

import hashlib
import importlib
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Final

from extproc.detect.gated_engine import GatedEngine
from extproc.detect.matching import Engine, Expression

_FORM: Final = b"1"
_DIGEST_BYTES: Final = 32
_SUFFIX: Final = ".hsdb"


class EngineKind(StrEnum):
    """The engines, the fastest first."""

    HYPERSCAN = "hyperscan"
    RE2 = "re2"
    GATED = "gated"


class DetectorCache:
    """Makes engines; databases are kept in a folder, or nowhere when there is none."""

    def __init__(self, folder: Path | None = None, kind: EngineKind | None = None) -> None:
        """Take the folder, and which engine; by default the fastest that is installed."""
        self._folder = folder
        self.kind = kind or best()

    def engine(self, expressions: Sequence[Expression]) -> Engine:
        """Return an engine for expressions. Raises: `PatternError` when one cannot be compiled."""
        match self.kind:
            case EngineKind.HYPERSCAN:
                return self._hyperscan(expressions)
            case EngineKind.RE2:
                from extproc.detect.re2_engine import Re2Engine  # noqa: PLC0415 - an extra

                return Re2Engine(expressions)
            case EngineKind.GATED:
                return GatedEngine(expressions)

    def _hyperscan(self, expressions: Sequence[Expression]) -> Engine:
        from extproc.detect import hyperscan_engine  # noqa: PLC0415 - not installed everywhere

        path = None if self._folder is None else self._folder / _name(expressions, hyperscan_engine.platform())
        if path is not None:
            kept = _read(path)
            engine = None if kept is None else hyperscan_engine.loaded(kept)
            if engine is not None:
                return engine
        engine = hyperscan_engine.compiled(expressions)
        if path is not None:
            with suppress(OSError):  # a folder that cannot be written costs time at the next start and nothing else
                _write(path, engine.dump())
        return engine


def best() -> EngineKind:
    """Return the fastest engine that is installed."""
    for kind in (EngineKind.HYPERSCAN, EngineKind.RE2):
        with suppress(ImportError):
            importlib.import_module(kind.value)
            return kind
    return EngineKind.GATED


def _name(expressions: Sequence[Expression], platform: str) -> str:
    digest = hashlib.sha256(platform.encode())
    for expression in expressions:
        digest.update(f"\0{int(expression.ignore_case)}{expression.text}".encode())
    return digest.hexdigest()[:32] + _SUFFIX


def _read(path: Path) -> bytes | None:
    """Return a kept database; None when there is none, it is damaged, or others may have written it.

    The library trusts what it loads, so a file that somebody else can write is as good as code of theirs.
    """
    try:
        with path.open("rb") as file:
            facts = os.fstat(file.fileno())
            if facts.st_uid not in {os.geteuid(), 0} or facts.st_mode & 0o022:
                return None
            data = file.read()
    except OSError:
        return None
    kept, digest = data[_DIGEST_BYTES:], data[:_DIGEST_BYTES]
    return kept if hashlib.sha256(_FORM + kept).digest() == digest else None


def _write(path: Path, data: bytes) -> None:
    """Write a database beside its place and move it there, so that no reader sees half of it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        try:
            file.write(hashlib.sha256(_FORM + data).digest() + data)
            file.flush()
            Path(file.name).replace(path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise
