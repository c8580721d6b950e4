"""From a profile and its values to the text of Envoy's configuration."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import yaml

from extproc import __version__
from extproc.config.faults import ConfigError, Fault
from extproc.config.model import check
from extproc.config.yaml import Path as Keys
from extproc.config.yaml import Plain, Source, read_yaml
from extproc.envoy.bootstrap import bootstrap_plain
from extproc.envoy.options import BootstrapOptions
from extproc.envoy.profiles import Profile

_HEADER: Final = """\
# Envoy's configuration, profile {profile}, by mcp-extproc {version}.
# Rendered by `extproc envoy render`: change its values, not this file.
"""


def render(profile: Profile, values: Path, changes: Sequence[str] = ()) -> str:
    """Return the configuration as YAML. Raises: `ConfigError` with every fault of the values."""
    options = read_values(profile, values, changes)
    head = _HEADER.format(profile=profile.name, version=__version__)
    return head + yaml.safe_dump(_whole(bootstrap_plain(options)), sort_keys=False, width=120)


def read_values(profile: Profile, values: Path, changes: Sequence[str] = ()) -> BootstrapOptions:
    """Read the values of a profile, each change (`key.of.value=YAML`) laid over the file."""
    source = _source(values)
    for change in changes:
        source = _changed(source, change)
    return check(source, profile.values).options()


def _whole(value: object) -> object:
    """Write whole numbers as such: Envoy takes `-32600.0` in YAML, where no field says its type, for a text."""
    match value:
        case dict():
            return {key: _whole(item) for key, item in value.items()}
        case list():
            return [_whole(item) for item in value]
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


def _source(values: Path) -> Source:
    try:
        text = values.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise ConfigError([_fault(str(values), f"cannot be read: {reason}")]) from None
    source = read_yaml(text, str(values))
    if source.document is None:
        return Source(file=source.file, document={}, places=source.places)
    if not isinstance(source.document, dict):
        raise ConfigError([source.fault((), "the file must be a mapping of values")])
    return source


def _changed(source: Source, change: str) -> Source:
    """Write one value over the file's; only mappings are made where there are none."""
    dotted, equals, text = change.partition("=")
    name = f"--set {dotted}"
    if not equals or not all(dotted.split(".")):
        raise ConfigError([_fault(name, "expected KEY=VALUE, the key with dots between its parts")])
    keys: Keys = tuple(int(part) if part.isdecimal() else part for part in dotted.split("."))
    value = read_yaml(text, name).document
    document = _put(source.document, keys, value, name)
    kept = {path: place for path, place in source.places.items() if path[: len(keys)] != keys}
    return Source(file=source.file, document=document, places={**kept, keys: (name, 1, 1)})


def _put(document: Plain, keys: Keys, value: Plain, name: str) -> Plain:
    if not keys:
        return value
    key, rest = keys[0], keys[1:]
    match document:
        case None if isinstance(key, str):
            return {key: _put(None, rest, value, name)}
        case dict():
            return {**document, str(key): _put(document.get(str(key)), rest, value, name)}
        case list() if isinstance(key, int) and key < len(document):
            return [_put(item, rest, value, name) if index == key else item for index, item in enumerate(document)]
        case _:
            raise ConfigError([_fault(name, f"there is no place for {key!r}")])


def _fault(file: str, message: str) -> Fault:
    return Fault(file=file, line=1, column=1, where="", message=message)
