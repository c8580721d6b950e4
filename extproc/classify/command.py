"""One command of a shell as it is read, what reading it found, and tables of subcommands."""

import re
from collections.abc import Sequence
from typing import Final

from extproc.classify.codes import Mark
from extproc.model.intent import Intent
from extproc.model.value import value


@value
class Command:
    """One command: its words, and whether any of them is substituted."""

    words: tuple[str, ...]
    text: str
    substitutes: bool = False


@value
class CommandReading:
    """What a command does by itself, and command lines that it runs."""

    marks: tuple[Mark, ...] = ()
    inner: tuple[str, ...] = ()


READS: Final = CommandReading()
UNKNOWN: Final = CommandReading(marks=(("shell_unknown", Intent.WRITE),))
_SHOWS_ONLY: Final = re.compile(r"--dry-run\Z|-[a-zA-Z]*n[a-zA-Z]*\Z")
_PLAIN: Final = re.compile(r"[\w@%+=:,./~{}$*?-]+")
_CODES: Final = {
    Intent.WRITE: "shell_write",
    Intent.DESTRUCTIVE: "shell_destroy",
    Intent.EXFILTRATIVE: "shell_send",
}


def marked(intent: Intent, code: str | None = None) -> CommandReading:
    return READS if intent is Intent.READ else CommandReading(marks=((code or _CODES[intent], intent),))


def quoted(words: Sequence[str]) -> str:
    return " ".join(word if _PLAIN.fullmatch(word) else "'" + word.replace("'", "'\\''") + "'" for word in words)


def rehearses(program: str, words: Sequence[str]) -> bool:
    """Tell whether a command only shows what it would do. `-n` says so for `git clean` alone."""
    if program == "git" and words[:1] == ("clean",):
        return any(_SHOWS_ONLY.match(word) for word in words[1:])
    return any(word in {"--dry-run", "--dry-run=client", "--dry-run=server"} for word in words)


def tabled(table: tuple[tuple[str, Intent], ...], words: Sequence[str]) -> CommandReading:
    inner: tuple[str, ...] = ()
    if (words and words[0] in {"exec", "run"}) or tuple(words[:2]) in (("compose", "exec"), ("compose", "run")):
        inner = _behind_exec(words)
    present = {
        word.partition("=")[0] if word.startswith("--") and "=" in word and "replicas" not in word else word
        for word in words
    }
    if any(word.startswith("+") for word in words[1:]) and words[0] == "push":
        return marked(Intent.DESTRUCTIVE)
    for phrase, intent in table:
        parts = phrase.split()
        # The first part is the subcommand: among the words that are no flags, it stands early.
        if all(part in present for part in parts) and (
            not parts or parts[0].startswith("-") or parts[0] in _early(words)
        ):
            code = "shell_secret" if intent is Intent.EXFILTRATIVE else None
            return CommandReading(marks=marked(intent, code).marks, inner=inner)
    return UNKNOWN


def _early(words: Sequence[str]) -> list[str]:
    return [word for word in words if not word.startswith("-")][:3]


def _behind_exec(words: Sequence[str]) -> tuple[str, ...]:
    if "--" in words:
        return (quoted(words[words.index("--") + 1 :]),)
    plain = [word for word in words[1:] if not word.startswith("-")]
    return (quoted(plain[1:]),) if len(plain) > 1 else ()
