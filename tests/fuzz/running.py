"""What the fuzzers share: their command line, a loop over numbered inputs, and how a broken promise is told."""

import argparse
import itertools
import random
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from typing import TypeAlias

# Checks the input that a source of chance leads to; returns what it counts, and the input as it is told when it broke.
Check: TypeAlias = Callable[[random.Random], tuple[int, str, Exception | None]]


class BrokenPromiseError(AssertionError):
    """Something that must hold for every input did not."""


def main(description: str | None, run: Callable[[int, Iterator[int], float], int]) -> int:
    """Run until the time is over; return 1 at the first broken promise."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long to run")
    parser.add_argument("--seed", type=int, default=None, help="repeat a run")
    parser.add_argument("--only", type=int, default=None, help="run the input with this number only")
    options = parser.parse_args()
    seed = secrets.randbelow(2**32) if options.seed is None else options.seed
    numbers = itertools.count() if options.only is None else iter([options.only])
    return run(seed, numbers, options.seconds)


def check_all(check: Check, counted: str, seed: int, numbers: Iterator[int], seconds: float) -> int:
    """Check one input after the other, each with its own chance; `counted` names what is counted."""
    end = time.monotonic() + seconds
    count = total = 0
    for number in numbers:
        found, written, error = check(random.Random(f"{seed}/{number}"))  # noqa: S311 - repeatable, not secret
        if error is not None:
            say(f"broken: {error!r}\n  repeat with --seed {seed} --only {number}\n  input: {written}")
            return 1
        count, total = count + 1, total + found
        if time.monotonic() > end:
            break
    say(f"seed {seed}: {count} inputs, {total} {counted}, nothing broken")
    return 0


def say(text: str) -> None:
    """Write a line for whoever runs this."""
    sys.stdout.write(text + "\n")
