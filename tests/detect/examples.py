"""Examples of detectors: `{36*A-Za-z0-9}` in them stands for that many characters, the same in every run."""

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from extproc.config.detectors_file import Detectors, load_detectors
from extproc.detect.detector import Validators
from extproc.detect.matching import expressions_of
from extproc.detect.personal import VALIDATORS as PERSONAL
from extproc.detect.scanner import Scanner
from extproc.detect.secrets import VALIDATORS as SECRETS
from extproc.stores.detector_cache import DetectorCache

ALL_VALIDATORS: Final[Validators] = {**SECRETS, **PERSONAL}
KEY: Final = b"a key for tests only, of 32 byte"
_BLANK: Final = re.compile(r"\{(\d+)\*([^{}]+)\}")
_PRINTABLE: Final = "".join(map(chr, range(32, 127)))


def expanded(example: str, seed: str) -> str:
    """Return an example with its blanks filled: drawn from the seed, so stable, and without a pattern of its own."""
    stream = _stream(seed)

    def fill(blank: re.Match[str]) -> str:
        letters = re.findall(f"[{blank[2]}]", _PRINTABLE)
        return "".join(letters[next(stream) % len(letters)] for _ in range(int(blank[1])))

    return _BLANK.sub(fill, example)


def _stream(seed: str) -> Iterator[int]:
    block = 0
    while True:
        digest = hashlib.sha256(f"{seed}:{block}".encode()).digest()
        yield from (int.from_bytes(digest[at : at + 2], "big") for at in range(0, len(digest), 2))
        block += 1


@lru_cache(maxsize=1)
def shipped() -> Detectors:
    """Return all shipped detectors."""
    return load_detectors((), ALL_VALIDATORS, DetectorCache().engine)


@lru_cache(maxsize=1)
def shipped_scanner() -> Scanner:
    """Return a scanner with all shipped detectors."""
    all_of_them = shipped()
    engine = DetectorCache().engine(expressions_of(all_of_them.detectors))
    return Scanner(all_of_them.detectors, all_of_them.validators, engine, key=KEY)
