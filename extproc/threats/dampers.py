"""What takes the weight from a sign: words that honest definitions use in the same way.

A sign that is taken away here was found by its words, and what stands around it, or what the definition is about, shows
that it orders nothing: a public key, a refusal to act without consent, the tool's own parameters and its own subject.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from extproc.model.passage import Sign

_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_IDENTIFIER: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+")
_PUBLIC_KEY: Final = re.compile(r"\.pub\b|public[ -]key", re.IGNORECASE)
_REFUSED: Final = re.compile(
    r"\b(?:do not|don.?t|never|must not|cannot|can.?t|will not|not)\b[^.!?\n]{0,60}$", re.IGNORECASE
)
_FORBIDDEN: Final = re.compile(
    r"\b(?:do not|don.?t|never|must not|should not|cannot)\b (?:ever |be |try to |attempt to )?[\w ,]{0,12}$",
    re.IGNORECASE,
)
_EXAMPLE: Final = re.compile(
    r"(?:\be\.?g\.?|\bi\.e\.|\bexamples?|\bsuch as|\blike|\bformat|\bsample|\bsee|\bdocs?|\bdocumentation|\blearn more"
    r"|\bvisit|\bdetails|\breference|\bdefaults? to|\bdefault:?|\blooks like|\bfrom)\W{0,4}[^.!?\n]{0,30}$",
    re.IGNORECASE,
)
# What a scanner looks for, and what a tool does not let through, is named and not ordered.
_REPORTED: Final = re.compile(
    r"\b(?:looks? for|search(?:es)? for|checks? for|tests? for|scans?\b[^.!?\n]{0,30} for|detects?|flags|recogni[sz]es"
    r"|phrases like|descriptions that|payloads?)\b[^.!?\n]{0,160}$",
    re.IGNORECASE,
)
_BLOCKED: Final = re.compile(
    r"^[^.!?\n]{0,40}\b(?:is|are) (?:always )?(?:blocked|refused|rejected|denied|redacted|masked|forbidden)\b",
    re.IGNORECASE,
)
_FOR_EXAMPLE: Final = re.compile(r"\be\.g\.|\bsuch as|\bexample:|\(example", re.IGNORECASE)
_DOES: Final = re.compile(
    r"(?:Calls|Connects|Copies|Creates|Delivers|Downloads|Emails|Exports|Fetches|Forwards|Gets|Notifies|Posts|Publishes"
    r"|Pushes|Queries|Returns|Sends|Shares|Submits|Syncs|Transfers|Uploads)\b"
)
_SENTENCE_END: Final = re.compile(r"[.!?]\s|\n")
_ADDRESSES: Final = frozenset({"concrete_target", "exfiltration", "fixed_value"})
_QUOTES: Final = "\"'`\u201c\u201d\u2018\u2019"
_NEAR: Final = 80
# Nouns of private things that are some tool's own subject. `read` and `file` are none: any tool may be called so.
_SUBJECT_NOUNS: Final = (
    "account appointment bookmark calendar card certificate chat config contact conversation cookie credential customer"
    " document email employee env environment history iban inbox instruction invoice key kubeconfig mail mailbox"
    " memory message note oauth password patient payment photo prompt reasoning record repo repository role secret"
    " session settings source thought token tool transcript user variable vault wallet thinking"
)
_SUBJECTS: Final = frozenset(_SUBJECT_NOUNS.split())
_DELETING: Final = "clear cleanup delete destroy drop empty erase prune purge remove reset truncate wipe"
_DELETES: Final = frozenset(_DELETING.split())
_OF_SUBJECT: Final = frozenset({"private_object", "secret_taking", "whole_context"})
_DEED_FAMILIES: Final = (
    "broad_rights command exfiltration extra_output foreign_deed grave_order"
    " obeys_data ordered_action parameter_rewrite persistence"
    " private_object secret_taking"
)
_DEEDS: Final = frozenset(_DEED_FAMILIES.split())
_PLACES: Final = frozenset({"sensitive_place", "secret_taking", "private_object"})
_PASSED_OVER: Final = frozenset({"inner_network", "sensitive_place"})
_NOT_WORDS: Final = frozenset({"hidden_text", "encoded_text", "disguised_text", "fake_turn"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a definition is about: the subjects and all words in its name, and the names of its parameters."""

    words: frozenset[str]
    deeds: frozenset[str]
    parameters: frozenset[str]


Damper: TypeAlias = Callable[[Sign, str, Subject], bool]


def subject_of(name: str, parameters: Sequence[str]) -> Subject:
    """Return the subject of a definition."""
    deeds = frozenset(word.lower() for word in _WORDS.findall(name))
    return Subject(words=frozenset(_nouns(name)), deeds=deeds, parameters=frozenset({*parameters, name}))


def undamped(signs: Sequence[Sign], text: str, subject: Subject) -> tuple[Sign, ...]:
    """Return the signs in a text that keep their weight."""
    return tuple(sign for sign in signs if not any(damps(sign, text, subject) for damps in _DAMPERS))


def _nouns(text: str) -> set[str]:
    words = {word.lower() for word in _WORDS.findall(text)}
    return {
        noun
        for word in words
        for noun in (word, word.removesuffix("s"), word.removesuffix("ies") + "y")
        if noun in _SUBJECTS
    }


def _own_subject(sign: Sign, text: str, subject: Subject) -> bool:
    """Tell whether it is of the subject: a tool for secrets speaks of secrets, and of nothing else that is private."""
    if sign.family not in _OF_SUBJECT or sign.code == "take-files":
        return False
    nouns = _nouns(text[sign.start : sign.end])
    return bool(nouns) and nouns <= subject.words


def _public_key(sign: Sign, text: str, _subject: Subject) -> bool:
    return sign.family in _PLACES and _PUBLIC_KEY.search(text, max(0, sign.start - _NEAR), sign.end + 30) is not None


def _refused(sign: Sign, text: str, _subject: Subject) -> bool:
    """Tell whether it is refused: `Do not delete without confirmation` asks for consent."""
    if sign.family in _DEEDS:
        return _FORBIDDEN.search(text[max(0, sign.start - _NEAR) : sign.start]) is not None
    if sign.family != "unasked" or "without" not in text[sign.start : sign.end].lower():
        return False
    return _REFUSED.search(text[max(0, sign.start - _NEAR) : sign.start]) is not None


def _own_parameters(sign: Sign, text: str, subject: Subject) -> bool:
    if sign.family != "other_tool":
        return False
    named = _IDENTIFIER.findall(text[sign.start : sign.end])
    return bool(named) and subject.parameters.issuperset(named)


def _example(sign: Sign, text: str, _subject: Subject) -> bool:
    if sign.family not in _ADDRESSES:
        return False
    return _EXAMPLE.search(text[max(0, sign.start - _NEAR) : sign.start]) is not None or (
        sign.code == "send-to-address" and _FOR_EXAMPLE.search(text, sign.start, sign.end) is not None
    )


def _own_job(sign: Sign, text: str, _subject: Subject) -> bool:
    """Tell whether it is the tool's own job: what a definition begins with, `Uploads a file to …`."""
    if sign.family not in _ADDRESSES or _DOES.match(text) is None:
        return False
    return _SENTENCE_END.search(text, 0, sign.end) is None


def _reported(sign: Sign, text: str, _subject: Subject) -> bool:
    """Tell whether it is what a scanner looks for, or what is not let through."""
    if sign.family in _NOT_WORDS:
        return False
    before = text[max(0, sign.start - 2 * _NEAR) : sign.start]
    return _REPORTED.search(before) is not None or (
        sign.family in _PASSED_OVER and _BLOCKED.search(text[sign.end : sign.end + 2 * _NEAR]) is not None
    )


def _own_deed(sign: Sign, _text: str, subject: Subject) -> bool:
    """Tell whether the tool is called after it: what deletes says so."""
    return sign.family in {"destruction", "foreign_deed"} and bool(_DELETES & subject.deeds)


def _mentioned(sign: Sign, text: str, _subject: Subject) -> bool:
    """Tell whether it is named and not ordered: it begins and ends with quotation marks."""
    if sign.family != "override":
        return False
    return (
        text[max(0, sign.start - 1) : sign.start] in _QUOTES
        and text[sign.end : sign.end + 1] in _QUOTES
        and sign.start > 0
    )


_DAMPERS: Final[tuple[Damper, ...]] = (
    _own_subject,
    _public_key,
    _refused,
    _own_parameters,
    _example,
    _own_job,
    _own_deed,
    _reported,
    _mentioned,
)
