"""`extproc scan`: what of a file, of captured traffic or of a document on the web is sensitive, and where."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import httpx2
import jiter

from extproc.config.faults import ConfigError
from extproc.detect.second import second_findings
from extproc.detection import installed
from extproc.mcp.pointer import format_pointer
from extproc.model.finding import Category, Finding
from extproc.model.marks import redacted
from extproc.model.message import JsonObject, JsonValue
from extproc.pipeline.search import Detection
from extproc.redact.apply import dump

Find: TypeAlias = Callable[[JsonValue], Sequence[Finding]]
_LARGEST: Final = 64 * 1024 * 1024
_AROUND: Final = 24
_SECONDS: Final = 30.0
_COLOURS: Final = {Category.SECRET: 31, Category.FINANCIAL: 35, Category.PII: 33, Category.CUSTOM: 36}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One finding where a reader looks for it: line and column from 1; `shown` has a mark in place of the value."""

    source: str
    line: int
    column: int
    finding: Finding
    shown: str


def run(
    sources: Sequence[str], categories: Sequence[Category], *, as_json: bool, colour: bool | None, ner: bool = False
) -> int:
    """Scan files, URLs or standard input; return 1 when something is found, 2 when something cannot be read.

    With `ner` names of persons in prose are looked for, too.
    """
    try:
        detection = installed().detection
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    if detection is None:
        return 2
    find = _with_names(detection) if ner else _alone(detection)
    if find is None:
        print("--ner: it is not installed: pip install 'mcp-extproc[ner]'", file=sys.stderr)
        return 2
    coloured = sys.stdout.isatty() if colour is None else colour
    counts: Counter[tuple[Category, str]] = Counter()
    for source in sources:
        try:
            text = _read(source)
        except (OSError, ValueError, httpx2.HTTPError) as error:
            print(f"{source}: cannot be read: {_reason(error)}", file=sys.stderr)
            return 2
        for place in places(text, source, find):
            if place.finding.category in categories:
                counts[place.finding.category, place.finding.entity] += 1
                print(dump(_document(place)).decode() if as_json else _told(place, coloured=coloured))
    if not as_json:
        print(_summary(counts))
    return 1 if counts else 0


def _alone(detection: Detection) -> Find:
    return lambda document: detection.scanner.scan(document).findings


def _with_names(detection: Detection) -> Find | None:
    """Return what finds names of persons in prose beside all else; None when the extra is not there."""
    try:
        from extproc.cli.names import SORTS, Names
    except ImportError:
        return None
    names, alone = Names(), _alone(detection)

    def find(document: JsonValue) -> Sequence[Finding]:
        known = alone(document)
        return [*known, *second_findings(document, names, detection.key, known, sorts=SORTS, longest=_LARGEST)]

    return find


def places(text: str, source: str, find: Find) -> Iterator[Place]:
    """Find places in a text: as one JSON document, as one a line, or as it stands."""
    whole = _json(text)
    if whole is not None:
        yield from _in_document(whole, source, 1, find)
        return
    lines = text.splitlines()
    documents = [(number, _json(line)) for number, line in enumerate(lines, 1) if line.strip()]
    if documents and all(document is not None for _, document in documents):
        for number, document in documents:
            yield from _in_document(document, source, number, find)
        return
    findings = sorted(find(text), key=lambda one: one.start)
    for finding in findings:
        start = text.rfind("\n", 0, finding.start) + 1
        yield Place(
            source=source,
            line=text.count("\n", 0, finding.start) + 1,
            column=finding.start - start + 1,
            finding=finding,
            shown=_shown(text, finding, findings),
        )


def _in_document(document: JsonValue, source: str, line: int, find: Find) -> Iterator[Place]:
    findings = find(document)
    for finding in findings:
        beside = [one for one in findings if (one.pointer, one.in_key) == (finding.pointer, finding.in_key)]
        where: JsonValue = document
        for token in finding.pointer:
            where = where[token]  # type: ignore[index]  # the pointer is of this document
        text = str(finding.pointer[-1]) if finding.in_key else str(where)
        yield Place(source=source, line=line, column=1, finding=finding, shown=_shown(text, finding, beside))


def _shown(text: str, finding: Finding, findings: Sequence[Finding]) -> str:
    """Return a finding with a little around it, in which nothing that was found can be read."""
    first, last = max(finding.start - _AROUND, 0), finding.end + _AROUND
    pieces: list[str] = []
    at = first
    for one in sorted(findings, key=lambda one: one.start):
        if one.end <= at or one.start >= last:
            continue
        pieces += (text[at : one.start], redacted(one.entity))
        at = one.end
    return " ".join("".join((*pieces, text[at:last])).split())


def _read(source: str) -> str:
    if source == "-":
        data = sys.stdin.buffer.read(_LARGEST + 1)
    elif source.startswith(("https://", "http://")):
        data = b"".join(_fetched(source))
    else:
        with Path(source).open("rb") as file:
            data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise ValueError("larger than 64 MiB")
    return data.decode("utf-8", "replace")


def _fetched(url: str) -> Iterable[bytes]:
    size = 0
    with httpx2.stream("GET", url, timeout=_SECONDS, follow_redirects=True) as answer:
        answer.raise_for_status()
        for chunk in answer.iter_bytes():
            size += len(chunk)
            if size > _LARGEST:
                raise ValueError("larger than 64 MiB")
            yield chunk


def _reason(error: Exception) -> str:
    return (error.strerror or type(error).__name__) if isinstance(error, OSError) else str(error)


def _json(text: str) -> JsonValue:
    """Read JSON that is an object or a list; None for everything else."""
    if text.lstrip()[:1] not in {"{", "["}:
        return None
    try:
        value: JsonValue = jiter.from_json(text.encode())
    except ValueError:
        return None
    return value if isinstance(value, dict | list) else None


def _told(place: Place, *, coloured: bool) -> str:
    finding = place.finding
    where = f"{place.source}:{place.line}:{place.column}"
    pointer = f" {format_pointer(finding.pointer)}" if finding.pointer else ""
    kind = f"{finding.category}/{finding.entity}"
    if coloured:
        kind = f"\x1b[{_COLOURS[finding.category]}m{kind}\x1b[0m"
    return f"{where}{pointer}: {kind} ({finding.score:.2f}) {_printable(place.shown)}"


def _printable(text: str) -> str:
    """Write a text so that it cannot command the terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _document(place: Place) -> JsonObject:
    finding = place.finding
    return {
        "source": place.source,
        "line": place.line,
        "column": place.column,
        "pointer": format_pointer(finding.pointer),
        "category": finding.category.value,
        "entity": finding.entity,
        "detector": finding.detector,
        "start": finding.start,
        "end": finding.end,
        "score": finding.score,
    }


def _summary(counts: Counter[tuple[Category, str]]) -> str:
    if not counts:
        return "nothing found"
    total = sum(counts.values())
    kinds = ", ".join(f"{count} {entity}" for (_, entity), count in counts.most_common())
    return f"{total} found: {kinds}"
