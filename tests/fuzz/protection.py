"""Hides examples of every detector in damaged documents and checks what must hold for every input."""

import base64
import html
import json
import random
import sys
import time
import urllib.parse
from collections.abc import Callable, Iterator
from typing import Any, Final

from extproc.config.detectors_file import shipped_files
from extproc.detect.scanner import MAX_FINDINGS, Scan, Scanner
from extproc.mcp.jsonrpc import parse_document
from extproc.mcp.limits import Limits
from extproc.model.marks import MARK
from extproc.model.message import JsonObject, JsonValue
from extproc.policy.obligations import Obligations, Operator, Treatment
from extproc.redact.apply import apply_edits, dump
from extproc.redact.operators import Marking, treated
from extproc.redact.plan import plan_edits
from extproc.redact.spans import span_edits
from tests.detect.examples import expanded
from tests.detecting import detection
from tests.fuzz.running import BrokenPromiseError, check_all, main

PIECES: Final = (
    *('"', "'", "\\", "\n", "\r\n", "\t", "\0", " ", ",", ":", "=", ";", "{", "}", "[", "]", "<", ">", "&amp;", "%41"),
    *("é", "漢", "\u200b", "\u202e", "\uff11", "😀", "\ud83d", "password", "token: ", "-----BEGIN ", "[EMAIL:", "]"),
    *("4111", "9" * 40, "A" * 600, "=" * 5, "/" * 30, "user:", "@", "eyJ"),
)
WRAPPERS: Final[tuple[Callable[[str], str], ...]] = (
    str,
    json.dumps,
    urllib.parse.quote,
    html.escape,
    lambda text: base64.b64encode(text.encode("utf-8", "surrogatepass")).decode(),
    lambda text: json.dumps({"value": text, "list": [text]}),
    lambda text: f"name,value\nx,{text}\n",
)
CATEGORIES: Final = ("secret", "pii", "financial", "custom")
REDACT: Final = Obligations(treatments=(Treatment(operators=tuple((name, Operator.REDACT) for name in CATEGORIES)),))
MARKING: Final = Marking(key=b"k" * 32, tenant="t", scope="s")
LIMITS: Final = Limits(body_bytes=16 * 1024 * 1024, values=1_000_000)
SLOW: Final = 2.0


def run(seed: int, numbers: Iterator[int], seconds: float) -> int:
    """Check one document after the other."""
    texts, scanner = samples(), detection().scanner

    def one(chance: random.Random) -> tuple[int, str, Exception | None]:
        document = damaged(texts, chance)
        written = json.dumps(document)
        try:
            return check(document, scanner), written, None
        except Exception as error:  # noqa: BLE001 - whatever is raised is what we look for
            return 0, written, error

    return check_all(one, "findings", seed, numbers, seconds)


def samples() -> list[str]:
    """Return the examples of all detectors that come with the package."""
    files = shipped_files()
    return [expanded(one.text, one.detector.id) for file in files for one in file.examples]


def damaged(texts: list[str], chance: random.Random) -> JsonObject:
    """Return a result with a few texts in it, wrapped and damaged at random."""
    content: list[JsonValue] = [{"type": "text", "text": _text(texts, chance)} for _ in range(chance.choice((1, 1, 2)))]
    structured: JsonObject = {_name(texts, chance): _text(texts, chance) for _ in range(chance.choice((0, 1, 3)))}
    structured["number"] = chance.choice((4111111111111111, 1.5, -7, 1234567890123456789))
    return {"jsonrpc": "2.0", "id": 1, "result": {"content": content, "structuredContent": structured}}


def _name(texts: list[str], chance: random.Random) -> str:
    return chance.choice(("password", "email", "id", "note", "card_number", _text(texts, chance)[:40]))


def _text(texts: list[str], chance: random.Random) -> str:
    text = " ".join(chance.choice(texts) for _ in range(chance.choice((1, 1, 2, 5))))
    for _ in range(chance.choice((0, 0, 1, 3, 8))):
        at = chance.randrange(len(text) + 1)
        text = text[:at] + chance.choice(PIECES) + text[min(len(text), at + chance.choice((0, 0, 1, 4))) :]
    text = text.encode("utf-8", "replace").decode()  # a lone surrogate is no JSON
    for _ in range(chance.choice((0, 0, 1, 2))):
        text = chance.choice(WRAPPERS)(text)
    return text


def check(document: JsonObject, scanner: Scanner, slow: float = SLOW) -> int:
    """Check every promise; return how much was found. `slow` is too many seconds of CPU time."""
    started = time.process_time()
    scan = scanner.scan(document)
    _check_places(document, scan)
    if scan != scanner.scan(document):
        raise BrokenPromiseError("a second scan of the same finds something else")
    written = _redacted(document, scan)
    again = parse_document(written, LIMITS)
    if not isinstance(again, dict):
        raise BrokenPromiseError("a redacted message is refused")
    if not scan.incomplete and MARK.search(json.dumps(document)) is None:  # a mark that is there already stays whole
        _check_gone(document, scan, "\n".join(_texts(again)))
    if time.process_time() - started > slow:
        raise BrokenPromiseError("it took too long")
    return len(scan.findings)


def _check_places(document: JsonObject, scan: Scan) -> None:
    for finding in scan.findings:
        length = len(_leaf(document, finding.pointer, in_key=finding.in_key))
        if not 0 <= finding.start < finding.end <= length or not 0 < finding.score <= 1:
            raise BrokenPromiseError(f"a finding of {finding.detector} stands outside of its text")
    if len(scan.findings) > MAX_FINDINGS:
        raise BrokenPromiseError("there are more findings than there may be")


def _leaf(document: JsonObject, pointer: tuple[str | int, ...], *, in_key: bool) -> str:
    where: Any = document
    for token in pointer:
        where = where[token]
    return str(pointer[-1]) if in_key else str(where)


def _redacted(document: JsonObject, scan: Scan) -> bytes:
    edits = plan_edits(document, (), found=span_edits(document, treated(scan.findings, REDACT), MARKING))
    copy: JsonValue = json.loads(json.dumps(document))
    return dump(apply_edits(copy, edits))


def _check_gone(document: JsonObject, scan: Scan, written: str) -> None:
    """Check that what was found stands nowhere in what is left; short values may be a part of something else."""
    for finding in scan.findings:
        value = _leaf(document, finding.pointer, in_key=finding.in_key)[finding.start : finding.end]
        if "\\" in value:
            continue  # what it is when it is unescaped may be too short to be looked for elsewhere
        if len(value) >= 12 and value in written:
            raise BrokenPromiseError(f"a value that {finding.detector} found is left")


def _texts(value: JsonValue) -> Iterator[str]:
    """Go through all texts, names of members too; as they are, for an escape of JSON may end in a part of a value."""
    match value:
        case str():
            yield value
        case dict():
            for name, inner in value.items():
                yield name
                yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)
        case _:
            yield str(value)


if __name__ == "__main__":
    sys.exit(main(__doc__, run))
