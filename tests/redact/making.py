"""What the tests of redaction are made from: findings at places, markings, and a finder that knows what is there."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Final

from extproc.mcp.pointer import Pointer
from extproc.model.decision import Edit
from extproc.model.finding import Category, Finding
from extproc.model.marks import MARK
from extproc.model.message import JsonObject, JsonValue
from extproc.policy.obligations import Operator
from extproc.redact.apply import apply_edits
from extproc.redact.operators import Marking, Treated
from extproc.redact.places import is_sealed

MARKING: Final = Marking(key=b"k" * 32, tenant="t", scope="s")


def finding(
    pointer: Pointer, start: int, end: int, entity: str = "email", *, key: bool = False, secret: bool = False
) -> Finding:
    category = Category.SECRET if secret else Category.PII
    return Finding(
        category=category, entity=entity, detector="d", pointer=pointer, start=start, end=end, score=1.0, in_key=key
    )


def leaves(document: JsonValue) -> Iterator[tuple[Pointer, str | float, bool]]:
    """Yield the texts, numbers and names of a document."""
    stack: list[tuple[Pointer, JsonValue]] = [((), document)]
    while stack:
        pointer, item = stack.pop()
        match item:
            case dict():
                for name, child in item.items():
                    yield (*pointer, name), name, True
                    stack.append(((*pointer, name), child))
            case list():
                stack.extend(((*pointer, index), child) for index, child in enumerate(item))
            case bool() | None:
                continue
            case _:
                yield pointer, item, False


def spellings(value: str) -> list[str]:
    once = json.dumps(value)[1:-1]
    return sorted({value, once, json.dumps(value, ensure_ascii=False)[1:-1], json.dumps(once)[1:-1]}, key=len)[::-1]


def outside_marks(text: str) -> str:
    return MARK.sub(lambda mark: " " * len(mark[0]), text)


def search(document: JsonValue, wanted: Mapping[str, tuple[str, Operator]]) -> list[Treated]:
    """Find values wherever they stand, as detectors would."""
    found = []
    for pointer, leaf, in_key in leaves(document):
        if is_sealed(pointer):
            continue
        text = outside_marks(str(leaf))
        for value, (entity, operator) in wanted.items():
            pattern = "|".join(map(re.escape, spellings(value)))
            for hit in re.finditer(pattern, text):
                if isinstance(leaf, str) or hit.group() == text:
                    place = finding(pointer, hit.start(), hit.end(), entity, key=in_key)
                    found.append(Treated(finding=place, operator=operator))
    return found


def edited(document: JsonObject, edits: Iterable[Edit]) -> JsonObject:
    after = apply_edits(deepcopy(document), edits)
    assert isinstance(after, dict)
    return after


def result(content: JsonValue = None, *texts: str) -> JsonObject:
    """Return a tool result."""
    blocks: list[JsonValue] = [{"type": "text", "text": text} for text in texts]
    return {"jsonrpc": "2.0", "id": 1, "result": {"content": blocks, "structuredContent": content}}
