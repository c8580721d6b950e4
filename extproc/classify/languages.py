"""Arguments in a language: SQL, GraphQL, command lines, program text; found by their key and by what they look like."""

import re
from typing import Final

from extproc.classify import command_lines
from extproc.classify.codes import Mark
from extproc.classify.graphql import looks_like_graphql, read_graphql
from extproc.classify.names import read_name
from extproc.classify.program_text import read_program
from extproc.classify.schema import SURE_SELECTORS
from extproc.classify.shell import looks_like_shell, read_shell
from extproc.classify.sql import looks_like_sql, read_sql
from extproc.classify.stores import read_redis
from extproc.classify.subject import Subject
from extproc.classify.tokens import word_set
from extproc.model.intent import Intent

_SQL_KEYS: Final = word_set("sql statement statements stmt rawsql")
_QUERY_KEYS: Final = word_set(
    """
    query queries q expression expr document mutation graphql request text input body string cypher operation
    """
)
_SHELL_KEYS: Final = word_set("command commands cmd cmds shell bash cmdline args argv arguments exec powershell line")
_CODE_KEYS: Final = word_set(
    """
    code script javascript js python program source function snippet expression pagefunction
    """
)
_KEYS: Final = _SQL_KEYS | _QUERY_KEYS | _SHELL_KEYS | _CODE_KEYS
# Whatever a statement begins with; what begins with another word is in none of the languages that are looked for.
_FIRST: Final = re.compile(r"[\s(;]*+(?:([A-Za-z]+)|[{\"#/.-])")
_OPENING: Final = word_set(
    """
    query mutation subscription fragment optional match unwind select with insert update delete drop create alter
    rename truncate merge replace copy call exec execute grant revoke explain vacuum pragma show load begin commit
    rollback do unload export backup set describe desc attach declare lock use refresh kill shutdown values table
    handler flush optimize reindex
    """
)
_PROGRAM_WORDS: Final = word_set(
    """
    python py javascript js node typescript ruby php lua jupyter notebook ipython evaluate browser page repl code
    """
)
_SHELL_WORDS: Final = word_set(
    """
    shell bash sh terminal console command ssh powershell cmd zsh exec process container pod cli
    """
)
_SHELL_LANGUAGES: Final = frozenset({"bash", "sh", "shell", "zsh", "powershell", "cmd", "terminal"})
_CYPHER_WRITES: Final = re.compile(
    r"\b(?:create|merge|set|remove|detach\s+delete|delete|drop|load\s+csv|call\s+apoc\.(?:periodic|refactor|create))\b",
    re.IGNORECASE,
)
_CYPHER_STRINGS: Final = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`|//[^\n]*|/\*.*?\*/", re.DOTALL)
_CYPHER_DESTROYS: Final = re.compile(r"\b(?:delete|drop|remove)\b", re.IGNORECASE)
_CYPHER: Final = re.compile(r"\A\s*(?:optional\s+)?(?:match|unwind|merge|create)\s*\(", re.IGNORECASE)
# Kusto only reads, but for its management commands: `.drop table …`.
_MANAGEMENT: Final = re.compile(r"\A\s*\.[a-z][a-z-]+\s")
_OPERATION: Final = 128
_SEARCHED: Final = 65536


def speaks(words: tuple[str, ...]) -> bool:
    """Tell whether an argument of this name is in a language, whatever the tool."""
    return words[-1] in _KEYS or "sql" in words


def read_language(subject: Subject, words: tuple[str, ...], text: str, language: str | None) -> tuple[Mark, ...] | None:
    """Mark what a text in a language would do; None when it is in none, as far as the tool and the key say."""
    if subject.treats_as_text or not words or not text.strip():
        return None
    last = words[-1]
    if language is not None and (last in _CODE_KEYS or last in _SHELL_KEYS):
        return _named(language, text)
    if last in _SQL_KEYS or "sql" in words:
        return read_sql(text)
    if last in _SHELL_KEYS and subject.runs:
        return _command(subject, text)
    if last in _CODE_KEYS and subject.runs:
        return _program(subject, text)
    return _query(subject, text) if last in _QUERY_KEYS or subject.runs else None


def _named(language: str, text: str) -> tuple[Mark, ...]:
    name = language.lower()
    if name in _SHELL_LANGUAGES:
        return read_shell(text)
    return read_sql(text) if "sql" in name else read_program(text)


def _query(subject: Subject, text: str) -> tuple[Mark, ...] | None:
    first = _FIRST.match(text, 0, _SEARCHED)
    if first is None or (first[1] is not None and first[1].lower() not in _OPENING):
        return None
    head = text[:_SEARCHED]
    if looks_like_graphql(head):
        return read_graphql(text)
    if looks_like_sql(head):
        return read_sql(text)
    if _MANAGEMENT.match(head) is not None:
        return _single(text.strip().lstrip(".").split()[0], subject)
    if _CYPHER.match(head) is not None and not head.lstrip().lower().startswith("create table"):
        return read_cypher(text)
    return None


def unreadable(subject: Subject, words: tuple[str, ...], text: str) -> bool:
    """Tell whether an argument that could not be read is the one that decides what the tool does."""
    if "_".join(words) in SURE_SELECTORS and read_name(text[:_OPERATION]).code is not None:
        # It names the operation, which is read with the object that it stands in.
        return False
    return subject.decides and bool(words) and words[-1] in _QUERY_KEYS and words[-1] not in {"text", "body"}


def read_cypher(text: str) -> tuple[Mark, ...]:
    """Mark what a Cypher statement would do, by its clauses outside of strings."""
    plain = _CYPHER_STRINGS.sub("''", text[:16384])
    if _CYPHER_DESTROYS.search(plain) is not None:
        return (("sql_destroy", Intent.DESTRUCTIVE),)
    return (("sql_write", Intent.WRITE),) if _CYPHER_WRITES.search(plain) is not None else ()


def _command(subject: Subject, text: str) -> tuple[Mark, ...]:
    if "redis" in subject.words or "valkey" in subject.words:
        return read_redis(text)
    head = text[:_SEARCHED]
    if looks_like_sql(head) and not looks_like_shell(head):
        return read_sql(text)
    program = _own_program(subject)
    if program is not None and text.split(maxsplit=1)[0].rpartition("/")[2] != program:
        return read_shell(f"{program} {text}", subject.inside)
    if not subject.name.executor and " " not in text.strip():
        return _single(text, subject)
    return read_shell(text, subject.inside)


def _single(text: str, subject: Subject) -> tuple[Mark, ...]:
    """Mark a single word, which for a tool that runs no shell is an operation, or a program."""
    if looks_like_shell(text):
        return read_shell(text, subject.inside)
    reading = read_name(text)
    if reading.code is None or reading.generic:
        return (("operation_unknown", Intent.WRITE),)
    return () if reading.intent is Intent.READ else (("operation", reading.intent),)


def _own_program(subject: Subject) -> str | None:
    """Return the program whose command line a tool takes, when the tool is called by it (`kubectl`, `git_command`)."""
    for word in subject.words:
        name = command_lines.CLI_ALIASES.get(word, word)
        if name in command_lines.CLI or word in command_lines.VERBAL:
            return word
    return None


def _program(subject: Subject, text: str) -> tuple[Mark, ...]:
    head = text[:_SEARCHED]
    if any(word in _PROGRAM_WORDS for word in subject.words):
        return read_program(text)
    if looks_like_sql(head):
        return read_sql(text)
    if text.startswith("#!") or any(word in _SHELL_WORDS for word in subject.words) or looks_like_shell(head):
        return read_shell(text, subject.inside)
    return read_program(text)
