"""The inputs that a guided run found to reach something of their own, kept so that every test run replays them.

`tests/corpora/guided/protection.txt` has one input a line, as base64, in the order of their bytes.
"""

import base64
import sys
from pathlib import Path
from typing import Final

from extproc.model.message import JsonObject, JsonValue

KEPT: Final = Path(__file__).parents[1] / "corpora" / "guided" / "protection.txt"


def kept() -> list[bytes]:
    """Return the inputs that were kept."""
    return [base64.b64decode(line, validate=True) for line in KEPT.read_text("ascii").splitlines()]


def keep(directory: Path) -> int:
    """Put the inputs of a directory, one a file, in place of those that were kept; return how many they are."""
    inputs = sorted({path.read_bytes() for path in directory.iterdir()})
    KEPT.write_text("".join(f"{base64.b64encode(one).decode()}\n" for one in inputs), "ascii")
    return len(inputs)


def document(data: bytes) -> JsonObject:
    """Return the result that an input stands for: as a text, and as a member with its first half for a name."""
    text = data.decode("utf-8", "replace")
    half = len(text) // 2
    content: list[JsonValue] = [{"type": "text", "text": text}]
    structured: JsonObject = {text[:half][:64] or "a": text[half:]}
    return {"jsonrpc": "2.0", "id": 1, "result": {"content": content, "structuredContent": structured}}


if __name__ == "__main__":
    print(f"{keep(Path(sys.argv[1]))} inputs are kept")
