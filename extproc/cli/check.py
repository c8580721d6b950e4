"""`extproc check`: every fault of configuration and policy files, each at its place."""

import sys
from collections.abc import Sequence
from pathlib import Path

from extproc.config.faults import ConfigError
from extproc.config.policy_file import load_policy
from extproc.config.settings_file import load_config
from extproc.config.yaml import read_yaml


def run(paths: Sequence[Path]) -> int:
    """Check each file as what it is, and the policy that a configuration names with it. Return the exit code."""
    faults = [str(fault) for path in paths for fault in _faults(path)]
    for fault in faults:
        print(fault, file=sys.stderr)
    if not faults:
        print(f"{len(paths)} file{'s' if len(paths) != 1 else ''} ok")
    return 1 if faults else 0


def _faults(path: Path) -> Sequence[object]:
    try:
        if _is_policy(path):
            load_policy(path)
        else:
            load_policy(path.parent / load_config(path).policy)
    except ConfigError as error:
        return error.faults
    return ()


def _is_policy(path: Path) -> bool:
    try:
        document = read_yaml(path.read_text(encoding="utf-8"), str(path)).document
    except (OSError, UnicodeDecodeError):
        return True  # the loader says what is wrong
    return isinstance(document, dict) and "rules" in document
