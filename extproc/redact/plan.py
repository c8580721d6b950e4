"""Plan edits: where a redaction's pattern leads in this document, and what stands there afterwards."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Final

from extproc.mcp.pointer import Pointer, PointerPattern, find
from extproc.model.decision import Edit
from extproc.model.message import JsonObject, JsonValue
from extproc.policy.obligations import Redaction
from extproc.redact.apply import Rename

# What the protocol itself runs on. Changing any of it would break the exchange, or change what was decided on.
_PROTOCOL: Final = frozenset(
    {
        ("jsonrpc",),
        ("id",),
        ("method",),
        ("params",),
        ("params", "name"),
        ("params", "uri"),
        ("params", "cursor"),
        ("params", "protocolVersion"),
        ("params", "capabilities"),
        ("params", "requestState"),
        ("params", "progressToken"),
        ("params", "requestId"),
        ("params", "taskId"),
        ("params", "elicitationId"),
        ("params", "_meta"),
        ("result",),
        ("result", "resultType"),
        ("result", "nextCursor"),
        ("result", "protocolVersion"),
        ("result", "capabilities"),
        ("result", "requestState"),
        ("result", "taskId"),
        ("result", "_meta"),
        ("result", "isError"),
        ("error",),
        ("error", "code"),
    }
)
_WHOLE_BRANCHES: Final = frozenset(entry for entry in _PROTOCOL if entry[-1] in {"_meta", "capabilities"})


def is_protocol(pointer: Pointer) -> bool:
    """Tell whether a pointer leads to a member that redaction never touches."""
    return pointer in _PROTOCOL or pointer[:2] in _WHOLE_BRANCHES or not pointer


def plan_edits(
    document: JsonObject,
    redactions: Iterable[Redaction],
    strip: Iterable[PointerPattern] = (),
    removed: Iterable[Pointer] = (),
    found: Iterable[Edit] = (),
) -> tuple[Edit, ...]:
    """Return the edits for all redactions, each seeing the effect of those before it, and for what goes altogether.

    An edit of a whole value makes edits below it void. With `text`, only strings that contain it are touched. `found`
    are the edits for what detectors found; they are made first, because they know places and not texts.
    """
    found = tuple(found)
    stripped = {pointer for pattern in strip for pointer, _ in find(document, pattern) if not is_protocol(pointer)}
    stripped.update(removed)
    stripped.update(edit.pointer for edit in found if edit.remove)
    renames = [edit for edit in found if isinstance(edit, Rename)]
    before = {edit.pointer: edit.replacement for edit in found if not edit.remove and not isinstance(edit, Rename)}
    planned = _redacted(document, redactions, before)
    gone = (pointer for pointer in stripped if not _below(pointer, stripped))
    void = planned.keys() | stripped
    return (
        *(
            Edit(pointer=pointer, replacement=value)
            for pointer, value in planned.items()
            if pointer not in stripped and not _below(pointer, void)
        ),
        *(edit for edit in renames if edit.pointer not in stripped and not _below(edit.pointer, void)),
        *(Edit(pointer=pointer, remove=True) for pointer in sorted(gone, key=str)),
    )


def _below(pointer: Pointer, others: AbstractSet[Pointer]) -> bool:
    return any(pointer[:length] in others for length in range(1, len(pointer)))


def _redacted(
    document: JsonObject, redactions: Iterable[Redaction], before: dict[Pointer, JsonValue]
) -> dict[Pointer, JsonValue]:
    planned = {**before}
    for redaction in redactions:
        for pointer, original in find(document, redaction.pattern):
            if is_protocol(pointer):
                continue
            value = planned.get(pointer, original)
            if redaction.text is None:
                after: JsonValue = redaction.replacement
            elif isinstance(value, str) and redaction.text in value:
                after = _without(value, redaction.text, redaction.replacement)
            else:
                continue
            if after != original:
                planned[pointer] = after
            else:  # an earlier redaction changed it and this one changed it back
                planned.pop(pointer, None)
    return planned


def _without(value: str, text: str, replacement: str) -> str:
    """Replace the text; where what is left closes up to the same text again (`aabb` without `ab`), replace it all."""
    after = value.replace(text, replacement)
    return replacement if text in after else after
