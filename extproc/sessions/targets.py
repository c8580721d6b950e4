"""What a text names that a call can be aimed at or filled with: addresses, hosts, accounts, names, quoted words.

A target has one spelling (`plain`), so that `'Bob'` in a text and `"bob"` in an argument are the same.
"""

import re
from collections.abc import Iterator
from typing import Final

from extproc.model.value import value

# Code points of one text that are looked at for targets, and targets that are kept of it.
MAX_TEXT: Final = 16_384
MAX_TARGETS: Final = 48
_LONGEST: Final = 120
# All but the quoted and the handles begin where a word does; most words are plain ones, which are passed by first.
_TARGET: Final = re.compile(
    r"""(?<![A-Za-z0-9_])(?=[A-Za-z0-9_])(?:
        (?P<skip>[a-z]{1,40}(?=[\s,;!?)]|[.:](?:\s|\Z)|\Z))
        |(?P<address>(?<![.%+-])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24})
        |(?P<url>(?:https?|wss?|ftps?|s3|gs)://[^\s"'<>)\]}`]{3,400})
        |(?P<bank>[A-Z]{2}[0-9]{2}(?:[ ][A-Z0-9]{4}){2,7}(?:[ ][A-Z0-9]{1,4})?\b)
        |(?P<dotted>[A-Za-z0-9_][A-Za-z0-9_-]{0,62}(?:\.[A-Za-z0-9_-]{1,62}){0,8}\.[A-Za-z][A-Za-z0-9]{1,23}\b
            (?:/[^\s"'<>)\]}`]{0,200})?)
        |(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2}\b)
        |(?P<account>(?=[A-Za-z_!$%&*+=?^~-]{0,40}[0-9])
            [A-Za-z0-9](?:[A-Za-z0-9_]|[-!$%&*+=?^~](?=[A-Za-z0-9])){5,63}\b)
        |(?P<word>[A-Za-z][A-Za-z0-9]*_[A-Za-z0-9_]+\b)
        |(?P<joined>[a-z]{2,24}(?:-[a-z]{2,24}){1,4}\b)
        |(?P<number>(?<!\.)[0-9][0-9,]*(?:\.[0-9]+)?\b)
        |(?P<name>[A-Z][\w&'\u2019-]*(?:[ ][A-Z][\w&'\u2019-]*){0,4}))
    |(?P<quoted>"[^"\n]{1,80}"|(?<![A-Za-z0-9])'(?:[^'\n]|'(?=[a-z])){1,80}'(?![a-z])|`[^`\n]{1,80}`
        |[\u201c\u2018\u00ab][^\u201d\u2019\u00bb\n]{1,80}[\u201d\u2019\u00bb])
    |(?P<handle>(?<![\w.])[@\#][\w-]{2,40})""",
    re.VERBOSE,
)
_HARD: Final = frozenset({"address", "account", "word", "handle"})
_SPACES: Final = re.compile(r"[\s ]+")
_QUICK: Final = re.compile(r"[A-Za-z0-9._%+@:/-]{6,320}")
_NAMES: Final = re.compile(
    # Only from where a word begins, which is asked behind its first letter so that this is looked for at once.
    r"[A-Z](?<![\w&'\u2019-].)[\w&'\u2019-]{0,60}(?: [A-Z][\w&'\u2019-]{0,60}){1,4}"
)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?")
_MARKS: Final = ".,;:!?()[]\"'|"
_DIGIT: Final = re.compile(r"[0-9]")
_ACCOUNT: Final = 8


@value
class Targets:
    """Targets in one spelling. `hard` ones hardly occur by chance; `soft` ones are names and numbers."""

    hard: tuple[str, ...] = ()
    quoted: tuple[str, ...] = ()
    soft: tuple[str, ...] = ()


def plain(text: str) -> str:
    """Return the one spelling of a target: case, spacing, a sign before it and marks around it do not count."""
    return (
        _SPACES.sub(" ", text)
        .strip(" .,;:!?\"'`\u201c\u201d\u2018\u2019\u00ab\u00bb()[]<>{}@#*_")
        .casefold()[:_LONGEST]
    )


def host_of(url: str) -> str:
    """Return the host of a URL, or what stands where one would, without `www.` and the port."""
    rest = url.partition("://")[2] or url
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    return authority.partition(":")[0].casefold().removeprefix("www.").rstrip(".")


def targets_of(text: str) -> Targets:
    """Return what a text names, each target once, the first ones of a text that names many."""
    hard: dict[str, None] = {}
    quoted: dict[str, None] = {}
    soft: dict[str, None] = {}
    for found in _TARGET.finditer(text, 0, MAX_TEXT):
        group, token = found.lastgroup or "", found.group()
        if group == "quoted":
            hard.update(dict.fromkeys(targets_of(token[1:-1]).hard))
            quoted[plain(token)] = None
        elif group != "skip":
            sure, rest = _spellings(group, token)
            hard.update(dict.fromkeys(sure))
            soft.update(dict.fromkeys(rest))
        if len(hard) + len(soft) + len(quoted) >= MAX_TARGETS:
            break
    for each in (hard, quoted, soft):
        each.pop("", None)
    return Targets(hard=tuple(hard), quoted=tuple(quoted), soft=tuple(soft))


def _spellings(group: str, token: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the spellings of one target: the rare ones, and the others."""
    match group:
        case "url" | "dotted":
            host = host_of(token)
            whole = plain((token.partition("://")[2] or token).removeprefix("www.").rstrip("/"))
            return ((host,) if whole == host else (host, whole)), ()
        case "bank":
            return (plain(token.replace(" ", "")),), ()
        case "name" if " " in token:
            return (plain(token),), tuple(map(plain, token.split(" ")))
        case "number":
            return (), (number(token),)
        case _:
            spelling = (plain(token),)
            return (spelling, ()) if group in _HARD else ((), spelling)


def number(text: str) -> str:
    """Return the one spelling of a number: `1,000.00` and `1000` are the same."""
    plain_text = text.replace(",", "")
    whole, dot, rest = plain_text.partition(".")
    rest = rest.rstrip("0")
    return f"{whole}.{rest}" if dot and rest else whole


def addressed(text: str) -> Iterator[str]:
    """Return the addresses, hosts, accounts and full names of a text of data, quickly and without the rest."""
    for name in _NAMES.findall(text[:MAX_TEXT]):
        yield plain(name)
    # Most of what stands between spaces is a plain word, which is told sooner than matched.
    parts = (part for part in text[:MAX_TEXT].split() if not part.strip(_MARKS).isalpha())
    for token in (found for part in parts for found in _QUICK.findall(part)):
        if token.isalpha():
            continue
        if "@" in token:
            yield plain(token.rpartition(":")[2])
        elif "://" in token:
            yield host_of(token)
        elif len(token) >= _ACCOUNT and _DIGIT.search(token) is not None:
            if _DATE.match(token) is None:
                yield plain(token)
        elif "." in token[1:-1]:
            yield host_of(token)
