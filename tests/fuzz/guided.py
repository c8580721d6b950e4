"""Lets atheris (coverage-guided) look for texts that detection cannot bear; `make fuzz-guided` installs and runs it.

It begins with the examples of all detectors and the inputs that were kept before (`tests/fuzz/corpus.py`). Inputs that
reach something new go to `out/fuzz/protection`; `make fuzz-keep` keeps the fewest of them that reach as much.
"""

import sys
from pathlib import Path
from typing import Final

import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]  # installed by its make target only

with atheris.instrument_imports(include=["extproc.detect", "extproc.redact"]):
    from tests.detecting import detection
    from tests.fuzz.protection import check, samples

from tests.fuzz.corpus import document, kept

CORPUS: Final = Path("out/fuzz/protection")
_SCANNER: Final = detection().scanner
_SLOW: Final = 30.0  # what is traced is slow
_AGAIN: Final = f"{sys.executable} -m tests.fuzz.guided"  # a merge starts itself again through a shell


def one(data: bytes) -> None:
    """Check every promise for one input."""
    check(document(data), _SCANNER, _SLOW)


def main() -> None:
    """Begin with what is known."""
    _SCANNER.prepare()
    CORPUS.mkdir(parents=True, exist_ok=True)
    known = [*(text.encode("utf-8", "replace") for text in samples()), *kept()]
    for number, data in enumerate(known):
        (CORPUS / f"known-{number:05}").write_bytes(data)
    atheris.Setup([_AGAIN, *sys.argv[1:], str(CORPUS), "-max_len=2048", "-timeout=60"], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
