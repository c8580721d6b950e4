"""Files of detectors, shipped and of operators: from their text to detectors, with every fault at its place.

What operators add is tried out with the tests in the same file: a file of which a test fails is not loaded.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final, TypeAlias

from extproc.config.detectors_model import FileModel, values_name
from extproc.config.faults import ConfigError, Fault
from extproc.config.model import check
from extproc.config.policy_file import policy_paths
from extproc.config.yaml import Source, read_yaml
from extproc.detect.detector import Detector, Validators
from extproc.detect.exact import ExactValues
from extproc.detect.matching import Engine, Expression, expression_of, expressions_of
from extproc.detect.pattern import PatternError
from extproc.detect.scanner import Scanner

_MAX_BYTES: Final = 64 * 1024 * 1024
_SHIPPED: Final = "extproc.detectors"

# Makes an engine for expressions. Raises: `PatternError`.
Engines: TypeAlias = Callable[[Sequence[Expression]], Engine]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A text in which a detector finds something, or does not, with its place in the file."""

    detector: Detector
    text: str
    found: bool
    path: tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorFile:
    """One file: its detectors, the validators that come with them, and its examples."""

    source: Source
    detectors: tuple[Detector, ...]
    validators: Validators
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Detectors:
    """The detectors of several files, and all validators that they name."""

    detectors: tuple[Detector, ...]
    validators: Validators


def load_detectors(paths: Sequence[Path], validators: Validators, engines: Engines) -> Detectors:
    """Return the shipped detectors, and those in files or folders of an operator once their tests have passed.

    Raises: `ConfigError` with every fault of every file.
    """
    custom, faults = _read_all(paths)
    shipped = shipped_files()
    every = [*shipped, *custom]
    faults.extend(_repeated(every))
    faults.extend(fault for file in every for fault in _nameless(file, validators))
    if not faults:
        faults.extend(fault for file in custom for fault in failures(file, validators, engines))
    if faults:
        raise ConfigError(faults)
    added = {name: one for file in custom for name, one in file.validators.items()}
    return Detectors(
        detectors=tuple(one for file in every for one in file.detectors), validators={**validators, **added}
    )


def shipped_files() -> tuple[DetectorFile, ...]:
    """Read the files that come with this package. Raises: `ConfigError`."""
    entries = sorted((one.name, one) for one in files(_SHIPPED).iterdir() if one.name.endswith(".yaml"))
    return tuple(parse_detectors(entry.read_bytes(), name, shipped=True) for name, entry in entries)


def parse_detectors(data: bytes, file: str, *, shipped: bool = False) -> DetectorFile:
    """Read the text of one file. Raises: `ConfigError` with every fault of it."""
    if len(data) > _MAX_BYTES:
        raise ConfigError([Fault(file=file, line=1, column=1, where="", message="larger than 64 MiB")])
    try:
        source = read_yaml(data.decode("utf-8"), file)
    except UnicodeDecodeError:
        raise ConfigError([Fault(file=file, line=1, column=1, where="", message="not UTF-8")]) from None
    model = check(source, FileModel)
    detectors = tuple(one.detector(model.category, linear=not shipped) for one in model.detectors)
    return DetectorFile(
        source=source,
        detectors=detectors,
        validators={
            values_name(one.id): ExactValues(one.values.salt, frozenset(one.values.sha256), detector.category)
            for one, detector in zip(model.detectors, detectors, strict=True)
            if one.values is not None
        },
        examples=tuple(_examples(model, detectors)),
    )


def failures(file: DetectorFile, validators: Validators, engines: Engines) -> list[Fault]:
    """Try the patterns of a file in an engine and run its tests; return what fails, at its place."""
    faults = [
        file.source.fault(("detectors", index, "pattern"), message)
        for index, detector in enumerate(file.detectors)
        if (message := _refusal(detector, engines))
    ]
    if faults:
        return faults
    scanner = Scanner(
        file.detectors, {**validators, **file.validators}, engines(expressions_of(file.detectors)), key=b"tests"
    )
    return [
        file.source.fault(example.path, problem) for example in file.examples if (problem := _wrong(scanner, example))
    ]


def _refusal(detector: Detector, engines: Engines) -> str:
    """Return why no engine can take a pattern; empty when it can."""
    try:
        engine = engines([expression_of(detector)])
        if detector.linear:
            engine.locator(detector)
    except PatternError as error:
        return str(error)
    return ""


def _wrong(scanner: Scanner, example: Example) -> str:
    seen = any(finding.entity == example.detector.entity for finding in scanner.scan_text(example.text).findings)
    if seen == example.found:
        return ""
    return "this test fails: nothing is found" if example.found else "this test fails: something is found"


def _examples(model: FileModel, detectors: Sequence[Detector]) -> Iterator[Example]:
    for index, (one, detector) in enumerate(zip(model.detectors, detectors, strict=True)):
        for kind, texts in (("found", one.tests.found), ("clean", one.tests.clean)):
            for number, text in enumerate(texts):
                path = ("detectors", index, "tests", kind, number)
                yield Example(detector=detector, text=text, found=kind == "found", path=path)


def _repeated(every: Sequence[DetectorFile]) -> Iterator[Fault]:
    known: set[str] = set()
    for file in every:
        for index, detector in enumerate(file.detectors):
            if detector.id in known:
                yield file.source.fault(("detectors", index, "id"), "another detector has this id")
            known.add(detector.id)


def _nameless(file: DetectorFile, validators: Validators) -> Iterator[Fault]:
    for index, detector in enumerate(file.detectors):
        name = detector.validator
        if name is not None and name not in validators and name not in file.validators:
            yield file.source.fault(("detectors", index, "validator"), "there is no validator of this name")


def _read_all(paths: Sequence[Path]) -> tuple[list[DetectorFile], list[Fault]]:
    read: list[DetectorFile] = []
    faults: list[Fault] = []
    for path in paths:
        for one in policy_paths(path):
            try:
                read.append(parse_detectors(one.read_bytes(), str(one)))
            except OSError as error:
                message = f"cannot be read: {error.strerror}"
                faults.append(Fault(file=str(one), line=1, column=1, where="", message=message))
            except ConfigError as error:
                faults.extend(error.faults)
    return read, faults
