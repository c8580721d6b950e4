"""The first sentences of a description: the verbs that open them, what joins others to these, what they are done to.

Only what stands where a verb stands is read: descriptions name other tools and their verbs.
"""

import re
from typing import Final

from extproc.classify import verbs
from extproc.classify import vocabulary as words
from extproc.classify.tokens import stems, word_set
from extproc.model.intent import RANK, Intent
from extproc.model.value import value

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
    intelligently efficiently responsible helper batch bulk mass with
    """
)
_ASKING: Final = word_set(
    "query queries search searches report reports analysis scan check checks diagnostics benchmark"
)
# Behind these a word is no verb: `Version info`, `Order details`.
_TOLD_OF: Final = word_set(
    "info information details metadata summary statistics stats diagnostics history weather forecast prices"
)
# What a sentence is set in: `Given a URL, returns …`.
_SETTING: Final = re.compile(
    r"\A(?:given|using|based on|for|when|from|after|before|in|on)\b[^,.:]{0,80},\s*", re.IGNORECASE
)
# Kinds of a thing that is done: `semantic search`, `full-text search`.
_SKIPPED: Final = 3
_PERFORMING: Final = frozenset({"perform", "do", "execute", "conduct"})
_CALLING: Final = frozenset({"call", "use", "invoke", "request"})
_CHOSEN_ON_PAGES: Final = frozenset({"option", "options", "dropdown", "element", "checkbox"})
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
_ITEM: Final = re.compile(r"(?:[-*•]\s*|\n[^\S\n]*)[\"'`*]{0,2}([A-Za-z]+)[\"'`*]{0,2}:\s")


@value
class Lead:
    """What the first sentence with a verb says.

    `overwrites` tells that one of its verbs replaces what is there, `generic` that the first one leaves open what is
    done (`Manages a …`).
    """

    intent: Intent | None = None
    overwrites: bool = False
    generic: bool = False


def lead_of(text: str) -> Lead:
    """Read the verbs that open the first sentence that has any."""
    for sentence in _SENTENCE_END.split(text, _SENTENCES)[:_SENTENCES]:
        opened = _PREFIX.sub("", sentence, count=1)
        tokens = _joined([word.lower() for word in _WORD.findall(_SETTING.sub("", opened, count=1))[:60]])
        at = _first_verb(tokens)
        if at is None:
            if _details(tokens):
                return Lead(intent=Intent.READ)
            continue
        places = [at, *_coordinated(tokens, at)]
        overwrites = any(stem in words.OVERWRITES for place in places for stem in stems(tokens[place]))
        if _verb(tokens[at], lead=True) is None:
            intent = worst_of(_listed(tokens, at), _headed(text)) or _performed(tokens, at)
            if intent is not None:
                return Lead(intent=intent, overwrites=overwrites, generic=True)
            continue
        classes = (_on_what(tokens, place, _verb(tokens[place], lead=True) or Intent.READ) for place in places)
        return Lead(intent=worst_of(*classes), overwrites=overwrites)
    return Lead()


def _joined(tokens: list[str]) -> list[str]:
    """Join two words that mean one thing: `looks up`, `turn off`."""
    found: list[str] = []
    for token in tokens:
        first = next((stem for stem in stems(found[-1]) if (stem, token) in verbs.PHRASES), None) if found else None
        if first is None:
            found.append(token)
        else:
            found[-1] = f"{first}_{token}"
    return found


def _performed(tokens: list[str], at: int) -> Intent | None:
    """Return the class of what a verb without a meaning of its own does: `performs a search`, `calls … to create`."""
    behind = tokens[at + 1 : at + 30]
    if not _PERFORMING.isdisjoint(stems(tokens[at])):
        if not words.MONEY_OUT.isdisjoint(behind[:3]):
            return Intent.DESTRUCTIVE
        for word in behind[: behind.index("(") if "(" in behind[:4] else 4]:
            intent = _verb(word, lead=False)
            if intent is not None and word not in words.GENERIC:
                return intent
    if not _CALLING.isdisjoint(stems(tokens[at])) and "to" in behind[:8]:
        aim = behind[behind.index("to") + 1 :][:1]
        intent = _verb(aim[0], lead=True) if aim else None
        if intent is not None:
            return intent
    return _queried(behind)


def _queried(tokens: list[str]) -> Intent | None:
    """Return `read` where a query or a report is run that is no statement of SQL."""
    asks = any(word in _ASKING for word in tokens)
    anything = any(word in words.SQL_STORES or word == "arbitrary" for word in tokens)
    reads_only = any(word in {"read-only", "select"} for word in tokens)
    return Intent.READ if asks and (reads_only or not anything) else None


def _on_what(tokens: list[str], place: int, intent: Intent) -> Intent:
    """Correct the class of a verb by what it is done to."""
    near = tokens[place + 1 : place + 8]
    stem = next((stem for stem in stems(tokens[place]) if stem in verbs.VERBS), "")
    if _harms(stem, tokens, place):
        return Intent.DESTRUCTIVE
    match stem:
        case "create" if not words.RETURNED_TEXTS.isdisjoint(near):
            return Intent.READ
        case "generate" if not words.KEPT_WHEN_GENERATED.isdisjoint(near[:4]):
            return Intent.WRITE
        case "open" if not words.OPENED_FOR_WRITING.isdisjoint(near):
            return Intent.WRITE
        case "select" if not _CHOSEN_ON_PAGES.isdisjoint(near):
            return Intent.WRITE
        case "start" if not {"search", "crawl", "scan"}.isdisjoint(near[:3]):
            return Intent.READ
        case "capture" if words.MONEY.isdisjoint(tokens):
            return Intent.READ
    return intent


def _harms(stem: str, tokens: list[str], place: int) -> bool:
    """Tell whether money leaves, a protection is switched off or something running is stopped."""
    near = tokens[place + 1 : place + 5]
    match stem:
        case "issue" | "make" | "send" | "create" | "process":
            return not words.MONEY_OUT.isdisjoint(near[:3])
        case "pay":
            return place == 0
        case "disable" | "deactivate" | "suspend" | "bypass":
            return not words.PROTECTIONS.isdisjoint(near)
        case "stop":
            return any(word.removesuffix("s") in words.RUNNING for word in tokens)
        case _:
            return False


def _first_verb(tokens: list[str]) -> int | None:
    for at, word in enumerate(tokens[:_LEAD_LIMIT]):
        if word in _LEAD_IN or word.endswith("ly") or word in ",:;()/":
            continue
        if word in verbs.NOUNS_TOO and tokens[at + 1 : at + 2] and tokens[at + 1] in _TOLD_OF:
            continue
        if word in {"take", "takes"} and "screenshot" in tokens[at + 1 : at + 5]:
            return tokens.index("screenshot", at)
        return at if _verb(word, lead=True) is not None or _generic(word) else _behind_kinds(tokens, at)
    return None


def _behind_kinds(tokens: list[str], at: int) -> int | None:
    """Return the place of a verb behind words for its kind: `Semantic search`, `Full-text search`."""
    for place in range(at, min(at + _SKIPPED + 1, len(tokens))):
        word = tokens[place]
        if word in _SPOKEN_OF or word in _DETERMINERS or not word[0].isalpha():
            return None
        if word == "search" and place > at:
            return place
    return None


def _details(tokens: list[str]) -> bool:
    """Tell whether a sentence without a verb names what is shown: `Version info and diagnostics`."""
    shown = any(word in _TOLD_OF for word in tokens[:6])
    return shown and all(_verb(word, lead=False) in {None, Intent.READ} for word in tokens)


def _headed(text: str) -> Intent | None:
    """Return the worst of the verbs that head the items of a list: `- start: Starts …`, `"stop": Stops …`."""
    found = [_verb(item[1].lower(), lead=True) for item in _ITEM.finditer(text)]
    return worst_of(*found)


def worst_of(*intents: Intent | None) -> Intent | None:
    """Return the most severe of the classes that are known."""
    return max((each for each in intents if each is not None), key=RANK.__getitem__, default=None)


def _generic(word: str) -> bool:
    return any(stem in words.GENERIC for stem in stems(word))


def _verb(word: str, *, lead: bool) -> Intent | None:
    if "_" in word:
        first, _, second = word.partition("_")
        return verbs.PHRASES.get((first, second))
    for stem in stems(word):
        found = verbs.verb_class(stem)
        if found is not None and (lead or stem not in verbs.NOUNS_TOO):
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
        headed = place + 1 < len(tokens) and tokens[place + 1] == ":"
        if before in {":", ",", "or", "and", "(", "/"} or headed:
            intent = _verb(word, lead=headed or before in {":", ","})
            if intent is not None:
                stops = running and word in {"stop", "stops"}
                found.append(Intent.DESTRUCTIVE if stops else intent)
    return max(found, key=RANK.__getitem__, default=None)
