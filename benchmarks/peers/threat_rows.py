"""Labelled rows of threats: injected results, poisoned definitions, chained calls; and the messages of each."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import orjson

_SEED: Final = 5
_POSITIVE: Final = (1, "malicious")
_NEGATIVE: Final = (0, "benign")

JsonObject: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One labelled row. `kind` is `text`, `definition` or `session`; `style` the group whose rate is told apart.

    `texts` is what a tool without a notion of MCP is given, `lines` what `extproc inspect` is given.
    """

    id: str
    kind: str
    positive: bool
    style: str
    texts: tuple[str, ...]
    definition: JsonObject | None
    lines: tuple[JsonObject, ...]

    @property
    def characters(self) -> int:
        """How much text there is to judge."""
        return sum(map(len, self.texts))


def read_rows(path: Path, by: str | None, sample: int | None) -> list[Row]:
    """Return the rows of a file in an order that is random but always the same, so that its first part is a sample.

    Rows that are neither positive nor negative, or are marked to be looked at apart, are left out.
    """
    lines: list[JsonObject] = [orjson.loads(line) for line in path.read_bytes().splitlines() if line.strip()]
    kept = [line for line in lines if line["label"] in (*_POSITIVE, *_NEGATIVE) and not line.get("apart")]
    random.Random(_SEED).shuffle(kept)
    return [row_of(line, by) for line in kept[:sample]]


def row_of(line: JsonObject, by: str | None = None) -> Row:
    """Return a line as a row; what kind it is follows from its fields."""
    kind = "session" if "calls" in line else "definition" if "description" in line else "text"
    definition = _definition(line) if kind == "definition" else None
    return Row(
        id=line["id"],
        kind=kind,
        positive=line["label"] in _POSITIVE,
        style=_style(line, kind, by),
        texts=tuple(_texts(line, definition)),
        definition=definition,
        lines=tuple(_lines(line, definition)),
    )


def _style(line: JsonObject, kind: str, by: str | None) -> str:
    """Return the attack's group; for what is benign the kind of text, since that decides about false alarms."""
    positive = line["label"] in _POSITIVE
    usual = "suite" if kind == "session" else "group" if positive or kind == "definition" else "kind"
    names = ((by,) if by and positive else ()) + (usual, "group", "kind", "source")
    return next((str(line[name]) for name in names if line.get(name)), "all")


def _definition(line: JsonObject) -> JsonObject:
    return {
        "name": line["name"],
        "description": line["description"],
        "inputSchema": line.get("inputSchema") or {"type": "object"},
    }


def _texts(line: JsonObject, definition: JsonObject | None) -> Iterator[str]:
    """Yield the texts in which a tool may find something: schemas as JSON, of sessions what the results say."""
    if definition is not None:
        yield f"{definition['name']}\n{definition['description']}"
        if line.get("inputSchema"):
            yield orjson.dumps(line["inputSchema"]).decode()
    elif "calls" in line:
        yield from (call["result"] for call in line["calls"] if call.get("result"))
    else:
        yield line["text"]


def _lines(line: JsonObject, definition: JsonObject | None) -> Iterator[JsonObject]:
    """Yield the lines for `extproc inspect`; each row has a session of its own."""
    if definition is not None:
        yield _line(line, "", "server_to_client", _result(1, {"tools": [definition]}))
        return
    if "text" in line:
        yield _line(line, "", "server_to_client", _result(1, _content(line["text"])))
        return
    for number, call in enumerate(line["calls"]):
        asked = {"name": call["tool"], "arguments": call["args"]}
        request = {"jsonrpc": "2.0", "id": number + 1, "method": "tools/call", "params": asked}
        yield _line(line, f"#{number}", "client_to_server", request)
        if call.get("result") is not None:
            result = _result(number + 1, _content(call["result"]))
            yield _line(line, f"#{number}r", "server_to_client", result)


def _content(text: str) -> JsonObject:
    return {"content": [{"type": "text", "text": text}]}


def _result(number: int, result: JsonObject) -> JsonObject:
    return {"jsonrpc": "2.0", "id": number, "result": result}


def _line(row: JsonObject, suffix: str, direction: str, message: JsonObject) -> JsonObject:
    return {
        "id": row["id"] + suffix,
        "direction": direction,
        "session": f"s-{row['id']}",
        "server": row.get("server") or row.get("suite") or "rows",
        "message": message,
    }
