"""Secrets that are given to a name in source code, configuration, command lines, SQL and prose."""

import re
from typing import Final

from extproc.detect.detector import Candidate
from extproc.detect.secrets.before import (
    Given,
    begins_line,
    element,
    fallback_name,
    given,
    is_environment,
    is_literal,
    line_name,
    member_name,
    variable,
)
from extproc.detect.secrets.forms import nothing, written
from extproc.detect.secrets.labels import Strength, strength, words
from extproc.detect.secrets.letters import gibberish, runs
from extproc.detect.secrets.values import Shape, shape, turns
from extproc.detect.secrets.vocabulary import OWN_WORDS

_ATTRIBUTE: Final = re.compile(r"\.[A-Za-z_]")
_MEMBER: Final = re.compile(r"[A-Za-z][\w.-]{1,40}=[^=]")
_STATEMENT: Final = re.compile(r"\b(?:create|alter|grant|set)\s", re.IGNORECASE)
_CALL: Final = re.compile(
    r"^(?:get|fetch|read|load|find|lookup|request|require|resolve|decode|parse|check|validate|verify|match|has|is)(?![a-z])"
)
_LINE_END: Final = re.compile(r"[ \t]*(?:$|[\r\n|]|[ \t]#|[ \t]//)")
_SPECIAL: Final = re.compile(r"[!@#$%^&*~+?]")
_TERMINATED: Final = re.compile(r"[;,)\]}(\[{]")
_TOKEN: Final = re.compile(r"[A-Za-z0-9_+/=.~:-]{10,}")
# What people choose: a word, perhaps with a number; some words and a number, or at least four.
_CHOSEN: Final = re.compile(r"[A-Za-z]{5,16}[0-9]{0,6}")
_SEVERAL: Final = re.compile(
    r"[A-Za-z]{3,16}(?:[-_.][A-Za-z]{3,16}){0,5}[-_.]?[0-9]{1,6}|[a-z]{3,12}(?:[-_.][a-z]{3,12}){3,5}"
)
_SIGNED: Final = re.compile(r"[A-Za-z]{3}[A-Za-z0-9]*[!@#$%^&*?][A-Za-z0-9!@#$%^&*?]*")
_DIGITS_WITHIN: Final = re.compile(r"[A-Za-z][0-9]+[A-Za-z]{1,4}[0-9]|[0-9][A-Za-z]{1,4}[0-9]+[A-Za-z]")
_QUERY: Final = re.compile(r"&[A-Za-z_]{1,30}=")
_LEAST_DIGITS: Final = 2
_MIN_SHORT_KEY: Final = 8
_MIN_KEY: Final = 10
_MIN_MIXED_KEY: Final = 16
_MIN_PASSWORD: Final = 5
_MAX_SPACES: Final = 3
_TURNS: Final = 5  # how often letters and digits take turns in no name


def quoted_assignment(candidate: Candidate) -> float | None:
    """Score a string literal that is given to a sensitive name."""
    kind, _ = _kind(candidate)
    if kind is Strength.NONE:
        return None
    text, before = candidate.text, candidate.before
    return _judge(text, kind, chosen=text[-1].isdigit() or is_literal(before))


def bare_assignment(candidate: Candidate) -> float | None:
    """Score an unquoted value: it may be an identifier, unless it looks random or stands in a configuration."""
    text = candidate.text
    if candidate.after[:1] in {"(", "[", "{", ">"} or text[-1:] in {"(", "{", "["}:
        return None
    kind, start = _kind(candidate)
    if kind is Strength.NONE or _MEMBER.match(text) or _QUERY.search(text) or _ATTRIBUTE.match(candidate.after):
        return None
    form = _form(text)
    if form is Shape.NOTHING:
        return None
    first = begins_line(candidate.before[:start])
    config = first and bool(_LINE_END.match(candidate.after))
    digits = sum(map(str.isdigit, text))
    exported = first and (config or digits >= _LEAST_DIGITS) and is_environment(candidate.before)
    # A name of several words may be the beginning of a sentence.
    word = " " not in candidate.before[start:].rstrip(" \t=:>|")
    score = _judged(text, kind, form, chosen=exported or (config and word and digits > 0))
    if score is None:
        return None
    if exported and not text.isupper():
        return score - 0.05
    return _unquoted(text, kind, form, score, digits=digits, config=config)


def _unquoted(text: str, kind: Strength, form: Shape, score: float, *, digits: int, config: bool) -> float | None:
    """Lower the score of a value without quotes by how likely it is something of source code."""
    random = form is Shape.RANDOM
    identifier = _identifier(text)
    if random and digits >= _LEAST_DIGITS and not identifier:
        return score - 0.05
    if config and (not identifier or (kind is Strength.PASSWORD and text[-1].isdigit())):
        return score - 0.1
    if kind is Strength.PASSWORD and digits and _SPECIAL.search(text) and not _TERMINATED.search(text):
        return score - 0.15
    return 0.65 if config and random and text.isalnum() and gibberish(text) >= _MIN_SHORT_KEY else None


def fallback_secret(candidate: Candidate) -> float | None:
    """Score the literal that stands in when a setting is missing: `password = env.X || "…"`."""
    name, text = fallback_name(candidate.before), candidate.text
    return _judge(text, strength(name), chosen=text[-1].isdigit()) if name else None


def environment_secret(candidate: Candidate) -> float | None:
    """Score the value of a variable that is set without a sign, as `ENV NAME value` does."""
    name = variable(candidate.before)
    return _judge(candidate.text, strength(name)) if name else None


def element_secret(candidate: Candidate) -> float | None:
    """Score the content of an element that its name makes a secret."""
    name, text = element(candidate.before), candidate.text.strip()
    return _judge(text, strength(name), chosen=text[-1:].isdigit()) if name else None


def member_value(candidate: Candidate) -> float | None:
    """Score the value beside a sensitive name on the line before, as environments of containers have it."""
    name = line_name(candidate.before)
    return _judge(candidate.text, strength(name)) if name else None


def scheme_token(candidate: Candidate) -> float | None:
    """Score what follows the scheme of an authorization header; without a header the scheme has to be `Bearer`."""
    head = candidate.before[-40:].lower()
    return (
        token_value(candidate)
        if "bearer" in head or "auth" in head or ("token" in head and "=" not in head[-3:])
        else None
    )


def sql_password(candidate: Candidate) -> float | None:
    """Score the string after `IDENTIFIED BY` and the like; outside of a statement it has to look like a password."""
    return literal_value(candidate) if _STATEMENT.search(candidate.before) else literal_mixed(candidate)


def literal_mixed(candidate: Candidate) -> float | None:
    """Score a string where syntax suggests a password but words stand as often: it has to look like one."""
    text = candidate.text
    if nothing(text) or written(text) or " " in text or _words_only(text):
        return None
    return 0.75 if shape(text) >= Shape.MIXED or (text[-1:].isdigit() and _chosen(text)) else None


def literal_random(candidate: Candidate) -> float | None:
    """Score a long string that a framework draws at random for every installation."""
    text = candidate.text
    return None if nothing(text) or shape(text) is not Shape.RANDOM or text.count(" ") > len(text) // 12 else 0.9


def flag_value(candidate: Candidate) -> float | None:
    """Score the value of an option of a command line."""
    text = candidate.text
    if text.startswith("-") or nothing(text) or written(text):
        return None
    form = shape(text)
    if form is Shape.WORDS and text[-1:].isdigit() and _chosen(text):
        return 0.6
    return {Shape.RANDOM: 0.85, Shape.MIXED: 0.7}.get(form)


def literal_value(candidate: Candidate) -> float | None:
    """Score a value whose syntax says that it is a password, as `IDENTIFIED BY '…'` does."""
    text = candidate.text
    if nothing(text) or written(text):
        return None
    return {Shape.RANDOM: 0.9, Shape.MIXED: 0.85}.get(shape(text), 0.7)


def spoken_password(candidate: Candidate) -> float | None:
    """Score what prose calls a password: at least a digit or a sign among letters."""
    text = candidate.text.rstrip(".,;:)")
    if nothing(text) or written(text) or len(text) < _MIN_PASSWORD:
        return None
    if text.isalpha() or not any(c.isalpha() for c in text) or _words_only(text):
        return None
    form = shape(text)
    if form is Shape.WORDS and text[-1:].isdigit() and _chosen(text):
        return 0.6
    return {Shape.RANDOM: 0.8, Shape.MIXED: 0.65}.get(form)


def token_value(candidate: Candidate) -> float | None:
    """Score what follows the scheme of an authorization header, or a format that only its randomness makes a secret."""
    text = candidate.text
    if nothing(text) or written(text) or not _TOKEN.fullmatch(text):
        return None
    return 0.85 if shape(text) is Shape.RANDOM else None


def _kind(candidate: Candidate) -> tuple[Strength, int]:
    """Return what the name before the value means, and where it begins."""
    before = candidate.before
    beside = member_name(before)
    if beside:
        return strength(beside), 0
    found = given(before)
    if found and found.name[:1].isupper() and before[: found.start].endswith("::"):
        return Strength.NONE, 0  # the name of a type, as `AWS::IAM::AccessKey`
    kind = _meaning(found)
    if kind is Strength.NONE and (":" in before or "(" in before[-4:]):
        farther = given(before, farther=True)
        found, kind = (farther, _meaning(farther)) if farther else (found, kind)
    return kind, found.start if found else 0


def _meaning(found: Given | None) -> Strength:
    """Return what a name means; the last member of a path decides, and the call of a function gives nothing a value."""
    if found is None:
        return Strength.NONE
    name = found.name.rpartition(".")[2] if "." in found.name and " " not in found.name else found.name
    if found.called and _CALL.match(name):
        return Strength.NONE
    kind = strength(name)
    return kind if kind is not Strength.NONE or name == found.name else strength(found.name)


def _judge(text: str, kind: Strength, *, chosen: bool = False) -> float | None:
    """Score a value by its form; with `chosen` a password may be a word."""
    return None if kind is Strength.NONE else _judged(text, kind, _form(text), chosen=chosen)


def _form(text: str) -> Shape:
    """Return the form of a value; none when it only stands for one or is something else."""
    return Shape.NOTHING if nothing(text) or written(text) else shape(text)


def _judged(text: str, kind: Strength, form: Shape, *, chosen: bool) -> float | None:
    spaces = text.count(" ")
    if spaces and (spaces > _MAX_SPACES or form is not Shape.RANDOM or kind is not Strength.PASSWORD):
        return None
    match kind, form:
        case Strength.PASSWORD, Shape.RANDOM:
            return 0.88
        case Strength.PASSWORD, Shape.MIXED:
            return None if len(text) < _MIN_PASSWORD or _words_only(text) else 0.75
        case Strength.PASSWORD, Shape.WORDS if chosen and _chosen(text):
            return 0.65 if text[-1:].isdigit() else 0.6
        case Strength.KEY, Shape.RANDOM if len(text) >= _MIN_KEY:
            return 0.85
        case Strength.KEY, Shape.RANDOM if len(text) >= _MIN_SHORT_KEY:
            return 0.65
        case Strength.KEY, Shape.MIXED if len(text) >= _MIN_SHORT_KEY and not _words_only(text):
            digits = any(map(str.isdigit, text))
            long = digits and len(text) >= _MIN_MIXED_KEY and gibberish(text) > 0
            signed = digits and chosen and _SIGNED.fullmatch(text) is not None
            return 0.6 if long or signed or _DIGITS_WITHIN.search(text) else None
        case Strength.WEAK, Shape.RANDOM if len(text) >= _MIN_MIXED_KEY:
            return 0.7
        case _:
            return None


def _chosen(text: str) -> bool:
    """Say whether a value may be a word or more and a number that somebody chose, and does not say what it is for."""
    if _CHOSEN.fullmatch(text):
        return not _words_only(text)
    return _SEVERAL.fullmatch(text) is not None and OWN_WORDS.isdisjoint(words(text))


def _words_only(text: str) -> bool:
    """Say whether a value is made of the words that names of secrets are made of, and perhaps a number."""
    found = words(text)
    return bool(found) and all(word in OWN_WORDS for word in found) and not _SPECIAL.search(text)


def _identifier(text: str) -> bool:
    """Say whether an unquoted value may be the name of something in source code."""
    if not re.fullmatch(r"[A-Za-z_$][A-Za-z0-9_$]*(?:[.-][A-Za-z_$][A-Za-z0-9_$]*)*", text):
        return False
    if len(text) >= _MIN_KEY and turns(text) >= _TURNS:
        return False
    return gibberish(text) * 2 < max(1, sum(map(len, runs(text))))
