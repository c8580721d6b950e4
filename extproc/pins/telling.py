"""Changes as lines for a terminal, and as JSON."""

from collections.abc import Iterator
from typing import Final

from extproc.model.message import JsonObject, JsonValue
from extproc.pins.change import Change, ChangeKind
from extproc.pins.changes import Changes, risk_reasons
from extproc.pins.showing import printable
from extproc.pins.words import Fate, Words

_MARKS: Final = {Fate.KEPT: ("", ""), Fate.REMOVED: ("[-", "-]"), Fate.ADDED: ("{+", "+}")}
_COLOURS: Final = {Fate.KEPT: "", Fate.REMOVED: "\x1b[31m", Fate.ADDED: "\x1b[32m"}
_PLAIN: Final = "\x1b[0m"
_DIGITS: Final = 2


def lines_of(changes: Changes, *, coloured: bool = False) -> Iterator[str]:
    """Return a line for each change, those that add risk with a `!`, and one for the risk in all."""
    if not changes.changes:
        yield "nothing but its looks changed"
        return
    for change in changes.changes:
        yield f"{'!' if change.risk > 0 else ' '} {_line(change, coloured=coloured)}"
    if not changes.complete:
        yield "  and more"
    reasons = ", ".join(f"{kind.replace('_', ' ')} +{risk:.2f}" for kind, risk in risk_reasons(changes).items())
    yield f"capability risk +{changes.risk:.2f}" + (f" ({reasons})" if reasons else "")


def document_of(changes: Changes) -> JsonObject:
    """Return changes as JSON."""
    reasons: JsonObject = {kind: round(risk, _DIGITS) for kind, risk in risk_reasons(changes).items()}
    found: list[JsonValue] = [_document(change) for change in changes.changes]
    return {"changes": found, "risk": round(changes.risk, _DIGITS), "reasons": reasons, "complete": changes.complete}


def _line(change: Change, *, coloured: bool) -> str:
    words = change.kind.value.replace("_", " ")
    place = f"{printable(change.where)}: " if change.where else ""
    if change.words:
        return f"{place}{''.join(_written(each, coloured=coloured) for each in change.words)}"
    match change.before, change.after:
        case None, None:
            return f"{place}{words}"
        case None, str(after):
            return f"{place}{words}: {after}"
        case str(before), None:
            return f"{place}{words}: was {before}"
        case before, after:
            return f"{place}{words}: {before} -> {after}"


def _written(words: Words, *, coloured: bool) -> str:
    opening, closing = _MARKS[words.fate]
    text = f"{opening}{printable(words.text)}{closing}"
    return f"{_COLOURS[words.fate]}{text}{_PLAIN}" if coloured and words.fate is not Fate.KEPT else text


def _document(change: Change) -> JsonObject:
    found: JsonObject = {"kind": change.kind.value, "where": change.where, "risk": round(change.risk, _DIGITS)}
    if change.kind is ChangeKind.TEXT and change.words:
        found["words"] = [{"fate": each.fate.value, "text": each.text} for each in change.words]
    else:
        found |= {"before": change.before, "after": change.after}
    return found
