"""Test corpora, and how they are read."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from extproc.mcp.limits import Limits

HOSTILE: Final = Path(__file__).parent / "hostile"
# Planted in names and values of the hostile documents: it must never come out of the parser.
MARKER: Final = "marker"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostileDocument:
    """One document with the judgement it must get: `reason` is None when it is to be accepted."""

    id: str
    data: bytes
    reason: str | None
    code: int | None
    limits: Limits


def hostile_documents() -> Iterator[HostileDocument]:
    """Read the corpus in the order of its files."""
    for path in sorted(HOSTILE.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            yield _document(json.loads(line))


def _document(row: dict[str, Any]) -> HostileDocument:
    data = base64.b64decode(row["base64"]) if "base64" in row else row["text"].encode()
    word, _, reason = row["expect"].partition(":")
    if (word, bool(reason)) not in {("accept", False), ("reject", True)}:
        raise ValueError(f"{row['id']}: unknown judgement")
    return HostileDocument(
        id=row["id"], data=data, reason=reason or None, code=row.get("code"), limits=Limits(**row.get("limits", {}))
    )
