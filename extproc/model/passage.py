"""A passage: a part of a text that speaks to the model that reads it, and what gives it away."""

from extproc.model.value import value


@value
class Sign:
    """One piece of evidence, without the text itself.

    `code` is the id of a pattern or of a structural signal, `family` what it is evidence of: scores count families.
    `start` and `end` count code points of the text as the message has it; what was decoded stands for its whole run.
    """

    code: str
    family: str
    start: int
    end: int


@value
class Passage:
    """A part of a text with how sure it is that it wants something of its reader.

    `pointer` leads to the string, or with `in_key` to the member whose name it is; `start` and `end` count code points.
    `score` is between 0 and 1: from 0.5 on it is a finding, and below that a hint that only counts beside others.
    """

    pointer: tuple[str | int, ...]
    start: int
    end: int
    score: float
    signs: tuple[Sign, ...] = ()
    in_key: bool = False
