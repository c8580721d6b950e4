"""What the description of a tool says it does: the verbs that open it, warnings of loss, and offers to run anything.

Only the beginning is read, and only what stands where a verb stands: descriptions name other tools and their verbs.
"""

import re
from typing import Final

from extproc.classify import vocabulary as words
from extproc.classify.codes import Mark
from extproc.classify.tokens import stems, word_set
from extproc.model.intent import RANK, Intent
from extproc.model.value import value

_LONGEST: Final = 1500
_SENTENCES: Final = 3
_SENTENCE_END: Final = re.compile(r"(?<=[a-z0-9\)\]'\"`])[.!?](?:\s|\Z)|\n\s*\n|\n\s*[-*#•]")
# `START HERE for Athena:`, `WORKFLOW:`, `[BETA]`, `(Admin)`: what comes before the sentence.
_PREFIX: Final = re.compile(r"\A(?:\W+|\[[^\]]{0,40}\]|\([^)]{0,40}\)|[A-Z][A-Z ]{2,30}[^.:\n]{0,30}:\s)+")
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_'-]*|[,:;()/]")
_LEAD_IN: Final = word_set(
    """
    this tool tools a an the can will allows allow enables enable lets let used use using helps help you to for
    provides provide way ability capability ability safely please when need want api endpoint function method
    utility that which operation command server quickly automatically directly easily it is be able and also only
    simply programmatically users user agent agents asynchronously synchronously securely interactively
    intelligently efficiently
    """
)
_ASKING: Final = word_set(
    "query queries search searches report reports analysis scan check checks diagnostics benchmark"
)
_LEAD_LIMIT: Final = 9
# A verb behind one of these is spoken of, not done.
_SPOKEN_OF: Final = word_set(
    """
    to that which who can how when if before after whether been be being not cannot must should could would may
    might is are was were about for of by without with via between from in on than recently was their its your our
    newly last don't doesn't do does never
    """
)
_DETERMINERS: Final = word_set(
    """
    a an the it them its their all any this these those new existing your one each every either to from into
    """
)
_WARNS: Final = re.compile(
    r"permanent(?:ly)?\s+(?:and\s+\w+\s+)?(?:delet|remov|eras|destroy|wip|purg)|(?:delet|remov|eras"
    r"|destroy)\w*\s+permanently"
    r"|can(?:not|'t| not) be (?:undone|reversed|recovered|restored)|irreversibl|\b(?:is"
    r"|this)\s+(?:an?\s+)?(?:potentially\s+)?destructive\b"
    r"|no way (?:back|to undo)|data loss",
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
_READ_ONLY: Final = re.compile(r"\bread[- ]only\b|\bSELECT (?:quer|statement|operation)", re.IGNORECASE)


@value
class DescriptionReading:
    """What a description says: `marks` of what the tool does, and whether it runs whatever it is given."""

    marks: tuple[Mark, ...]
    executes: bool
    overwrites: bool = False
    read_only: bool = False


def read_description(text: str) -> DescriptionReading:
    """Read the beginning of a description."""
    text = text[:_LONGEST].replace("\\n", "\n").replace("\\,", ",")
    lead, overwrites = _lead(text)
    marks: list[Mark] = [] if lead is None else [("description_verb", lead)]
    for pattern, code in ((_WARNS, "description_warning"), (_OVERWRITES, "description_overwrites")):
        if any(
            _NEGATED.search(text, max(0, found.start() - 48), found.start()) is None for found in pattern.finditer(text)
        ):
            marks.append((code, Intent.DESTRUCTIVE))
    head = text[:400]
    read_only = lead is Intent.READ and _READ_ONLY.search(head) is not None
    executes = _EXECUTES.search(head) is not None and not read_only
    return DescriptionReading(marks=tuple(marks), executes=executes, overwrites=overwrites, read_only=read_only)


def _lead(text: str) -> tuple[Intent | None, bool]:
    """Return the class of the verbs that open the first sentence that has any, and whether one of them overwrites."""
    for sentence in _SENTENCE_END.split(text, _SENTENCES)[:_SENTENCES]:
        tokens = [word.lower() for word in _WORD.findall(_PREFIX.sub("", sentence, count=1))[:60]]
        at = _first_verb(tokens)
        if at is None:
            continue
        places = [at, *_coordinated(tokens, at)]
        overwrites = any(stem in words.OVERWRITES for place in places for stem in stems(tokens[place]))
        intent = _verb(tokens[at], lead=True)
        if intent is None:
            intent = _listed(tokens, at) or _queried(tokens[at + 1 : at + 30])
            if intent is None:
                continue
            return intent, overwrites
        classes = (_on_what(tokens, place, _verb(tokens[place], lead=True) or Intent.READ) for place in places)
        return max(classes, key=RANK.__getitem__), overwrites
    return None, False


def _queried(tokens: list[str]) -> Intent | None:
    """Return `read` where a query or a report is run that is no statement of SQL."""
    asks = any(word in _ASKING for word in tokens)
    anything = any(word in words.SQL_STORES or word == "arbitrary" for word in tokens)
    reads_only = any(word in {"read-only", "select"} for word in tokens)
    return Intent.READ if asks and (reads_only or not anything) else None


def _on_what(tokens: list[str], place: int, intent: Intent) -> Intent:
    """Correct the class of a verb by what it is done to."""
    near = tokens[place + 1 : place + 8]
    stem = next((stem for stem in stems(tokens[place]) if stem in words.VERBS), "")
    if stem == "create" and any(word in words.RETURNED_TEXTS for word in near):
        return Intent.READ
    if stem == "generate" and any(word in words.KEPT_WHEN_GENERATED for word in near[:4]):
        return Intent.WRITE
    if stem == "open" and any(token in words.OPENED_FOR_WRITING for token in near):
        return Intent.WRITE
    if stem == "start" and any(token in {"search", "crawl", "scan"} for token in near[:3]):
        return Intent.READ
    if stem == "capture":
        return intent if any(word in words.MONEY for word in tokens) else Intent.READ
    if stem == "stop" and any(word.removesuffix("s") in words.RUNNING for word in tokens):
        return Intent.DESTRUCTIVE
    return intent


def _first_verb(tokens: list[str]) -> int | None:
    for at, word in enumerate(tokens[:_LEAD_LIMIT]):
        if word in _LEAD_IN or word.endswith("ly") or word in ",:;()/":
            continue
        return at if _verb(word, lead=True) is not None or _generic(word) else None
    return None


def _generic(word: str) -> bool:
    return any(stem in words.GENERIC for stem in stems(word))


def _verb(word: str, *, lead: bool) -> Intent | None:
    for stem in stems(word):
        found = words.verb_class(stem)
        if found is not None and (lead or stem not in words.NOUNS_TOO):
            return found
    return Intent.READ if lead and word in {"query", "queries", "querying", "fetching"} else None


def _coordinated(tokens: list[str], at: int) -> list[int]:
    """Return the places of verbs joined to the first: `Create, patch, or delete`; `moves … and deletes the source`."""
    found: list[int] = []
    in_list = True
    finite = tokens[at].endswith("s")
    for place in range(at + 1, len(tokens)):
        word, before = tokens[place], tokens[place - 1]
        if word in {":", ";", "("}:
            break
        if word in {",", "and", "or", "/", "then"}:
            continue
        if before not in {",", "and", "or", "/", "then"}:
            in_list = in_list and word.endswith("ly")
            continue
        if word == "drop" and tokens[place - 2] == "drag":
            continue
        intent = _verb(word, lead=in_list)
        behind = tokens[place + 1] if place + 1 < len(tokens) else "it"
        if intent is None or word.endswith("ing") != tokens[at].endswith("ing"):
            in_list = False
        elif in_list or (behind in _DETERMINERS and word.endswith("s") == finite and not _spoken_of(tokens, at, place)):
            found.append(place)
    return found


def _spoken_of(tokens: list[str], at: int, place: int) -> bool:
    """Tell whether a word between the verbs opens another clause (`users who can create and delete the …`)."""
    return any(
        word in {"that", "which", "who", "can", "to", "how", "when", "if", "whether", "must"}
        for word in tokens[at:place]
    )


def _listed(tokens: list[str], at: int) -> Intent | None:
    """Return the worst of the verbs in what a generic verb opens: `Manage a machine: start, stop, or restart it`."""
    found: list[Intent] = []
    running = any(word.removesuffix("s") in words.RUNNING for word in tokens)
    for place in range(at + 1, len(tokens)):
        word, before = tokens[place], tokens[place - 1]
        if before in {":", ",", "or", "and", "(", "/"}:
            intent = _verb(word, lead=before in {":", "(", ","})
            if intent is not None:
                stops = running and word in {"stop", "stops"}
                found.append(Intent.DESTRUCTIVE if stops else intent)
    return max(found, key=RANK.__getitem__, default=None)
