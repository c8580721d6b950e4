"""Where a text names other tools of the session."""

import re
from collections.abc import Iterator
from typing import Final

from extproc.model.passage import Sign
from extproc.threats.dampers import Subject

_IDENTIFIER: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[_.-][A-Za-z0-9]+)*")
# A name that is one word of prose names a tool only where it is marked as code or quoted.
_MARKS: Final = "`\"'"
_MOST: Final = 8


def named_tools(text: str, names: frozenset[str], subject: Subject) -> Iterator[Sign]:
    """Return where names of other tools stand in a text."""
    count = 0
    for found in _IDENTIFIER.finditer(text):
        name = found[0]
        if name not in names or name in subject.parameters:
            continue
        start, end = found.span()
        plain = name.isalpha() and name.islower()
        if plain and not (start and text[start - 1] in _MARKS and text[end : end + 1] in _MARKS):
            continue
        yield Sign(code="names-a-tool", family="other_tool", start=start, end=end)
        count += 1
        if count == _MOST:
            return
