"""What one command of a shell would do: its program, subcommands, flags, files and hosts."""

import re
from collections.abc import Sequence
from typing import Final

from extproc.classify import command_lines, programs, transfers
from extproc.classify.codes import Mark
from extproc.classify.command import READS, UNKNOWN, Command, CommandReading, marked, quoted, rehearses, tabled
from extproc.classify.names import read_name
from extproc.classify.paths import is_secret, is_system
from extproc.classify.powershell import read_cmdlet
from extproc.classify.special_commands import SPECIAL
from extproc.model.intent import Intent

_TOKENS: Final = re.compile(
    r"(?:access|print|get)[-_](?:identity_)?(?:access_)?token|versions_access|secret_show|auth_token"
    r"|export-credentials|configure_get"
)
_ASSIGNS: Final = re.compile(r"\A[A-Za-z_]\w*=")


def read_command(command: Command, inside: frozenset[str]) -> CommandReading:
    """Mark what one command does and return the command lines that it runs in turn."""
    words = _unassigned(command.words)
    if not words:
        return READS
    program = _base(words[0])
    if program.startswith(("$", "`")):
        return marked(Intent.WRITE, "shell_unknown")
    if program in programs.WRAPPERS and (program != "env" or _wraps(words)):
        return CommandReading(inner=_wrapped(program, words[1:]))
    special = SPECIAL.get(program)
    if special is not None:
        reading = special(words, command, inside)
    else:
        reading = read_cmdlet(program, command.text) or _general(program, words)
    return CommandReading(marks=(*reading.marks, *_files(program, words)), inner=reading.inner)


def _unassigned(words: tuple[str, ...]) -> tuple[str, ...]:
    while words and _ASSIGNS.match(words[0]) is not None:
        words = words[1:]
    return words


def _base(word: str) -> str:
    name = word.replace("\\", "/").rpartition("/")[2]
    return name.lower().removesuffix(".exe")


def _wraps(words: Sequence[str]) -> bool:
    return any(not word.startswith("-") and "=" not in word for word in words[1:])


def _wrapped(program: str, words: Sequence[str]) -> tuple[str, ...]:
    """Return the command line behind a wrapper, its own flags left out."""
    rest, takes = list(words), programs.WRAPPERS[program]
    if program in {"command", "exec"} and rest[:1] in (["-v"], ["-V"]):
        return ()
    while rest and (rest[0].startswith("-") or (program == "env" and "=" in rest[0])):
        flag = rest.pop(0)
        if flag in takes and rest:
            skipped = rest.pop(0)
            if flag == "-S":
                rest.insert(0, skipped)
    if program in programs.SKIPS_ONE and rest:
        rest = rest[1:]
    if not rest:
        return ()
    return (" ".join(rest),) if program in {"eval", "watch", "script"} else (quoted(rest),)


def _general(program: str, words: tuple[str, ...]) -> CommandReading:
    table = command_lines.CLI.get(command_lines.CLI_ALIASES.get(program, program))
    if table is not None:
        return READS if rehearses(program, words[1:]) else tabled(table, words[1:])
    if program in command_lines.VERBAL:
        if rehearses(program, words[1:]):
            return READS
        return _verbal(program, words[1:])
    if program in programs.DUMPS:
        return marked(Intent.EXFILTRATIVE, "shell_dump")
    if program in programs.SECRETS:
        return marked(Intent.EXFILTRATIVE, "shell_secret")
    intent = programs.PROGRAMS.get(program)
    if intent is None:
        # `--version` and `--help` of whatever it is.
        asks = len(words[1:]) == 1 and words[1] in {"--version", "--help", "-h", "-V", "version", "help"}
        return READS if asks else UNKNOWN
    return marked(intent)


def _verbal(program: str, words: Sequence[str]) -> CommandReading:
    """Read subcommands in clear words (`ec2 terminate-instances`, `secrets versions access`)."""
    plain = [word for word in words if not word.startswith("-")][:4]
    cloud = transfers.cloud_copy(program, plain, words)
    if cloud is not None:
        return marked(*cloud)
    joined = "_".join(plain)
    if _TOKENS.search(joined) is not None:
        return marked(Intent.EXFILTRATIVE, "shell_secret")
    # The first word names a group of things, though it may read like a verb: `compute instances delete`.
    grouped = plain[1:] + plain[:1] if program in command_lines.GROUPED else plain
    readings = [read_name(word) for word in grouped if word]
    found = next(
        (reading for reading in readings if reading.code is not None and reading.sure and not reading.generic), None
    )
    if found is None:
        return UNKNOWN
    code = "shell_secret" if found.intent is Intent.EXFILTRATIVE else None
    return marked(found.intent, code)


def _files(program: str, words: Sequence[str]) -> tuple[Mark, ...]:
    """Mark secret files whose content is shown or copied, and system places that are written."""
    marks: list[Mark] = []
    if program in programs.SHOWS_FILES:
        paths = [
            word.lstrip("@").partition("=@")[2] or word.lstrip("@") for word in words[1:] if not word.startswith("-")
        ]
        if program == "echo":
            paths = []
        if any(is_secret(path) for path in paths):
            marks.append(("shell_secret", Intent.EXFILTRATIVE))
    if program in {"cp", "mv", "tee", "install", "ln"} and len(words) > 1 and is_system(words[-1]):
        marks.append(("shell_destroy", Intent.DESTRUCTIVE))
    return tuple(marks)
