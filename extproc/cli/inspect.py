"""`extproc inspect`: the engine's judgement of single messages, without a network."""

import sys
from pathlib import Path
from typing import BinaryIO

from extproc.cli.policy_shipped import protection
from extproc.config.faults import ConfigError
from extproc.config.policy_file import load_policies
from extproc.detection import installed
from extproc.offline import Inspector
from extproc.pipeline.search import Detection
from extproc.policy.rules import Policy


def run(path: Path | None) -> int:
    """Judge standard input line by line."""
    try:
        known = installed()
        policy = load_policies([path or protection()], known)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    inspect_lines(sys.stdin.buffer, sys.stdout.buffer, policy, known.detection)
    return 0


def inspect_lines(source: BinaryIO, target: BinaryIO, policy: Policy, detection: Detection | None = None) -> None:
    """Write one line for each line read; blank lines are passed over."""
    inspector = Inspector(policy, detection)
    for line in source:
        if line.strip():
            target.write(inspector.line(line) + b"\n")
    target.flush()
