"""What the description of a tool says it does: the verbs that open it, warnings of loss, and offers to run anything.

Only the beginning is read (`sentences`).
"""

import re
from typing import Final

from extproc.classify.codes import Mark
from extproc.classify.sentences import lead_of
from extproc.model.intent import Intent
from extproc.model.value import value

_LONGEST: Final = 1500
_WARNS: Final = re.compile(
    r"permanent(?:ly)?\s+(?:and\s+\w+\s+)?(?:delet|remov|eras|destroy|wip|purg)|(?:delet|remov|eras"
    r"|destroy)\w*\s+permanently"
    r"|can(?:not|'t| not) be (?:undone|reversed|recovered|restored)|irreversibl|\b(?:is"
    r"|this)\s+(?:an?\s+)?(?:potentially\s+)?destructive\b"
    r"|no way (?:back|to undo)|data loss|\btransfer\w*\s+(?:the\s+)?ownership\b",
    re.IGNORECASE,
)
_OVERWRITES: Final = re.compile(
    r"\b(?:overwrit\w+|replac(?:es?|ing))\s+(?:(?:the|any|all|its|an|your)\s+)?(?:existing|current"
    r"|previous|entire|whole|complete)"
    r"|completely (?:overwrite|replace)|\boverwrites?\b(?! protection)|\bREPLACED entirely",
    re.IGNORECASE,
)
_NEGATED: Final = re.compile(
    r"\b(?:not|n't|never|without|no|avoid|prevents?|instead of|rather than)\b[^.]{0,40}\Z", re.IGNORECASE
)
_EXECUTES: Final = re.compile(
    r"\b(?:execut\w+|runs?|running|evaluat\w+|invok\w+|issues?|send|make)\b[^.\n]{0,50}?"
    r"\b(?:(?:shell|bash|sql|powershell|terminal|cli|arbitrary|any|raw|python|javascript|js|system|os)\b[^.\n]{0,40}?"
    r"\b(?:commands?|code|scripts?|statements?|quer(?:y|ies)|expressions?)\b|commands?\b|scripts?\b|snippets?\b"
    r"|(?:http|api) requests?\b)"
    r"|\bsupports? (?:any|all) \w+ api\b",
    re.IGNORECASE,
)
_EXECUTES_FIRST: Final = re.compile(
    r"\W*(?:execut|run|evaluat)\w*\s+(?:\w+\s+){0,3}?(?:commands?|code|scripts?|statements?|sql)\b", re.IGNORECASE
)
# What is run was written before: the call chooses none.
_FIXED: Final = re.compile(
    r"\b(?:predefined|pre-defined|prebuilt|pre-built|built-in|canned|hard-coded)\s+(?:\w+\s+){0,2}?"
    r"(?:quer|command|script|statement|check|test)",
    re.IGNORECASE,
)
_SAVES: Final = re.compile(
    r"\b(?:to|into|on|in)\s+(?:(?:a|an|the|your)\s+)?(?:specified\s+|given\s+)?"
    r"(?:disk|local\s+(?:disk|path|file|folder|director|machine|storage|file\s?system)|file\s?system\b)",
    re.IGNORECASE,
)
_READ_ONLY: Final = re.compile(r"\bread[- ]only\b|\bSELECT (?:quer|statement|operation)", re.IGNORECASE)


@value
class DescriptionReading:
    """What a description says: `marks` of what the tool does, and whether it runs whatever it is given."""

    marks: tuple[Mark, ...]
    executes: bool
    overwrites: bool = False
    read_only: bool = False
    generic: bool = False
    executes_first: bool = False
    saves: bool = False


def read_description(text: str) -> DescriptionReading:
    """Read the beginning of a description."""
    text = text[:_LONGEST].replace("\\n", "\n").replace("\\,", ",")
    lead = lead_of(text)
    marks: list[Mark] = [] if lead.intent is None else [("description_verb", lead.intent)]
    for pattern, code in ((_WARNS, "description_warning"), (_OVERWRITES, "description_overwrites")):
        if any(
            _NEGATED.search(text, max(0, found.start() - 48), found.start()) is None for found in pattern.finditer(text)
        ):
            marks.append((code, Intent.DESTRUCTIVE))
    head = text[:400]
    read_only = lead.intent is Intent.READ and _READ_ONLY.search(head) is not None
    executes = _EXECUTES.search(head) is not None and not read_only and _FIXED.search(head) is None
    return DescriptionReading(
        marks=tuple(marks),
        executes=executes,
        overwrites=lead.overwrites,
        read_only=read_only,
        generic=lead.generic,
        saves=_SAVES.search(head) is not None,
        executes_first=executes and _EXECUTES_FIRST.match(head) is not None,
    )
