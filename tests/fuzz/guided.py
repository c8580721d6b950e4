"""Lets atheris (coverage-guided) look for texts that detection cannot bear; `make fuzz-guided` installs and runs it.

Inputs that reach something new are kept in `out/fuzz/protection`, so that the next run begins with them.
"""

import sys
from pathlib import Path
from typing import Final

import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]  # installed by its make target only

with atheris.instrument_imports(include=["extproc.detect", "extproc.redact"]):
    from tests.detecting import detection
    from tests.fuzz.protection import check, samples

from extproc.model.message import JsonObject, JsonValue

CORPUS: Final = Path("out/fuzz/protection")
_SCANNER: Final = detection().scanner
_SLOW: Final = 30.0  # what is traced is slow


def one(data: bytes) -> None:
    """Check every promise for one text, as a text and as a member."""
    text = data.decode("utf-8", "replace")
    half = len(text) // 2
    content: list[JsonValue] = [{"type": "text", "text": text}]
    structured: JsonObject = {text[:half][:64] or "a": text[half:]}
    result: JsonObject = {"content": content, "structuredContent": structured}
    check({"jsonrpc": "2.0", "id": 1, "result": result}, _SCANNER, _SLOW)


def main() -> None:
    """Begin with the examples of all detectors."""
    _SCANNER.prepare()
    CORPUS.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(samples()):
        (CORPUS / f"example-{number:04}").write_bytes(text.encode("utf-8", "replace"))
    atheris.Setup([*sys.argv, str(CORPUS), "-max_len=2048", "-timeout=60"], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
