"""`extproc inspect`: the engine's judgement of single messages, without a network."""

import sys
from pathlib import Path
from typing import BinaryIO

from extproc.config.faults import ConfigError
from extproc.config.policy_file import load_policies
from extproc.model.decision import Effect
from extproc.offline import Inspector
from extproc.policy.rules import Layer, Policy

ALLOW_ALL = Policy(revision="allow-all", layers=(Layer(name="allow-all", default=Effect.ALLOW),))


def run(path: Path | None) -> int:
    """Judge standard input line by line."""
    try:
        policy = load_policies([path]) if path else ALLOW_ALL
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    inspect_lines(sys.stdin.buffer, sys.stdout.buffer, policy)
    return 0


def inspect_lines(source: BinaryIO, target: BinaryIO, policy: Policy) -> None:
    """Write one line for each line read; blank lines are passed over."""
    inspector = Inspector(policy)
    for line in source:
        if line.strip():
            target.write(inspector.line(line) + b"\n")
    target.flush()
