"""What a scan for sensitive data costs: the engine's pass, the whole scan, a dirty message, and a start with a cache.

`--rows` scans the texts of a labelled file, each as the text of a tool result; without it, generated messages are
scanned. Times are CPU times of the thread, the least of several rounds; the tail of the dirty message is of all calls.
"""

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from extproc.config.detectors_file import load_detectors
from extproc.detect.buffer import Buffer
from extproc.detect.leaves import Leaves
from extproc.detect.matching import Engine, expressions_of
from extproc.detect.pattern import read_pattern
from extproc.detect.personal import VALIDATORS as PERSONAL
from extproc.detect.scanner import Scanner
from extproc.detect.secrets import VALIDATORS as SECRETS
from extproc.model.message import JsonObject, JsonValue
from extproc.stores.detector_cache import DetectorCache

_ROUNDS: Final = 5
_DIRTY: Final = 2000
_KB: Final = 1000
_WORDS: Final = ("fix", "the", "build", "when", "a", "cache", "is", "cold", "and", "tests", "are", "slow")


def main() -> None:
    """Print the costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=Path, help="a labelled file, one JSON object with a text a line")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cache = DetectorCache(Path(folder))
        cold = _seconds(lambda: _ready(cache))
        warm = min(_seconds(lambda: _ready(cache)) for _ in range(_ROUNDS))
        scanner, engine, number = _ready(cache)
    print(f"{number} detectors, engine {cache.kind}; ready in {cold:.2f} s, with a cached database in {warm:.3f} s")
    if arguments.rows:
        _report_messages("texts", _rows(arguments.rows), scanner, engine)
    else:
        _report_messages("structured", [_clean(seed) for seed in range(0, 300, 2)], scanner, engine)
        _report_messages("texts", [_clean(seed) for seed in range(1, 300, 2)], scanner, engine)
    _report_dirty(scanner)


def _ready(cache: DetectorCache) -> tuple[Scanner, Engine, int]:
    read_pattern.cache_clear()  # a process reads each pattern for the first time
    detectors = load_detectors((), {**SECRETS, **PERSONAL}, cache.engine)
    engine = cache.engine(expressions_of(detectors.detectors))
    scanner = Scanner(detectors.detectors, detectors.validators, engine, key=b"benchmark")
    return scanner, engine, len(detectors.detectors)


def _report_messages(kind: str, messages: Sequence[JsonObject], scanner: Scanner, engine: Engine) -> None:
    texts = [Leaves(message).texts for message in messages]
    size = sum(len(text) for leaves in texts for text in leaves) / _KB
    buffers = [Buffer(leaves).data for leaves in texts]
    found = sum(len(scanner.scan(message).findings) for message in messages)
    passed = min(_spent(lambda: [engine.hits(buffer) for buffer in buffers]) for _ in range(_ROUNDS))
    hits = sum(len(engine.hits(buffer).pairs) for buffer in buffers)
    scanned = min(_spent(lambda: [scanner.scan(message) for message in messages]) for _ in range(_ROUNDS))
    print(f"{kind}: {len(messages)} messages, {size:.0f} KB, {found} findings, {hits / size:.1f} hits a KB")
    print(f"engine's pass {passed * 1e6 / size:6.1f} us/KB")
    print(f"whole scan    {scanned * 1e6 / size:6.1f} us/KB, {scanned * 1e6 / len(messages):.0f} us a message")


def _report_dirty(scanner: Scanner) -> None:
    messages = [_dirty(seed) for seed in range(_DIRTY)]
    scanner.prepare()
    for message in messages[:100]:
        scanner.scan(message)
    times = []
    for message in messages:
        start = time.perf_counter()
        scanner.scan(message)
        times.append((time.perf_counter() - start) * 1e6)
    found = len(scanner.scan(messages[0]).findings)
    percentiles = statistics.quantiles(times, n=100)
    print(
        f"dirty message ({len(json.dumps(messages[0]))} bytes, {found} findings):"
        f" median {percentiles[49]:.0f} us, p99 {percentiles[98]:.0f} us"
    )


def _rows(path: Path) -> list[JsonObject]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_result(json.loads(line)["text"]) for line in lines]  # noqa: TID251 - a file of ours, not a message


def _result(text: str) -> JsonObject:
    return {"jsonrpc": "2.0", "id": 1, "result": {"content": [{"type": "text", "text": text}]}}


def _clean(seed: int) -> JsonObject:
    """Return records with identifiers, digests, times and words, as the tools of a code host return them."""
    draw = random.Random(seed)
    records: list[JsonValue] = [
        {
            "id": draw.randrange(10**9),
            "node_id": f"R_{draw.getrandbits(80):x}",
            "sha": f"{draw.getrandbits(160):040x}",
            "created_at": f"2026-0{draw.randint(1, 9)}-1{draw.randint(0, 9)}T12:30:0{draw.randint(0, 9)}Z",
            "url": f"https://api.example.com/repos/acme/tool-{draw.randrange(1000)}/commits",
            "title": " ".join(draw.choices(_WORDS, k=12)),
        }
        for _ in range(20)
    ]
    return _result(json.dumps(records, indent=1)) if seed % 2 else {"result": {"structuredContent": {"rows": records}}}


def _dirty(seed: int) -> JsonObject:
    """Return a record of a customer of about 1 KB with ten things to find."""
    draw = random.Random(seed)
    number = draw.randrange(10**6)
    token = "".join(draw.choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", k=36))
    customer: JsonObject = {
        "customer_id": number,
        "first_name": "Maria",
        "last_name": "Keller",
        "email": f"maria.keller{number}@mail.example",
        "phone": "+49 30 901820",
        "ip_address": f"203.0.113.{number % 256}",
        "iban": "DE89370400440532013000",
        "card_number": "4111 1111 1111 1111",
        "date_of_birth": "1984-03-12",
        "address": {"street": "12 High Street", "city": "Leeds", "zip": "LS1 4DY"},
        "notes": f"called about invoice {number}, wants a new contract and asked to be called back next week. " * 3,
        "password": f"Summer{number}!",
        "deploy": f"export GITHUB_TOKEN=ghp_{token}",
        "links": [f"https://shop.example.com/orders/{number + one}?page=2" for one in range(4)],
    }
    return _result(json.dumps(customer)) if seed % 2 else {"jsonrpc": "2.0", "id": 1, "result": customer}


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _spent(work: Callable[[], object]) -> float:
    start = time.thread_time()
    work()
    return time.thread_time() - start


if __name__ == "__main__":
    main()
