"""Programs of the shell whose flags and arguments decide what running them does."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from extproc.classify import command_lines, programs, transfers
from extproc.classify.codes import Mark
from extproc.classify.command import READS, Command, CommandReading, marked, quoted, rehearses, tabled
from extproc.classify.paths import is_system
from extproc.classify.program_text import read_program
from extproc.classify.sql import read_sql
from extproc.classify.stores import read_redis
from extproc.classify.tokens import word_set
from extproc.model.intent import Intent

_SQL_CLIENTS: Final = word_set(
    """
    psql mysql mariadb sqlite3 sqlcmd duckdb clickhouse-client cockroach snowsql bq mycli pgcli isql sqlplus trino
    """
)
_SQL_FLAGS: Final = word_set("-c -e -q -Q -query --command --execute --query --sql -B")
_CODE_FLAGS: Final = word_set("-c -e -E -r -p --eval -Command --exec")
_INNER_FLAGS: Final = frozenset(
    {"-c", "-lc", "-ic", "-ec", "-xc", "-Command", "-command", "/c", "/C", "-EncodedCommand"}
)
_FIND_RUNS: Final = frozenset({"-exec", "-execdir", "-ok", "-okdir"})
_DANGEROUS_MODES: Final = re.compile(r"\A(?:0?777|a\+rwx|o\+w|\+s|u\+s|[2467]\d{3})\Z")
_VERSION_FLAGS: Final = (("--version",), ("-V",), ("-v",))
_CLUSTER: Final = re.compile(r"-\w")
_IN_PLACE: Final = re.compile(r"-[a-zA-Z]*i")
_PRINTS: Final = re.compile(r'print[^}]*>\s*"')
_SHOWS: Final = re.compile(r"\.(?:tables|schema|indexes|databases)|\\[dlz]")
# They run a program of their own for what is packed or unpacked.
_TAR_RUNS: Final = (
    "--to-command",
    "--checkpoint-action",
    "-I",
    "--use-compress-program",
    "--info-script",
    "--rsh-command",
)
_LONG_LABEL: Final = 40


def _env(_words: Sequence[str], _command: Command, _inside: frozenset[str]) -> CommandReading:
    return marked(Intent.EXFILTRATIVE, "shell_secret")


def _printenv(words: Sequence[str], _command: Command, _inside: frozenset[str]) -> CommandReading:
    harmless = len(words) > 1 and all(word in {"PATH", "HOME", "PWD", "USER", "SHELL", "LANG"} for word in words[1:])
    return READS if harmless else marked(Intent.EXFILTRATIVE, "shell_secret")


def _find(words: Sequence[str], _command: Command, _inside: frozenset[str]) -> CommandReading:
    if "-delete" in words:
        return marked(Intent.DESTRUCTIVE)
    runs = [at for at, word in enumerate(words) if word in _FIND_RUNS]
    inner = [quoted([word for word in words[at + 1 :] if word not in {";", "+", "\\;", "{}"}]) for at in runs]
    writes = any(word in {"-fprint", "-fls", "-fprintf"} for word in words)
    return CommandReading(marks=marked(Intent.WRITE).marks if writes else (), inner=tuple(inner))


def _sed(words: Sequence[str], _command: Command, _inside: frozenset[str]) -> CommandReading:
    in_place = any(word.startswith("--in-place") or _IN_PLACE.match(word) for word in words[1:])
    return marked(Intent.WRITE if in_place else Intent.READ)


def _awk(words: Sequence[str], _command: Command, _inside: frozenset[str]) -> CommandReading:
    runs = any("system(" in word or "|" in word or _PRINTS.search(word) for word in words[1:])
    return marked(Intent.WRITE if runs else Intent.READ)


def _shell(words: Sequence[str], _command: Command, _inside: frozenset[str]) -> CommandReading:
    for at, word in enumerate(words[1:-1], 1):
        if word in _INNER_FLAGS:
            return CommandReading(inner=(words[at + 1],))
    return CommandReading(marks=marked(Intent.WRITE, "shell_unknown").marks if len(words) > 1 else ())


def _interpreter(words: Sequence[str], _command: Command, _inside: frozenset[str]) -> CommandReading:
    if tuple(words[1:]) in _VERSION_FLAGS:
        return READS
    for at, word in enumerate(words[1:-1], 1):
        if word in _CODE_FLAGS:
            return CommandReading(marks=read_program(words[at + 1]))
    return marked(Intent.WRITE, "shell_unknown")


def _sql_client(words: Sequence[str], _command: Command, _inside: frozenset[str]) -> CommandReading:
    marks: list[Mark] = []
    given = [words[at + 1] for at, word in enumerate(words[:-1]) if word in _SQL_FLAGS]
    given += [word.partition("=")[2] for word in words if word.startswith(("--command=", "--execute=", "--query="))]
    if words[0].endswith(("sqlite3", "duckdb")):
        given += [word for word in words[2:] if not word.startswith("-")]
    for statement in given:
        if statement.startswith((".dump", "\\copy")):
            marks.append(("shell_dump", Intent.EXFILTRATIVE))
        elif not _SHOWS.match(statement):
            marks += read_sql(statement)
    return CommandReading(marks=tuple(marks) if given else (("shell_unknown", Intent.WRITE),))


def _redis(words: Sequence[str], _command: Command, _inside: frozenset[str]) -> CommandReading:
    rest = [
        word
        for at, word in enumerate(words[1:], 1)
        if not word.startswith("-") and words[at - 1] not in {"-h", "-p", "-a", "-n", "-u"}
    ]
    return CommandReading(marks=read_redis(" ".join(rest)) if rest else (("shell_unknown", Intent.WRITE),))


def _ssh(words: Sequence[str], _command: Command, _inside: frozenset[str]) -> CommandReading:
    takes = {"-p", "-i", "-l", "-o", "-F", "-L", "-R", "-D", "-J", "-b", "-c", "-E", "-m", "-S", "-W"}
    rest, at = list(words[1:]), 0
    while at < len(rest) and rest[at].startswith("-"):
        at += 2 if rest[at] in takes else 1
    behind = rest[at + 1 :]
    return CommandReading(inner=(" ".join(behind),)) if behind else marked(Intent.WRITE)


def _permissions(words: Sequence[str], _command: Command, _inside: frozenset[str]) -> CommandReading:
    wide = any(_DANGEROUS_MODES.match(word) for word in words[1:]) and any(
        word in {"-R", "--recursive"} for word in words
    )
    reaches = any(is_system(word) or word == "/" for word in words[2:])
    return marked(Intent.DESTRUCTIVE if wide or reaches else Intent.WRITE)


def _resolver(words: Sequence[str], command: Command, _inside: frozenset[str]) -> CommandReading:
    """Mark a name that is built from what another command printed: that is carried out by DNS."""
    long_label = any(len(label) > _LONG_LABEL for word in words[1:] for label in word.split("."))
    substituted = "$(" in command.text or "`" in command.text
    return marked(Intent.EXFILTRATIVE) if substituted or long_label else READS


def _git(words: Sequence[str], _command: Command, _inside: frozenset[str]) -> CommandReading:
    rest, at = list(words[1:]), 0
    while at < len(rest) and rest[at] in {"-C", "-c", "--git-dir", "--work-tree"}:
        at += 2
    plain = rest[at:]
    if plain and plain[0] in {"branch", "tag", "remote", "stash"} and len(plain) == 1:
        return marked(Intent.WRITE if plain[0] == "stash" else Intent.READ)
    return READS if rehearses("git", tuple(plain)) else tabled(command_lines.CLI["git"], tuple(plain))


def _transfer(words: Sequence[str], command: Command, inside: frozenset[str]) -> CommandReading:
    return CommandReading(marks=tuple(transfers.read_transfer(tuple(words), inside, substituted=command.substitutes)))


def _dd(words: Sequence[str], _command: Command, _inside: frozenset[str]) -> CommandReading:
    writes = any(word.startswith("of=") and word != "of=/dev/null" for word in words)
    return marked(Intent.DESTRUCTIVE if writes else Intent.READ)


def _set(words: Sequence[str], _command: Command, _inside: frozenset[str]) -> CommandReading:
    return READS if len(words) > 1 else marked(Intent.EXFILTRATIVE, "shell_secret")


def _tar(words: Sequence[str], _command: Command, _inside: frozenset[str]) -> CommandReading:
    if any(word.startswith(_TAR_RUNS) for word in words[1:]):
        return marked(Intent.DESTRUCTIVE)
    clusters = [word.lstrip("-") for at, word in enumerate(words[1:]) if at == 0 or _CLUSTER.match(word)]
    letters = {letter for each in clusters if not each.startswith("-") for letter in each.partition("f")[0]}
    lists = "t" in letters or "--list" in words
    return marked(Intent.READ if lists and not letters & set("cxruA") else Intent.WRITE)


_Special = Callable[[tuple[str, ...], Command, frozenset[str]], CommandReading]
SPECIAL: Final[dict[str, _Special]] = {
    "env": _env,
    "printenv": _printenv,
    "set": _set,
    "find": _find,
    "sed": _sed,
    **dict.fromkeys(("awk", "gawk", "mawk"), _awk),
    **dict.fromkeys(programs.INTERPRETERS, _interpreter),
    **dict.fromkeys(programs.SHELLS, _shell),
    **dict.fromkeys(_SQL_CLIENTS - {"bq"}, _sql_client),
    "redis-cli": _redis,
    "ssh": _ssh,
    **dict.fromkeys(("chmod", "chown", "chgrp"), _permissions),
    **dict.fromkeys(programs.RESOLVERS, _resolver),
    "git": _git,
    "dd": _dd,
    **dict.fromkeys(("tar", "bsdtar", "gtar"), _tar),
    **dict.fromkeys(transfers.PROGRAMS, _transfer),
}
