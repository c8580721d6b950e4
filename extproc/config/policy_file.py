"""Policy files: from their text to a policy in force, with every fault at its place, their own tests included."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from extproc.config.faults import ConfigError, Fault
from extproc.config.model import check
from extproc.config.policy_model import API_VERSION, PolicyModel
from extproc.config.policy_rules import place_of, rules_of
from extproc.config.vocabulary import NOTHING_INSTALLED, Vocabulary
from extproc.config.yaml import Source, read_yaml
from extproc.pipeline.search import Detection
from extproc.policy.globs import Globs
from extproc.policy.layering import loosenings
from extproc.policy.rules import Layer, LayerKind, Policy
from extproc.rehearsal.cases import Case, differences

_MAX_BYTES: Final = 4 * 1024 * 1024
_SUFFIXES: Final = frozenset({".yaml", ".yml"})
_ORDER: Final = {kind: place for place, kind in enumerate(LayerKind)}


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFile:
    """One file: its layer, its tests with their places, and the digest of its text."""

    source: Source
    layer: Layer
    description: str
    cases: tuple[Case, ...]
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamPlace:
    """A file or folder that a team writes: what stands there may be of the layer of its namespace only."""

    path: Path
    namespace: str


Place: TypeAlias = Path | TeamPlace


def load_policies(paths: Sequence[Place], vocabulary: Vocabulary = NOTHING_INSTALLED) -> Policy:
    """Read files, or folders of them, as the layers of one policy; none is loaded unless all of its tests pass.

    Raises: `ConfigError` with every fault of every file.
    """
    return tested(read_policies(paths, vocabulary), vocabulary.detection)


def parse_policy(data: bytes, file: str, vocabulary: Vocabulary = NOTHING_INSTALLED) -> Policy:
    """Read the text of a policy that is one file. Raises: `ConfigError`."""
    return tested([parse_file(data, file, vocabulary)], vocabulary.detection)


def read_policies(paths: Sequence[Place], vocabulary: Vocabulary = NOTHING_INSTALLED) -> tuple[PolicyFile, ...]:
    """Read files, or folders of them, without running their tests. Raises: `ConfigError`."""
    faults: list[Fault] = []
    files: list[PolicyFile] = []
    for place in paths:
        try:
            match place:
                case TeamPlace(path=path, namespace=namespace):
                    read = [_read(one, vocabulary) for one in policy_paths(path)]
                    faults.extend(_foreign(read, namespace))
                case Path() as path:
                    read = [_read(one, vocabulary) for one in policy_paths(path)]
            files.extend(read)
        except ConfigError as error:
            faults.extend(error.faults)
    if not files and not faults:
        # One folder among several may be empty for now: that of the policies of teams, when no team has any.
        faults = [_nothing_in(place.path if isinstance(place, TeamPlace) else place) for place in paths]
    if faults:
        raise ConfigError(faults)
    return tuple(files)


def tested(files: Sequence[PolicyFile], detection: Detection | None) -> Policy:
    """Join files to a policy and run their tests. Raises: `ConfigError` when layers do not fit or a test fails."""
    policy = joined(files)
    faults = [fault for file in files for fault in failures(file, files, detection)]
    if faults:
        raise ConfigError(faults)
    return policy


def joined(files: Sequence[PolicyFile]) -> Policy:
    """Join files to one policy. Raises: `ConfigError` when an upper layer loosens what a lower one says."""
    layers = tuple(sorted((file.layer for file in files), key=lambda layer: _ORDER[layer.kind]))
    faults = [
        *_unique_names(files),
        *(
            _fault(one.place, f"{one.rule_id}: {one.message}" if one.rule_id else one.message)
            for one in loosenings(layers)
        ),
    ]
    if faults:
        raise ConfigError(faults)
    return Policy(revision=_revision(files), layers=layers)


def failures(file: PolicyFile, files: Sequence[PolicyFile], detection: Detection | None = None) -> list[Fault]:
    """Run the tests of a file against its own layer above the floor; return what differs, at the place of the test."""
    if not file.cases:
        return []
    floor = [one for one in files if one.layer.kind is LayerKind.PLATFORM]
    policy = joined(floor if file in floor else [*floor, file])
    return [
        file.source.fault(("tests", index), f"the test '{case.name}' fails: {difference}")
        for index, case in enumerate(file.cases)
        for difference in differences(case, policy, detection)
    ]


def parse_file(data: bytes, file: str, vocabulary: Vocabulary = NOTHING_INSTALLED) -> PolicyFile:
    """Read the text of one file. Raises: `ConfigError` with every fault of it."""
    if len(data) > _MAX_BYTES:
        raise ConfigError([Fault(file=file, line=1, column=1, where="", message="larger than 4 MiB")])
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise ConfigError([Fault(file=file, line=1, column=1, where="", message="not UTF-8")]) from None
    source = read_yaml(text, file)
    _refuse_old(source)
    model = _checked(source, vocabulary)
    metadata, spec = model.metadata, model.spec
    above = None if metadata.layer is LayerKind.PLATFORM else metadata.name
    layer = Layer(
        name=metadata.name,
        kind=metadata.layer,
        scope=Globs(metadata.scope) if metadata.scope else None,
        default=spec.default,
        mode=spec.mode,
        rules=rules_of(spec, source, above),
        place=place_of(source, ("spec", "default")),
    )
    cases = tuple(case.case() for case in model.tests or ())
    return PolicyFile(
        source=source,
        layer=layer,
        description=metadata.description or "",
        cases=cases,
        digest=hashlib.sha256(data).digest(),
    )


def policy_paths(path: Path) -> list[Path]:
    """Return the policy files that a path stands for, in the order in which they are read."""
    if not path.is_dir():
        return [path]
    return sorted(one for one in path.iterdir() if one.suffix in _SUFFIXES and not one.name.startswith("."))


def _foreign(files: Sequence[PolicyFile], namespace: str) -> list[Fault]:
    """Return the files of a team that claim to be the platform's, a server's, or another namespace's."""
    own = (LayerKind.NAMESPACE, Globs((namespace,)))
    message = f"only a policy of the layer namespace, with namespaces: [{namespace}], may stand here"
    return [file.source.fault(("metadata",), message) for file in files if (file.layer.kind, file.layer.scope) != own]


def _nothing_in(path: Path) -> Fault:
    return Fault(file=str(path), line=1, column=1, where="", message="no policy files here")


def _read(path: Path, vocabulary: Vocabulary) -> PolicyFile:
    try:
        data = path.read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise ConfigError([Fault(file=str(path), line=1, column=1, where="", message=message)]) from None
    return parse_file(data, str(path), vocabulary)


def _refuse_old(source: Source) -> None:
    document = source.document
    if isinstance(document, dict) and "version" in document and "apiVersion" not in document:
        raise ConfigError(
            [
                source.fault(
                    ("version",),
                    f"this form is read no longer: write 'apiVersion: {API_VERSION}', 'kind: Policy' and"
                    " 'metadata: {name: ...}', put default and rules under 'spec', and what a rule is about"
                    " (servers, methods, tools, on, direction) under its 'match'",
                )
            ]
        )


def _checked(source: Source, vocabulary: Vocabulary) -> PolicyModel:
    """Check the model, and beside it what no single member shows, so that all faults are told at once."""
    extra = [*_repeated(source, ("spec", "rules"), "id"), *_repeated(source, ("spec", "roles"), "role")]
    extra.extend(_repeated(source, ("tests",), "name"))
    extra.extend(_without_default(source))
    try:
        model = check(source, PolicyModel, vocabulary)
    except ConfigError as error:
        faults = sorted([*error.faults, *extra], key=lambda fault: (fault.line, fault.column))
        raise ConfigError(faults) from None
    if extra:
        raise ConfigError(extra)
    return model


def _repeated(source: Source, path: tuple[str, ...], key: str) -> list[Fault]:
    entries = _at(source, path)
    names = (
        [entry.get(key) if isinstance(entry, dict) else None for entry in entries] if isinstance(entries, list) else []
    )
    return [
        source.fault((*path, index, key), f"another one has this {key}")
        for index, name in enumerate(names)
        if name is not None and name in names[:index]
    ]


def _without_default(source: Source) -> list[Fault]:
    spec, metadata = _at(source, ("spec",)), _at(source, ("metadata",))
    layer = metadata.get("layer", LayerKind.PLATFORM.value) if isinstance(metadata, dict) else None
    if layer == LayerKind.PLATFORM.value and isinstance(spec, dict) and "default" not in spec:
        return [source.fault(("spec", "default"), "a platform layer says what holds when no rule does")]
    return []


def _at(source: Source, path: tuple[str, ...]) -> object:
    value: object = source.document
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _unique_names(files: Sequence[PolicyFile]) -> list[Fault]:
    names = [file.layer.name for file in files]
    return [
        file.source.fault(("metadata", "name"), "another file has this name")
        for index, file in enumerate(files)
        if file.layer.name in names[:index]
    ]


def _revision(files: Sequence[PolicyFile]) -> str:
    """Return the digest of the text; of several files, the digest of theirs in their order."""
    [first, *rest] = [file.digest for file in files]
    return (hashlib.sha256(b"".join([first, *rest])).hexdigest() if rest else first.hex())[:12]


def _fault(place: str, message: str) -> Fault:
    file, line, column = place.rsplit(":", 2)
    return Fault(file=file, line=int(line), column=int(column), where="", message=message)
