"""What a fault of ours or of a dependency does to a message: one table, closed unless it is named unsafe."""

from enum import StrEnum
from typing import Final

from extproc.model.message import Direction
from extproc.ports import PortError


class Cause(StrEnum):
    """Why no decision was reached."""

    BAD_INPUT = "bad_input"
    STORE = "store"
    DEADLINE = "deadline"
    BUG = "bug"


# Whether `unsafe_fail_open` may let a message pass that was not judged. Malformed input never passes: nobody can say
# what the other side would read in it. Nor does what brings out a bug of ours, for somebody may have written it to.
MAY_FAIL_OPEN: Final = {Cause.BAD_INPUT: False, Cause.STORE: True, Cause.DEADLINE: True, Cause.BUG: False}


def cause_of(error: Exception) -> Cause:
    """Name the cause behind an exception that ended a judgement."""
    match error:
        case PortError():
            return Cause.STORE
        case TimeoutError():
            return Cause.DEADLINE
        case _:
            return Cause.BUG


def passes(cause: Cause, direction: Direction, fail_open: frozenset[Direction]) -> bool:
    """Tell whether a message goes on unjudged."""
    return MAY_FAIL_OPEN[cause] and direction in fail_open
