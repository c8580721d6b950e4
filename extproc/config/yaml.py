"""YAML read strictly: no duplicate keys, no aliases, no tags, and scalars as YAML 1.2 (core schema) has them.

PyYAML alone keeps the last of two equal keys and reads `no` as false and `12:30:45` as a number.
"""

import re
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

import yaml

from extproc.config.faults import ConfigError, Fault

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Plain: TypeAlias = bool | int | float | str | list["Plain"] | dict[str, "Plain"] | None
Path: TypeAlias = tuple[str | int, ...]
Place: TypeAlias = tuple[str, int, int]

_INT: Final = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT: Final = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_LITERALS: Final = {"": None, "~": None, "null": None, "true": True, "false": False}
_MAX_DEPTH: Final = 32
_DEPTH_CHANGE: Final = {
    yaml.MappingStartEvent: 1,
    yaml.SequenceStartEvent: 1,
    yaml.MappingEndEvent: -1,
    yaml.SequenceEndEvent: -1,
}


class _Mark(Protocol):
    """A place in a text, counted from zero; the two parsers of PyYAML have a class of their own for it."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A document with the place of each of its values."""

    file: str
    document: Plain
    places: dict[Path, Place]

    def fault(self, path: Path, message: str) -> Fault:
        """Return a fault at a path, or at its nearest parent that stands in the file."""
        known = path
        while known and known not in self.places:
            known = known[:-1]
        file, line, column = self.places.get(known, (self.file, 1, 1))
        return Fault(file=file, line=line, column=column, where=".".join(map(str, path)), message=message)


def read_yaml(text: str, file: str) -> Source:
    """Read one document. Raises: `ConfigError` with every fault of form."""
    try:
        _check_events(text, file)
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line, column = _place(error.problem_mark)
        fault = Fault(file=file, line=line, column=column, where="", message=error.problem or "not YAML")
        raise ConfigError([fault]) from None
    except yaml.YAMLError:
        raise ConfigError([Fault(file=file, line=1, column=1, where="", message="not YAML")]) from None
    reader = _Reader(file)
    document = reader.read(node, ()) if node is not None else None
    if reader.faults:
        raise ConfigError(reader.faults)
    return Source(file=file, document=document, places=reader.places)


def _check_events(text: str, file: str) -> None:
    """Refuse what only the events show: explicit tags, and a depth that the composer's recursion would not survive."""
    depth, faults = 0, []
    for event in yaml.parse(text, Loader=_LOADER):
        depth += _DEPTH_CHANGE.get(type(event), 0)
        problem = None
        if depth > _MAX_DEPTH:
            problem = f"nested more than {_MAX_DEPTH} deep"
        elif getattr(event, "tag", None) is not None:
            problem = "tags are not allowed"
        if problem is not None:
            line, column = _place(event.start_mark)
            faults.append(Fault(file=file, line=line, column=column, where="", message=problem))
        if depth > _MAX_DEPTH:
            break
    if faults:
        raise ConfigError(faults)


class _Reader:
    """Walks composed nodes, collecting values, places and faults."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._seen: set[int] = set()
        self.faults: list[Fault] = []
        self.places: dict[Path, Place] = {}

    def read(self, node: yaml.Node, path: Path) -> Plain:
        self._stands(path, node)
        if id(node) in self._seen:
            return self._fault(path, "aliases are not allowed: write the value out")
        self._seen.add(id(node))
        match node:
            case yaml.MappingNode():
                return self._mapping(node, path)
            case yaml.SequenceNode():
                return [self.read(child, (*path, index)) for index, child in enumerate(node.value)]
            case yaml.ScalarNode():
                return _scalar(node)
            case _:
                return self._fault(path, "not a mapping, list or scalar")

    def _mapping(self, node: yaml.MappingNode, path: Path) -> Plain:
        values: dict[str, Plain] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if not isinstance(key, str) or key == "<<":
                self._fault(path, "keys must be plain names")
                continue
            if key in values:
                self._stands((*path, key), key_node)
                self._fault((*path, key), "this key occurs twice")
                continue
            values[key] = self.read(value_node, (*path, key))
        return values

    def _stands(self, path: Path, node: yaml.Node) -> None:
        self.places[path] = (self._file, *_place(node.start_mark))

    def _fault(self, path: Path, message: str) -> Plain:
        file, line, column = self.places.get(path, (self._file, 1, 1))
        where = ".".join(map(str, path))
        self.faults.append(Fault(file=file, line=line, column=column, where=where, message=message))
        return None


def _place(mark: _Mark | None) -> tuple[int, int]:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _scalar(node: yaml.ScalarNode) -> Plain:
    text: str = node.value
    if node.style in {"'", '"', "|", ">"}:
        return text
    if text in _LITERALS:
        return _LITERALS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
