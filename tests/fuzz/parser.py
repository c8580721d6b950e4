"""Damages documents of the corpus at random and checks what must hold for every input."""

import base64
import json
import random
import sys
import time
from collections.abc import Iterator
from typing import Any, Final

from extproc.mcp.jsonrpc import parse_document, parse_message, read_message
from extproc.mcp.limits import DEFAULT_LIMITS, Limits
from extproc.mcp.pointer import parse_pattern
from extproc.mcp.sse import EventStream, SseItem
from extproc.model.rejection import Rejection
from extproc.policy.obligations import Redaction
from extproc.redact.apply import rewrite
from extproc.redact.plan import plan_edits
from tests.corpora import MARKER, hostile_documents
from tests.fuzz.running import BrokenPromiseError, check_all, main

PIECES: Final = (
    *(b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b" ", b"\n", b"\r", b"\t", b"\x0b", b"\0", b"\x7f"),
    *(b"\\u0061", b"\\ud83d", b"\\ude00", b"\\u00"),
    *(b"\xef\xbb\xbf", b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80"),
    *(
        b"-",
        b"0",
        b"1e999",
        b"1E+309",
        b"9" * 19,
        b"18446744073709551616",
        b"1.0",
        b"NaN",
        b"Infinity",
        b"null",
        b"true",
    ),
    *(b'"id":1,', b'"method":"x",', b'"jsonrpc":"2.0",', b'"a":1,"a":2', b'"\\u0061":1,'),
    *(b"[" * 210, b"data: ", b"id: ", b"\n\n"),
)
LIMITS: Final = (DEFAULT_LIMITS, Limits(body_bytes=300, depth=5, values=20), Limits(depth=201, values=100))
REDACTIONS: Final = (
    Redaction(pattern=parse_pattern("/**/v"), replacement="[R]"),
    Redaction(pattern=parse_pattern("/**"), replacement="[R]", text="a"),
)
LARGEST: Final = 20_000
SLOW: Final = 1.0


def run(seed: int, numbers: Iterator[int], seconds: float) -> int:
    """Check one document after the other."""
    originals = [document.data for document in hostile_documents() if len(document.data) <= LARGEST]

    def one(chance: random.Random) -> tuple[int, str, Exception | None]:
        data = damaged(originals, chance)
        written = f"(base64) {base64.b64encode(data).decode()}"
        try:
            return int(check(data, chance)), written, None
        except Exception as error:  # noqa: BLE001 - whatever is raised is what we look for
            return 0, written, error

    return check_all(one, "accepted", seed, numbers, seconds)


def damaged(originals: list[bytes], chance: random.Random) -> bytes:
    """Return a document with a few random changes."""
    data = chance.choice(originals)
    for _ in range(chance.choice((0, 1, 1, 2, 3, 6))):
        at = chance.randrange(len(data) + 1)
        until = min(len(data), at + chance.choice((0, 0, 1, 2, 8)))
        other = chance.choice(originals)
        start = chance.randrange(len(other) + 1)
        new = chance.choice(
            (chance.choice(PIECES), other[start : start + 40], data[at : at + 20], bytes([chance.randrange(256)]))
        )
        data = data[:at] + new + data[until:]
    return data


def check(data: bytes, chance: random.Random) -> bool:
    """Check every promise; return whether the parser accepted the input under the default limits."""
    started = time.process_time()
    results = [_check_document(data, limits) for limits in LIMITS]
    _check_stream(data, chance)
    if time.process_time() - started > SLOW:
        raise BrokenPromiseError("it took longer than a second")
    return results[0]


def _check_document(data: bytes, limits: Limits) -> bool:
    document = parse_document(data, limits)
    if isinstance(document, Rejection):
        if MARKER in document.message:
            raise BrokenPromiseError("a rejection quotes the document")
        return False
    reference = json.loads(data.decode("utf-8"), object_pairs_hook=_unique)
    if repr(reference) != repr(document):
        raise BrokenPromiseError("another parser reads another value")
    message = read_message(document)
    if isinstance(message, Rejection) and MARKER in message.message:
        raise BrokenPromiseError("a rejection quotes the document")
    if isinstance(document, dict) and not isinstance(message, Rejection):
        written = rewrite(data, plan_edits(document, REDACTIONS))
        if isinstance(parse_message(written, DEFAULT_LIMITS), Rejection):
            raise BrokenPromiseError("a redacted message is refused")
    return True


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise BrokenPromiseError("a name occurs twice")
    return dict(pairs)


def _check_stream(data: bytes, chance: random.Random) -> None:
    stream = b"data: " + data + chance.choice((b"\n\n", b"\r\r", b"\r\n\r\n", b"\r\n\n", b""))
    limit = chance.choice((10, 100, 100_000))
    whole, pieces = EventStream(limit), EventStream(limit)
    expected = whole.feed(stream)
    items: list[SseItem] = []
    at = 0
    while at < len(stream):
        size = chance.choice((1, 2, 3, 7, 50, 5000))
        items += pieces.feed(stream[at : at + size])
        at += size
        if pieces.pending > limit:
            raise BrokenPromiseError("more is held back than the cap allows")
    if items != expected or pieces.pending != whole.pending:
        raise BrokenPromiseError("the chunks change what is read")


if __name__ == "__main__":
    sys.exit(main(__doc__, run))
