"""YAML read strictly: no duplicate keys, no aliases, no tags, and scalars as YAML 1.2 (core schema) has them.

PyYAML alone keeps the last of two equal keys and reads `no` as false and `12:30:45` as a number.
"""

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

import yaml

from extproc.config.faults import ConfigError, Fault

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Plain: TypeAlias = bool | int | float | str | list["Plain"] | dict[str, "Plain"] | None
Path: TypeAlias = tuple[str | int, ...]

_INT: Final = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT: Final = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_LITERALS: Final = {"": None, "~": None, "null": None, "true": True, "false": False}
_MAX_DEPTH: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A document with the place of each of its values."""

    file: str
    document: Plain
    places: dict[Path, tuple[int, int]]

    def fault(self, path: Path, message: str) -> Fault:
        """Return a fault at a path, or at its nearest parent that stands in the file."""
        known = path
        while known and known not in self.places:
            known = known[:-1]
        line, column = self.places.get(known, (1, 1))
        return Fault(file=self.file, line=line, column=column, where=".".join(map(str, path)), message=message)


def read_yaml(text: str, file: str) -> Source:
    """Read one document. Raises: `ConfigError` with every fault of form."""
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        fault = Fault(file=file, line=line, column=column, where="", message=error.problem or "not YAML")
        raise ConfigError([fault]) from None
    except yaml.YAMLError:
        raise ConfigError([Fault(file=file, line=1, column=1, where="", message="not YAML")]) from None
    reader = _Reader(file)
    document = reader.read(node, ()) if node is not None else None
    if reader.faults:
        raise ConfigError(reader.faults)
    return Source(file=file, document=document, places=reader.places)


class _Reader:
    """Walks composed nodes, collecting values, places and faults."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._seen: set[int] = set()
        self.faults: list[Fault] = []
        self.places: dict[Path, tuple[int, int]] = {}

    def read(self, node: yaml.Node, path: Path) -> Plain:
        mark = node.start_mark
        self.places[path] = (mark.line + 1, mark.column + 1)
        if id(node) in self._seen:
            return self._fault(path, "aliases are not allowed: write the value out")
        self._seen.add(id(node))
        if len(path) > _MAX_DEPTH:
            return self._fault(path, f"nested more than {_MAX_DEPTH} deep")
        match node:
            case yaml.MappingNode():
                return self._mapping(node, path)
            case yaml.SequenceNode():
                return [self.read(child, (*path, index)) for index, child in enumerate(node.value)]
            case yaml.ScalarNode():
                return self._scalar(node, path)
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
                self.places[(*path, key)] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
                self._fault((*path, key), "this key occurs twice")
                continue
            values[key] = self.read(value_node, (*path, key))
        return values

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Plain:
        text: str = node.value
        standard = node.tag.startswith("tag:yaml.org,2002:")
        if not standard:
            return self._fault(path, "tags are not allowed")
        if node.style in {"'", '"', "|", ">"}:
            return text
        if text in _LITERALS:
            return _LITERALS[text]
        if _INT.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
        return text

    def _fault(self, path: Path, message: str) -> Plain:
        line, column = self.places.get(path, (1, 1))
        where = ".".join(map(str, path))
        self.faults.append(Fault(file=self._file, line=line, column=column, where=where, message=message))
        return None
