"""Files of evidence: from their text to patterns with their families and weights, with every fault at its place."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Annotated, Final, Literal

from pydantic import Field

from extproc.config.faults import ConfigError, Fault
from extproc.config.model import Strict, check
from extproc.config.yaml import Source, read_yaml
from extproc.detect.pattern import PatternError
from extproc.threats.evidence import Engines, Evidence, EvidenceEngine, EvidencePattern, reach_of

_SHIPPED: Final = "extproc.evidence"
_MAX_BYTES: Final = 4 * 1024 * 1024
_NAMED: Final = re.compile(r"<<([a-z_]+)>>")

Use = Literal["descriptions", "responses"]

_Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
_Family = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
_Word = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,31}$")]
_Text = Annotated[str, Field(min_length=1, max_length=8192)]
_Weight = Annotated[float, Field(ge=0, le=10)]


class _PatternModel(Strict):
    """One pattern with examples of what it finds and what it does not."""

    id: _Id
    pattern: _Text
    found: Annotated[list[_Text], Field(min_length=1)]
    clean: Annotated[list[_Text], Field(default_factory=list)]


class _FamilyModel(Strict):
    """Patterns that are evidence of the same thing: a score counts them once."""

    family: _Family
    weight: dict[Use, _Weight]
    why: _Text
    patterns: Annotated[list[_PatternModel], Field(default_factory=list)]


class _FileModel(Strict):
    """A file: who weighs its patterns, alternatives that patterns name as `<<name>>`, and families."""

    use: Annotated[list[Use], Field(min_length=1)]
    words: Annotated[dict[_Word, _Text], Field(default_factory=dict)]
    families: list[_FamilyModel]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A text in which a pattern is found, or is not, with its place in the file."""

    pattern: str
    text: str
    found: bool
    path: tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFile:
    """One file: its patterns, the weights of its families by use and what they are for, and its examples."""

    source: Source
    uses: tuple[Use, ...]
    patterns: tuple[EvidencePattern, ...]
    weights: Mapping[str, Mapping[Use, float]]
    reasons: Mapping[str, str]
    examples: tuple[Example, ...]


def load_evidence(use: Use) -> Evidence:
    """Return what comes with this package for one use. Raises: `ConfigError` with every fault of every file."""
    return evidence_of(shipped_evidence(), use)


def shipped_evidence() -> tuple[EvidenceFile, ...]:
    """Read the files that come with this package. Raises: `ConfigError`."""
    entries = sorted((one.name, one) for one in files(_SHIPPED).iterdir() if one.name.endswith(".yaml"))
    return tuple(parse_evidence(entry.read_bytes(), name) for name, entry in entries)


def evidence_of(every: Sequence[EvidenceFile], use: Use) -> Evidence:
    """Return the patterns and weights of several files for one use. Raises: `ConfigError`."""
    chosen = [file for file in every if use in file.uses]
    faults = [*_repeated(chosen), *_disagreeing(chosen)]
    if faults:
        raise ConfigError(faults)
    return Evidence(
        patterns=tuple(pattern for file in chosen for pattern in file.patterns),
        weights={family: weights[use] for file in chosen for family, weights in file.weights.items() if use in weights},
    )


def parse_evidence(data: bytes, file: str) -> EvidenceFile:
    """Read the text of one file. Raises: `ConfigError` with every fault of it."""
    if len(data) > _MAX_BYTES:
        raise ConfigError([Fault(file=file, line=1, column=1, where="", message="larger than 4 MiB")])
    try:
        source = read_yaml(data.decode("utf-8"), file)
    except UnicodeDecodeError:
        raise ConfigError([Fault(file=file, line=1, column=1, where="", message="not UTF-8")]) from None
    model = check(source, _FileModel)
    faults: list[Fault] = []
    patterns = []
    for path, family, one in _patterns(model):
        try:
            pattern = _expanded(one.pattern, model.words)
            reach_of(pattern)
        except PatternError as error:
            faults.append(source.fault((*path, "pattern"), str(error)))
            continue
        patterns.append(EvidencePattern(id=one.id, family=family, pattern=pattern))
    if faults:
        raise ConfigError(faults)
    return EvidenceFile(
        source=source,
        uses=tuple(model.use),
        patterns=tuple(patterns),
        weights={one.family: one.weight for one in model.families},
        reasons={one.family: one.why for one in model.families},
        examples=tuple(_examples(model)),
    )


def failures(file: EvidenceFile, engines: Engines) -> list[Fault]:
    """Try the patterns of a file in an engine and run its examples; return what fails, at its place."""
    try:
        engine = EvidenceEngine(file.patterns, engines)
    except PatternError:
        # Which of them it is that cannot be compiled only shows one by one.
        return [
            file.source.fault(("families",), f"{pattern.id}: {message}")
            for pattern in file.patterns
            if (message := _refusal(pattern, engines))
        ]
    seen = engine.found([example.text for example in file.examples])
    return [
        file.source.fault(example.path, _problem(example))
        for example, signs in zip(file.examples, seen, strict=True)
        if any(sign.code == example.pattern for sign in signs) != example.found
    ]


def _refusal(pattern: EvidencePattern, engines: Engines) -> str:
    """Return why an engine cannot take a pattern; empty when it can."""
    try:
        EvidenceEngine([pattern], engines)
    except PatternError as error:
        return str(error)
    return ""


def _problem(example: Example) -> str:
    return f"this example fails: {example.pattern} {'is not found' if example.found else 'is found'}"


def _expanded(pattern: str, words: Mapping[str, str]) -> str:
    """Put alternatives in the place of their names, also those that alternatives name. Raises: `PatternError`."""
    for _ in range(4):
        named = _NAMED.findall(pattern)
        unknown = sorted(set(named) - set(words))
        if unknown:
            raise PatternError(f"there are no words named {', '.join(unknown)}")
        if not named:
            return pattern
        pattern = _NAMED.sub(lambda found: f"(?:{words[found[1]].strip()})", pattern)
    raise PatternError("its words name each other in a circle, or too deep")


def _patterns(model: _FileModel) -> Iterator[tuple[tuple[str | int, ...], str, _PatternModel]]:
    for number, family in enumerate(model.families):
        for index, one in enumerate(family.patterns):
            yield ("families", number, "patterns", index), family.family, one


def _examples(model: _FileModel) -> Iterator[Example]:
    for path, _, one in _patterns(model):
        for kind, texts in (("found", one.found), ("clean", one.clean)):
            for number, text in enumerate(texts):
                yield Example(pattern=one.id, text=text, found=kind == "found", path=(*path, kind, number))


def _repeated(every: Sequence[EvidenceFile]) -> Iterator[Fault]:
    known: set[str] = set()
    for file in every:
        for pattern in file.patterns:
            if pattern.id in known:
                yield file.source.fault(("families",), f"two patterns have the id {pattern.id}")
            known.add(pattern.id)


def _disagreeing(every: Sequence[EvidenceFile]) -> Iterator[Fault]:
    known: dict[tuple[str, Use], float] = {}
    for file in every:
        for family, weights in file.weights.items():
            for use, weight in weights.items():
                if known.setdefault((family, use), weight) != weight:
                    yield file.source.fault(("families",), f"another file gives {family} another weight for {use}")
