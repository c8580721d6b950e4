"""`extproc policy explain` and `diff`: why a message is decided so, and what a new policy would change."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from extproc.clock import SystemClock
from extproc.config.faults import ConfigError
from extproc.config.policy_file import load_policies
from extproc.detection import installed
from extproc.mcp.jsonrpc import parse_document
from extproc.mcp.limits import FILE_LIMITS
from extproc.model.message import JsonObject, JsonValue
from extproc.model.rejection import Rejection
from extproc.policy.rules import Policy
from extproc.redact.apply import dump
from extproc.rehearsal.compare import Comparison, Group, compare
from extproc.rehearsal.explain import explain
from extproc.rehearsal.lines import LineError
from extproc.rehearsal.replay import Replay


def given(*, principal: str | None, server: str | None, namespace: str | None, at: str | None) -> JsonObject:
    """Return the options as members of a line; a principal in braces is JSON."""
    who: JsonValue = principal
    if principal is not None and principal.lstrip().startswith("{"):
        read = parse_document(principal.encode(), FILE_LIMITS)
        who = [] if isinstance(read, Rejection) else read  # a list is no principal, and is told so
    members: JsonObject = {"principal": who, "server": server, "namespace": namespace, "at": at}
    return {name: value for name, value in members.items() if value is not None}


def explained(paths: Sequence[Path], given: JsonObject) -> int:
    """Explain the last line of standard input; those before it are judged first, and make known what they do.

    What `given` has is put over the members of the line; a line that does not say when it was is judged as of now.
    """
    policy = _load(paths)
    if policy is None:
        return 1
    lines = list(_lines(sys.stdin.buffer))
    if not lines:
        print("no message on standard input", file=sys.stderr)
        return 1
    replay, judged, now = Replay(policy, installed().detection, assume=True), None, SystemClock().now()
    for number, line in lines:
        if line is None:
            print(f"line {number} is no JSON object, or no strict one", file=sys.stderr)
            return 1
        try:
            judged = replay.judge({"at": now, **_as_line(line), **given})
        except LineError as error:
            print(f"line {number}: {error}", file=sys.stderr)
            return 1
    if isinstance(judged, Rejection):
        print(f"outcome: deny, before any rule is asked: {judged.message} (strict:{judged.reason})")
    elif judged is not None:
        print(*explain(judged), sep="\n")
    return 0


def differing(old: Path, new: Path, messages: Path, *, allow_looser: bool, as_json: bool) -> int:
    """Compare two policies; return 1 when the new one loosens, and 2 when something cannot be read."""
    before, after = _load([old]), _load([new])
    if before is None or after is None:
        return 2
    try:
        with messages.open("rb") as source:
            lines = ((number, _as_line(line) if line else None) for number, line in _lines(source))
            found = compare(before, after, lines, installed().detection)
    except OSError as error:
        print(f"{messages} cannot be read: {error.strerror}", file=sys.stderr)
        return 2
    if as_json:
        print(dump(_document(found)).decode())
    else:
        print(*_told(found), sep="\n")
    if found.unread:
        numbers = ", ".join(map(str, found.unread[:10]))
        print(f"{len(found.unread)} lines are no messages, the first in {messages}: {numbers}", file=sys.stderr)
        return 2
    return 1 if found.looser and not allow_looser else 0


def _load(paths: Sequence[Path]) -> Policy | None:
    try:
        return load_policies(paths, installed())
    except ConfigError as error:
        print(error, file=sys.stderr)
        return None


def _lines(source: Iterable[bytes]) -> Iterator[tuple[int, JsonObject | None]]:
    """Read a line at a time; text that is one document over many lines is one."""
    data = list(source)
    whole = parse_document(b"".join(data).strip(), FILE_LIMITS)
    if isinstance(whole, dict):
        yield 1, whole
        return
    for number, line in enumerate(data, 1):
        if line.strip():
            document = parse_document(line.strip(), FILE_LIMITS)
            yield number, document if isinstance(document, dict) else None


def _as_line(document: JsonObject) -> JsonObject:
    """Take a bare message as one that a client sends, or a response as one that a server sends."""
    if "jsonrpc" not in document:
        return document
    direction = "client_to_server" if "method" in document else "server_to_client"
    return {"direction": direction, "message": document}


def _told(found: Comparison) -> Iterator[str]:
    groups = sorted(found.groups.values(), key=lambda group: (not group.looser, -group.count))
    for group in groups:
        yield f"{group.count} x {'LOOSER  ' if group.looser else ''}{group.old}  ->  {group.new}"
        for difference in group.differences:
            yield f"      {difference}"
        yield f"      {', '.join(_example(number, identifier) for number, identifier in group.examples)}"
    changed = sum(group.count for group in groups)
    yield f"{changed} of {found.messages} messages are decided otherwise"


def _example(number: int, identifier: JsonValue) -> str:
    return f"line {number}" + (f" ({identifier})" if isinstance(identifier, str | int) else "")


def _document(found: Comparison) -> JsonObject:
    groups: list[JsonValue] = [_group(group) for group in found.groups.values()]
    unread: list[JsonValue] = [*found.unread]
    return {"messages": found.messages, "looser": found.looser, "groups": groups, "unread": unread}


def _group(group: Group) -> JsonObject:
    differences: list[JsonValue] = [*group.differences]
    examples: list[JsonValue] = [{"line": number, "id": identifier} for number, identifier in group.examples]
    return {
        "count": group.count,
        "looser": group.looser,
        "old": {"outcome": group.old.outcome, "determining": [*group.old.rules]},
        "new": {"outcome": group.new.outcome, "determining": [*group.new.rules]},
        "differences": differences,
        "examples": examples,
    }
