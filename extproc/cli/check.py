"""`extproc check`: every fault of configuration and policy files, and of the injector's, each at its place."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from extproc.config.faults import ConfigError
from extproc.config.policy_file import load_policies, read_policies
from extproc.config.settings_file import load_config
from extproc.config.vocabulary import Vocabulary
from extproc.config.yaml import read_yaml
from extproc.detection import installed, make_detection
from extproc.kubernetes.settings import load_injector
from extproc.kubernetes.template import read_template
from extproc.policy.rules import LayerKind

_POLICY_KEYS: Final = frozenset({"apiVersion", "kind", "spec", "rules"})  # the last, of the form that is read no longer
_INJECTOR_KEYS: Final = frozenset({"template", "certificates"})
_TEMPLATE_KEYS: Final = frozenset({"initContainers"})


def run(paths: Sequence[Path]) -> int:
    """Check each file as what it is, and the policy that a configuration names with it. Return the exit code.

    A layer above the platform is checked with the platform files that are given beside it.
    """
    faults = [str(fault) for path in paths for fault in _faults(path, paths)]
    for fault in faults:
        print(fault, file=sys.stderr)
    if not faults:
        print(f"{len(paths)} file{'s' if len(paths) != 1 else ''} ok")
    return 1 if faults else 0


def _faults(path: Path, beside: Sequence[Path]) -> Sequence[object]:
    try:
        if _is_policy(path):
            load_policies([*_floor(path, beside), path], installed())
        elif _has(path, _INJECTOR_KEYS):
            read_template(path.parent / load_injector(path).template)
        elif _has(path, _TEMPLATE_KEYS):
            read_template(path)
        else:
            config = load_config(path)
            inside = frozenset(config.inside)
            detection = make_detection(config.detection, path.parent, threats=config.threats, inside=inside)
            known = Vocabulary(
                detection=detection,
                entities=detection.names(),
                channels=frozenset(config.channels),
                recording=config.recording.file is not None,
            )
            load_policies(config.places(path.parent), known)
    except ConfigError as error:
        return error.faults
    return ()


def _floor(path: Path, beside: Sequence[Path]) -> list[Path]:
    if path.is_dir() or _kind(path) is LayerKind.PLATFORM:
        return []
    return [one for one in beside if one != path and _is_policy(one) and _kind(one) is LayerKind.PLATFORM]


def _kind(path: Path) -> LayerKind | None:
    try:
        [file] = read_policies([path])
    except (ConfigError, ValueError):
        return None  # what is wrong with it is told where it is checked itself
    return file.layer.kind


def _is_policy(path: Path) -> bool:
    try:
        return _has(path, _POLICY_KEYS)
    except (OSError, UnicodeDecodeError):
        return True  # the loader says what is wrong


def _has(path: Path, keys: frozenset[str]) -> bool:
    document = read_yaml(path.read_text(encoding="utf-8"), str(path)).document
    return isinstance(document, dict) and not keys.isdisjoint(document)
