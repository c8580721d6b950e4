"""What a shell command line would do, by its syntax tree: every command in pipes, lists, loops and substitutions."""

import base64
import binascii
import re
from typing import Final

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

from extproc.classify import programs
from extproc.classify.codes import Mark
from extproc.classify.command import Command
from extproc.classify.commands import read_command
from extproc.classify.paths import is_secret, is_system
from extproc.classify.tokens import word_set
from extproc.model.intent import Intent

_LONGEST: Final = 8192
_COMMANDS: Final = 200
_NESTING: Final = 4
# A parse costs the square of the number of parts.
_SEPARATORS: Final = "|;&\n"
_PARTS: Final = 300
_PARSER: Final = Parser(Language(tree_sitter_bash.language()))

_BASE64: Final = re.compile(r"\b[A-Za-z0-9+/]{12,}={0,2}(?![A-Za-z0-9+/=])")
_ESCAPED: Final = re.compile(r"\\(.)")
_NAMES: Final = re.compile(r"[\w-]+")
_HARMLESS_TARGETS: Final = frozenset({"/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty", "nul", "$null"})
_WORDS: Final = word_set(
    """
    word raw_string string concatenation number ansi_c_string translated_string simple_expansion expansion
    """
)
_LOOKS: Final = re.compile(r"\A\s*(?:[A-Z_]+=\S*\s+)*[\w./~-]+(?:\s|\Z)")


def looks_like_shell(text: str) -> bool:
    """Tell whether a text begins with a program that is known."""
    found = _LOOKS.match(text[:512])
    return found is not None and text.split(maxsplit=1)[0].rpartition("/")[2] in programs.PROGRAMS


def read_shell(line: str, inside: frozenset[str] = frozenset(), depth: int = 0) -> tuple[Mark, ...]:
    """Mark what a command line would do; no mark at all means that it only reads."""
    if len(line) > _LONGEST or depth > _NESTING or sum(map(line.count, _SEPARATORS)) > _PARTS:
        return (("shell_too_large", Intent.WRITE),)
    root = _PARSER.parse(line.encode("utf-8", "replace")).root_node
    marks: list[Mark] = [("shell_opaque", Intent.WRITE)] if root.has_error else []
    commands, redirects, pipelines = _collected(root)
    if len(commands) > _COMMANDS:
        return (*marks, ("shell_too_large", Intent.WRITE))
    for node in commands:
        marks += _of_command(_command(node), inside, depth)
    for node in redirects:
        marks += _of_redirect(node)
    for node in pipelines:
        marks += _of_pipeline(node, inside, depth)
    return tuple(dict.fromkeys(marks))


def _collected(root: Node) -> tuple[list[Node], list[Node], list[Node]]:
    commands: list[Node] = []
    redirects: list[Node] = []
    pipelines: list[Node] = []
    stack = [root]
    while stack:
        node = stack.pop()
        match node.type:
            case "command" | "declaration_command" | "unset_command":
                commands.append(node)
            case "file_redirect" | "herestring_redirect":
                redirects.append(node)
            case "pipeline" | "redirected_statement":
                pipelines.append(node)
            case _:
                pass
        stack.extend(node.named_children)
    return commands, redirects, pipelines


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def _word(node: Node) -> str:
    """Return a word as the program gets it: quotes and escapes away, expansions as written."""
    match node.type:
        case "raw_string":
            return _text(node)[1:-1]
        case "ansi_c_string":
            return _text(node)[2:-1].encode("utf-8").decode("unicode_escape", "replace")
        case "string" | "translated_string":
            return _text(node).strip('$"').replace('\\"', '"')
        case "concatenation":
            return "".join(_word(child) for child in node.children)
        case "command_name":
            return "".join(_word(child) for child in node.children) or _text(node)
        case "word":
            text = _text(node)
            return _ESCAPED.sub(r"\1", text) if "\\" in text else text
        case _:
            return _text(node)


def _command(node: Node) -> Command:
    if node.type != "command":
        # `declare`, `export` and `unset` name themselves by their first token.
        return Command(
            words=(_text(node.children[0]), *(_word(child) for child in node.named_children)), text=_text(node)
        )
    words = tuple(
        _word(child)
        for child in node.children
        if child.type == "command_name"
        or child.type in _WORDS
        or child.type in {"command_substitution", "process_substitution"}
    )
    return Command(words=words, text=_text(node), substitutes=any(_substitutes(child) for child in node.named_children))


def _substitutes(node: Node) -> bool:
    return node.type in {"command_substitution", "simple_expansion", "expansion"} or any(
        _substitutes(child) for child in node.named_children
    )


def _of_command(command: Command, inside: frozenset[str], depth: int) -> list[Mark]:
    reading = read_command(command, inside)
    marks = list(reading.marks)
    if command.words and command.words[0].startswith(("$(", "`")):
        # What another command prints is run.
        decoders = programs.DECODERS | programs.DOWNLOADERS | {"printf"}
        if any(word in decoders for word in _NAMES.findall(command.words[0])):
            marks.append(("shell_remote_code", Intent.DESTRUCTIVE))
        marks += [mark for decoded in _decoded(command.words[0]) for mark in read_shell(decoded, inside, depth + 1)]
    for inner in reading.inner:
        marks += read_shell(inner, inside, depth + 1)
    return marks


def _of_redirect(node: Node) -> list[Mark]:
    operator = next(
        (
            _text(child)
            for child in node.children
            if child.type in {">", ">>", "<", "&>", "&>>", ">|", ">&", "<<<", "<>"}
        ),
        "<",
    )
    target = node.child_by_field_name("destination")
    path = _word(target) if target is not None else ""
    if operator in {"<", "<<<"}:
        return [("shell_secret", Intent.EXFILTRATIVE)] if operator == "<" and is_secret(path) else []
    if path in _HARMLESS_TARGETS or path.isdigit() or path == "-":
        return []
    if path.startswith(("/dev/tcp/", "/dev/udp/")):
        return [("shell_send", Intent.EXFILTRATIVE)]
    if is_system(path) or is_secret(path):
        return [("shell_destroy", Intent.DESTRUCTIVE)]
    statement = node.parent
    # `> file` alone does nothing but empty the file.
    empties = operator in {">", ">|"} and (statement is None or statement.child_by_field_name("body") is None)
    return [("shell_destroy", Intent.DESTRUCTIVE) if empties else ("shell_write", Intent.WRITE)]


def _of_pipeline(node: Node, inside: frozenset[str], depth: int) -> list[Mark]:
    """Mark what only a whole pipeline shows: code that is fetched or decoded and run, and what is decoded."""
    text = _text(node)
    commands, _, _ = _collected(node)
    names = [_program(_command(each)) for each in sorted(commands, key=lambda each: each.start_byte)]
    feeds_shell = any(name in programs.SHELLS or name in programs.INTERPRETERS for name in names[1:]) or (
        bool(names) and names[0] in programs.SHELLS and "<" in text
    )
    if not feeds_shell:
        return []
    marks: list[Mark] = []
    if any(name in programs.DOWNLOADERS or name in programs.DECODERS for name in names):
        marks.append(("shell_remote_code", Intent.DESTRUCTIVE))
    for decoded in _decoded(text):
        marks += read_shell(decoded, inside, depth + 1)
    for script in _scripts(node):
        marks += read_shell(script, inside, depth + 1)
    return marks


def _program(command: Command) -> str:
    """Return the program that runs behind wrappers such as `sudo`."""
    for word in command.words:
        name = word.rpartition("/")[2]
        if name not in programs.WRAPPERS and not name.startswith("-") and "=" not in name:
            return name
    return ""


def _decoded(text: str) -> list[str]:
    found = []
    for match in _BASE64.finditer(text):
        try:
            decoded = base64.b64decode(match.group() + "=" * (-len(match.group()) % 4), validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            continue
        if "\x00" not in decoded:
            found.append(decoded)
    return found


def _scripts(node: Node) -> list[str]:
    """Return texts that are piped into a shell: here-documents and what `echo` prints."""
    texts = []
    stack = [node]
    while stack:
        each = stack.pop()
        if each.type == "heredoc_body":
            texts.append(_text(each))
        elif each.type == "command" and _program(_command(each)) in {"echo", "printf"}:
            texts.append(" ".join(word for word in _command(each).words[1:] if not word.startswith("-")))
        stack.extend(each.named_children)
    return texts
