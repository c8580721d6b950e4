"""`extproc policy test` and `lint`: whether a policy does what its author expects, and what cannot be meant."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from extproc.config.faults import ConfigError, Fault
from extproc.config.policy_file import PolicyFile, failures, joined, read_policies
from extproc.detection import installed
from extproc.mcp.jsonrpc import parse_document
from extproc.mcp.limits import FILE_LIMITS
from extproc.model.message import JsonObject, JsonValue
from extproc.redact.apply import dump
from extproc.rehearsal.findings import Finding, Severity
from extproc.rehearsal.lint import Inventory, lint


def test(paths: Sequence[Path], *, as_json: bool) -> int:
    """Run the tests of each file above the floor; return 1 when any fails, or a file cannot be loaded."""
    files = _read(paths)
    if files is None:
        return 1
    detection = installed().detection
    failed = {file.source.file: failures(file, files, detection) for file in files}
    for file in files:
        _tell_tests(file, failed[file.source.file], as_json=as_json)
    count, bad = sum(len(file.cases) for file in files), sum(map(_tests_of, failed.values()))
    if not as_json:
        print(f"{count} {_plural('test', count)}, {count - bad} passed, {bad} failed")
    return 1 if bad else 0


def check(paths: Sequence[Path], inventory: Path | None, *, strict: bool, as_json: bool) -> int:
    """Lint; return 1 when there is an error or a warning, with `strict` also when there is a note."""
    files = _read(paths)
    if files is None:
        return 1
    try:
        offered = _inventory(inventory) if inventory is not None else None
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 1
    found = [*lint(joined(files), offered), *_untested(files)]
    for finding in found:
        _tell(finding, as_json=as_json)
    if not as_json:
        counts = (f"{number} {_plural(kind, number)}" for kind in Severity if (number := _count(found, kind)))
        print(", ".join(counts) or "nothing found")
    return 1 if any(strict or finding.severity is not Severity.NOTE for finding in found) else 0


def _read(paths: Sequence[Path]) -> tuple[PolicyFile, ...] | None:
    try:
        files = read_policies(paths, installed())
        joined(files)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return None
    return files


def _tell_tests(file: PolicyFile, faults: Sequence[Fault], *, as_json: bool) -> None:
    failed = {fault.where for fault in faults}
    for index, case in enumerate(file.cases):
        told = [fault for fault in faults if fault.where == f"tests.{index}"]
        if as_json:
            reasons: list[JsonValue] = [fault.message for fault in told]
            line: JsonObject = {"file": file.source.file, "test": case.name, "passed": not told, "faults": reasons}
            print(dump(line).decode())
        elif f"tests.{index}" in failed:
            print(*told, sep="\n")


def _tests_of(faults: Sequence[Fault]) -> int:
    return len({fault.where for fault in faults})


def _untested(files: Iterable[PolicyFile]) -> Iterator[Finding]:
    for file in files:
        if not file.cases:
            yield Finding(
                code="no-tests",
                severity=Severity.WARNING,
                place=f"{file.source.file}:1:1",
                rule=None,
                message="the file has no tests: nothing says what it is meant to do",
            )


def _tell(finding: Finding, *, as_json: bool) -> None:
    if as_json:
        line: JsonObject = {
            "code": finding.code,
            "severity": finding.severity.value,
            "place": finding.place,
            "rule": finding.rule,
            "message": finding.message,
            "witness": finding.witness,
            "decided": finding.decided,
        }
        print(dump(line).decode())
        return
    rule = f"{finding.rule}: " if finding.rule else ""
    print(f"{finding.place}: {finding.severity} ({finding.code}): {rule}{finding.message}")
    if finding.witness is not None:
        print(f"    decided: {finding.decided}")
        print(f"    witness: {dump(finding.witness).decode()}")


def _inventory(path: Path) -> Inventory:
    """Read results of tools/list: one document, or one a line; each with the `server` that gave it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise ConfigError([Fault(file=str(path), line=1, column=1, where="", message=message)]) from None
    whole = parse_document(data.strip(), FILE_LIMITS)
    lines = [(1, whole)] if isinstance(whole, dict | list) else list(_lines(data))
    tools: dict[str, frozenset[str]] = {}
    faults: list[Fault] = []
    for number, document in lines:
        found = list(_offers(document))
        if not found:
            told = "no result of tools/list stands here"
            faults.append(Fault(file=str(path), line=number, column=1, where="", message=told))
        for server, names in found:
            tools[server] = tools.get(server, frozenset()) | names
    if faults:
        raise ConfigError(faults)
    return Inventory(tools=tools)


def _lines(data: bytes) -> Iterator[tuple[int, object]]:
    for number, line in enumerate(data.splitlines(), 1):
        if line.strip():
            yield number, parse_document(line.strip(), FILE_LIMITS)


def _offers(document: object) -> Iterator[tuple[str, frozenset[str]]]:
    """Find the tools in a result, in a message with one, in a line of recorded traffic, or in a list of these."""
    if isinstance(document, list):
        for entry in document:
            yield from _offers(entry)
    if not isinstance(document, dict):
        return
    server = document.get("server")
    for member in (document, document.get("result"), document.get("message")):
        inner = member.get("result", member) if isinstance(member, dict) else None
        tools = inner.get("tools") if isinstance(inner, dict) else None
        if isinstance(tools, list):
            names = (tool.get("name") for tool in tools if isinstance(tool, dict))
            yield (
                server if isinstance(server, str) else "default",
                frozenset(one for one in names if isinstance(one, str)),
            )
            return


def _count(found: Sequence[Finding], severity: Severity) -> int:
    return sum(finding.severity is severity for finding in found)


def _plural(word: str, number: int) -> str:
    return word if number == 1 else f"{word}s"
