"""Programs that move data between hosts: which way, with what, and whether the other end is inside."""

import re
from collections.abc import Sequence
from typing import Final

from extproc.classify.codes import Mark
from extproc.classify.paths import is_system
from extproc.classify.tokens import word_set
from extproc.classify.web import host_inside, is_url, method_class, read_url, split_url
from extproc.model.intent import Intent

PROGRAMS: Final = word_set(
    """
    curl wget http https xh scp rsync nc ncat netcat ftp sftp rclone invoke-webrequest invoke-restmethod iwr irm
    """
)

_BODY_FLAGS: Final = re.compile(
    r"\A(?:-[a-zA-Z]*[dFT]|--data(?:-raw|-binary|-urlencode|-ascii)?|--form(?:-string)?|--upload-file"
    r"|--json|--post-data|--post-file|--body-data|--body-file|(?i:-body|-infile))(?:=.*|\S*)?\Z"
)
_GET_FLAGS: Final = frozenset({"-G", "--get"})
_METHOD_FLAGS: Final = frozenset({"-X", "--request", "--method", "-Method", "-method"})
_OUTPUT_FLAGS: Final = re.compile(r"\A(?:-[a-zA-Z]*[oO]|--output|--remote-name|-OutFile)(?:=.*)?\Z")
_REMOTE: Final = re.compile(r"\A(?:[\w.-]+@)?[\w.-]+:(?!//|\\)|\A(?:rsync|scp|sftp)://")
_CONTENT: Final = re.compile(r"\$\(|`|\$\{?(?!HOME\b|PWD\b|USER\b)[A-Z_]*(?:KEY|TOKEN|SECRET|PASS|DATA)")
_HOST: Final = re.compile(r"(?!-)[\w-]+(?:\.[\w-]+)+(?:[:/]|\Z)")
_METHOD: Final = re.compile(r"-X[A-Z]+\Z")
_FIELD: Final = re.compile(r"[\w-]+:?=(?!=)|[\w-]+@")
_BUCKET: Final = re.compile(
    r"\A(?:s3|gs|az|wasbs?|b2|oss|r2)://|\Ahttps://\w+\.blob\.core\.windows\.net/", re.IGNORECASE
)


def read_transfer(words: tuple[str, ...], inside: frozenset[str], *, substituted: bool) -> list[Mark]:
    """Mark what a transfer does."""
    program = words[0].rpartition("/")[2].lower()
    if program in {"scp", "rsync", "sftp", "rclone"}:
        return _copy(program, words, inside)
    if program in {"nc", "ncat", "netcat", "ftp"}:
        return _socket(words, inside)
    return _request(program, words, inside, substituted=substituted)


def _request(program: str, words: tuple[str, ...], inside: frozenset[str], *, substituted: bool) -> list[Mark]:
    urls = [word for word in words[1:] if is_url(word)] or ["http://" + word for word in words[1:] if _HOST.match(word)]
    method, body = _asked(program, words)
    marks: list[Mark] = []
    intent = method_class(method)
    if intent in {Intent.WRITE, Intent.DESTRUCTIVE} and intent is not None:
        marks.append(("http_method", intent))
    hosts = [parts.hostname for parts in map(split_url, urls) if parts is not None and parts.hostname]
    outside = any(not host_inside(host, inside) for host in hosts) or not hosts
    if body and outside and intent is not Intent.DESTRUCTIVE:
        marks.append(("shell_send", Intent.EXFILTRATIVE))
    if substituted and outside and any(_CONTENT.search(url) for url in urls):
        marks.append(("shell_send", Intent.EXFILTRATIVE))
    for url in urls:
        marks += read_url(url, inside)
    return [*marks, *_saved(program, words)]


def _asked(program: str, words: tuple[str, ...]) -> tuple[str, bool]:
    """Return the method and whether a body is sent."""
    named = [words[at + 1] for at, word in enumerate(words[:-1]) if word in _METHOD_FLAGS]
    named += [word[2:] for word in words if _METHOD.match(word)]
    named += [word.partition("=")[2] for word in words if word.startswith(("--request=", "--method="))]
    body = any(_BODY_FLAGS.match(word) for word in words[1:]) and not _GET_FLAGS & set(words)
    if program in {"http", "https", "xh"}:
        named += [word for word in words[1:2] if word.isupper()]
        body = body or any(_FIELD.match(word) for word in words[2:])
    if program == "wget":
        # Its `-d` is debugging and its `-F` an input format.
        body = any(word.startswith(("--post-", "--body-")) for word in words)
    return (named[0] if named else "POST" if body else "GET"), body


def _saved(program: str, words: tuple[str, ...]) -> list[Mark]:
    targets = [
        words[at + 1]
        for at, word in enumerate(words[:-1])
        if word in {"-o", "--output", "-O", "--output-document", "-P"}
    ]
    if any(is_system(target) for target in targets):
        return [("shell_destroy", Intent.DESTRUCTIVE)]
    shows = all(target in {"-", "/dev/null"} for target in targets)
    if program == "wget":
        quiet = "--spider" in words or (bool(targets) and shows) or any(word in {"-qO-", "-O-"} for word in words)
        return [] if quiet else [("shell_write", Intent.WRITE)]
    saves = any(_OUTPUT_FLAGS.match(word) for word in words[1:]) and not (targets and shows)
    return [("shell_write", Intent.WRITE)] if saves else []


def _copy(program: str, words: tuple[str, ...], inside: frozenset[str]) -> list[Mark]:
    plain = [word for word in words[1:] if not word.startswith("-")]
    marks: list[Mark] = []
    if any(word.startswith("--del") for word in words) or (
        program == "rclone" and plain[:1] in (["sync"], ["delete"], ["purge"])
    ):
        marks.append(("shell_destroy", Intent.DESTRUCTIVE))
    target = plain[-1] if plain else ""
    remote = _REMOTE.match(target)
    if program == "sftp" or remote is not None:
        host = target.partition(":")[0].rpartition("@")[2]
        inner = host_inside(host, inside) and "." in host
        marks.append(("shell_write", Intent.WRITE) if inner else ("shell_send", Intent.EXFILTRATIVE))
    else:
        marks.append(("shell_write", Intent.WRITE))
    return marks


def _socket(words: tuple[str, ...], inside: frozenset[str]) -> list[Mark]:
    flags = "".join(word[1:] for word in words[1:] if word.startswith("-") and not word.startswith("--"))
    if "z" in flags:
        return []
    if "e" in flags or "c" in flags or "l" in flags:
        return [("shell_remote_code" if "l" not in flags else "shell_send", Intent.EXFILTRATIVE)]
    hosts = [word for word in words[1:] if not word.startswith("-") and not word.isdigit()]
    within = bool(hosts) and all(host_inside(host, inside) for host in hosts)
    return [("shell_write", Intent.WRITE) if within else ("shell_send", Intent.EXFILTRATIVE)]


def cloud_copy(program: str, plain: Sequence[str], words: Sequence[str]) -> tuple[Intent, str] | None:
    """Return class and code when a cloud's command line moves objects in or out of its stores."""
    if program == "gsutil" or plain[:1] in (["s3"], ["storage"]):
        verb = next(
            (word for word in plain if word in {"cp", "mv", "sync", "rsync", "rb", "rm", "ls", "mb", "cat", "presign"}),
            None,
        )
    else:
        return None
    places = [word for word in words if _BUCKET.match(word)]
    match verb:
        case "rb" | "rm":
            return Intent.DESTRUCTIVE, "shell_destroy"
        case "ls":
            return Intent.READ, "shell_write"
        case "mb":
            return Intent.WRITE, "shell_write"
        case "presign":
            return Intent.EXFILTRATIVE, "shell_send"
        case "cp" | "mv" | "sync" | "rsync":
            return _objects(verb, places, words)
        case _:
            return None


def _objects(verb: str, places: Sequence[str], words: Sequence[str]) -> tuple[Intent, str]:
    """Objects that go up leave; so do all objects of a store, wherever they go. One that comes down is written."""
    if verb in {"sync", "rsync"} and "--delete" in words:
        return Intent.DESTRUCTIVE, "shell_destroy"
    down = bool(places) and words[-1] not in places and (list(words).index(places[0]) < len(words) - 1)
    last = [word for word in words if not word.startswith("-")][-1]
    bulk = verb in {"sync", "rsync"} or any(word in {"--recursive", "-r", "-R", "-m"} for word in words)
    if bulk or last in places:
        return Intent.EXFILTRATIVE, "shell_dump" if down else "shell_send"
    return Intent.WRITE, "shell_write"
