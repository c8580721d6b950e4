"""Secrets that are given to a name in source code, configuration, command lines, SQL and prose."""

import re
from typing import Final

from extproc.detect.detector import Candidate
from extproc.detect.secrets.forms import nothing, written
from extproc.detect.secrets.labels import Strength, strength, words
from extproc.detect.secrets.letters import gibberish, runs
from extproc.detect.secrets.values import Shape, shape
from extproc.detect.secrets.vocabulary import OWN_WORDS

# The name that the value is given to, read backwards from the value: name, closing quote or bracket, type, operator.
_NAME: Final = re.compile(
    r"([A-Za-z][A-Za-z0-9_.\-]*(?: [A-Za-z0-9_\-]{1,20}){0,2})[\"'`]{0,2}[\])]?\s{0,4}"
    r"(?::\s?[A-Za-z\[\]|?<>&. ]{1,24}?\s?)?"
    r"(?:=>|:=|\?=|\|\|=?|===?|!==?|\+=|=|:|,|>|\(|\bis\b|\bvalue[\"']?\s?[=:]|\s)\s{0,4}"
    r"(?:[A-Za-z@$]{0,2}[\"'`]|\\[\"'])?$"
)
_VALUE_MEMBER: Final = re.compile(
    r"(?:^|[^A-Za-z])(?:value|content|default)[\"']?\s{0,2}[=:]\s{0,2}[\"']?$", re.IGNORECASE
)
_MEMBER: Final = re.compile(r"[A-Za-z][\w.-]{1,40}=[^=]")
_GIVEN: Final = re.compile(r"[=:>(]\s*[A-Za-z@$]{0,2}\\?[\"'`]$")
_FALLBACK: Final = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*)\s{0,4}[=:]\s{0,4}[^\n\"'`;=:]{1,80}[\"'`]$")
_VARIABLE: Final = re.compile(r"([A-Za-z][A-Za-z0-9_]*)\s{1,4}[\"']?$")
_STATEMENT: Final = re.compile(r"\b(?:create|alter|grant|set)\s", re.IGNORECASE)
_ELEMENT: Final = re.compile(r"<([A-Za-z0-9_.:-]+)(?:\s[^<>\n]*)?>$")
_NAMED_LINE: Final = re.compile(r"name:\s*[\"']?([A-Za-z0-9_.-]+)[\"']?\s+value:\s*[\"']?$", re.IGNORECASE)
_CALL: Final = re.compile(
    r"^(?:get|fetch|read|load|find|lookup|request|require|resolve|decode|parse|check|validate|verify|match|has|is)(?![a-z])"
)
_START: Final = re.compile(r"(?:^|\n)(?:[ \t#/*-]|(?:export|set|ENV|ARG|env|setx|declare -x) ){0,60}$")
_LINE_END: Final = re.compile(r"[ \t]*(?:$|[\r\n]|[ \t]#|[ \t]//)")
_SPECIAL: Final = re.compile(r"[!@#$%^&*~+?]")
_TERMINATED: Final = re.compile(r"[;,)\]}(\[{]")
_TOKEN: Final = re.compile(r"[A-Za-z0-9_+/=.~:-]{10,}")
_CHOSEN: Final = re.compile(r"[A-Za-z]{5,16}[0-9]{0,6}")
_DIGITS_WITHIN: Final = re.compile(r"[A-Za-z][0-9]+[A-Za-z]{1,4}[0-9]|[0-9][A-Za-z]{1,4}[0-9]+[A-Za-z]")
_ENVIRONMENT: Final = re.compile(r"[A-Z][A-Z0-9_]{2,60}=$")
_QUERY: Final = re.compile(r"&[A-Za-z_]{1,30}=")
_LEAST_DIGITS: Final = 2
_MIN_SHORT_KEY: Final = 8
_MIN_KEY: Final = 10
_MIN_MIXED_KEY: Final = 16
_MIN_PASSWORD: Final = 5
_MAX_SPACES: Final = 3


def quoted_assignment(candidate: Candidate) -> float | None:
    """Score a string literal that is given to a sensitive name."""
    kind = _kind(candidate)
    if kind is Strength.NONE:
        return None
    return _judge(candidate.text, kind, chosen=bool(_GIVEN.search(candidate.before)))


def bare_assignment(candidate: Candidate) -> float | None:
    """Score an unquoted value: it may be an identifier, unless it looks random or stands in a configuration."""
    kind = _kind(candidate)
    text = candidate.text
    if kind is Strength.NONE or candidate.after[:1] in {"(", "[", "{", ">"} or text[-1:] in {"(", "{", "["}:
        return None
    if _MEMBER.match(text) or _QUERY.search(text):
        return None
    if candidate.after[:1] == "." and re.match(r"\.[A-Za-z_]", candidate.after):
        return None
    config = bool(_START.search(_left(candidate))) and bool(_LINE_END.match(candidate.after))
    digits = sum(c.isdigit() for c in text)
    variable = config and bool(_ENVIRONMENT.search(candidate.before))
    score = _judge(text, kind, chosen=variable or (config and digits > 0))
    if score is None:
        return None
    if variable and not text.isupper():
        return score - 0.05
    if shape(text) is Shape.RANDOM and digits >= _LEAST_DIGITS and not _identifier(text):
        return score - 0.05
    if config and (not _identifier(text) or (kind is Strength.PASSWORD and digits and text.isalnum())):
        return score - 0.1
    if kind is Strength.PASSWORD and digits and _SPECIAL.search(text) and not _TERMINATED.search(text):
        return score - 0.15
    return (
        0.65
        if config and shape(text) is Shape.RANDOM and text.isalnum() and gibberish(text) >= _MIN_SHORT_KEY
        else None
    )


def fallback_secret(candidate: Candidate) -> float | None:
    """Score the literal that stands in when a setting is missing: `password = env.X || "…"`."""
    found = _FALLBACK.search(candidate.before)
    return _judge(candidate.text, strength(found[1])) if found else None


def environment_secret(candidate: Candidate) -> float | None:
    """Score the value of a variable that is set without a sign, as `ENV NAME value` does."""
    found = _VARIABLE.search(candidate.before)
    return _judge(candidate.text, strength(found[1])) if found else None


def element_secret(candidate: Candidate) -> float | None:
    """Score the content of an element that its name makes a secret."""
    found = _ELEMENT.search(candidate.before)
    return _judge(candidate.text.strip(), strength(found[1])) if found else None


def member_value(candidate: Candidate) -> float | None:
    """Score the value beside a sensitive name on the line before, as environments of containers have it."""
    found = _NAMED_LINE.search(candidate.before)
    return _judge(candidate.text, strength(found[1])) if found else None


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
    return 0.75 if shape(text) >= Shape.MIXED else None


def literal_random(candidate: Candidate) -> float | None:
    """Score a long string that a framework draws at random for every installation."""
    text = candidate.text
    return None if nothing(text) or shape(text) is not Shape.RANDOM or text.count(" ") > len(text) // 12 else 0.9


def flag_value(candidate: Candidate) -> float | None:
    """Score the value of an option of a command line."""
    text = candidate.text
    if text.startswith("-") or nothing(text) or written(text):
        return None
    return {Shape.RANDOM: 0.85, Shape.MIXED: 0.7}.get(shape(text))


def literal_value(candidate: Candidate) -> float | None:
    """Score a value whose syntax says that it is a password, as `IDENTIFIED BY '…'` does."""
    text = candidate.text
    if nothing(text) or written(text):
        return None
    return {Shape.RANDOM: 0.9, Shape.MIXED: 0.85}.get(shape(text), 0.7)


def spoken_password(candidate: Candidate) -> float | None:
    """Score what prose calls a password: at least a digit or a sign among letters."""
    text = candidate.text.rstrip(".,;:!?)")
    if nothing(text) or written(text) or len(text) < _MIN_PASSWORD:
        return None
    if text.isalpha() or not any(c.isalpha() for c in text) or _words_only(text):
        return None
    return {Shape.RANDOM: 0.8, Shape.MIXED: 0.65}.get(shape(text))


def token_value(candidate: Candidate) -> float | None:
    """Score what follows the scheme of an authorization header, or a format that only its randomness makes a secret."""
    text = candidate.text
    if nothing(text) or written(text) or not _TOKEN.fullmatch(text):
        return None
    return 0.85 if shape(text) is Shape.RANDOM else None


def _kind(candidate: Candidate) -> Strength:
    """Return what the name before the value means."""
    before = candidate.before
    member = _VALUE_MEMBER.search(before)
    if member:
        named = re.findall(
            r"(?:name|key|id|field)[\"']?\s{0,2}[=:]\s{0,2}[\"']([^\"']{1,60})[\"']",
            before[: member.start()],
            re.IGNORECASE,
        )
        if named:
            return strength(named[-1])
    found = _NAME.search(before)
    if not found:
        return Strength.NONE
    name = found[1].rpartition(".")[2] if "." in found[1] and " " not in found[1] else found[1]
    if before[found.end(1) : found.end(1) + 1] == "(" and _CALL.match(name):
        return Strength.NONE
    kind = strength(name)
    return kind if kind is not Strength.NONE or name == found[1] else strength(found[1])


def _left(candidate: Candidate) -> str:
    """Return what stands left of the name."""
    found = _NAME.search(candidate.before)
    return candidate.before[: found.start()] if found else ""


def _judge(text: str, kind: Strength, *, chosen: bool = False) -> float | None:
    """Score a value by its form; with `chosen` a password may be a word."""
    if nothing(text) or written(text):
        return None
    form = shape(text)
    spaces = text.count(" ")
    if spaces and (spaces > _MAX_SPACES or form is not Shape.RANDOM or kind is not Strength.PASSWORD):
        return None
    match kind, form:
        case Strength.PASSWORD, Shape.RANDOM:
            return 0.88
        case Strength.PASSWORD, Shape.MIXED:
            return None if len(text) < _MIN_PASSWORD or _words_only(text) else 0.75
        case Strength.PASSWORD, Shape.WORDS if chosen and _CHOSEN.fullmatch(text) and not _words_only(text):
            return 0.65 if text[-1:].isdigit() else 0.6
        case Strength.KEY, Shape.RANDOM if len(text) >= _MIN_KEY:
            return 0.85
        case Strength.KEY, Shape.RANDOM if len(text) >= _MIN_SHORT_KEY:
            return 0.65
        case Strength.KEY, Shape.MIXED if len(text) >= _MIN_SHORT_KEY and not _words_only(text):
            long = len(text) >= _MIN_MIXED_KEY and gibberish(text) > 0 and any(c.isdigit() for c in text)
            return 0.6 if long or _DIGITS_WITHIN.search(text) else None
        case Strength.WEAK, Shape.RANDOM if len(text) >= _MIN_MIXED_KEY:
            return 0.7
        case _:
            return None


def _words_only(text: str) -> bool:
    """Say whether a value is made of the words that names of secrets are made of, and perhaps a number."""
    found = words(text)
    return bool(found) and all(word in OWN_WORDS for word in found) and not _SPECIAL.search(text)


def _identifier(text: str) -> bool:
    """Say whether an unquoted value may be the name of something in source code."""
    if not re.fullmatch(r"[A-Za-z_$][A-Za-z0-9_$]*(?:[.-][A-Za-z_$][A-Za-z0-9_$]*)*", text):
        return False
    return gibberish(text) * 2 < max(1, sum(map(len, runs(text))))
