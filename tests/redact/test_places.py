"""Which places may be altered, which may go, and what is base64."""

from typing import Final

import pytest

from extproc.mcp.pointer import Pointer
from extproc.redact.places import blob_of, can_go, holds_base64, is_free, is_sealed, spreads_to, text_of

SEALED: Final[list[Pointer]] = [
    ("jsonrpc",), ("id",), ("method",), ("params", "name"), ("params", "_meta", "a", 0),
    ("params", "requestState", "a"),
    ("result", "capabilities", "x", "y"), ("result", "tools", 0, "description"), ("params", "tools", 1),
    ("error", "code"), ("result", "taskId"), ("result", "nextCursor"),
]  # fmt: skip
OPEN: Final[list[Pointer]] = [
    (), ("params",), ("result",), ("error",), ("params", "arguments", "name"), ("result", "structuredContent", "id"),
    ("error", "message"), ("error", "data", "code"), ("result", "content", 0, "_meta", "a"), ("other",),
]  # fmt: skip


def test_the_protocol_and_tools_are_sealed_with_all_below_them() -> None:
    assert all(map(is_sealed, SEALED))
    assert not any(map(is_sealed, OPEN))


@pytest.mark.parametrize(
    ("pointer", "free", "goes", "spreads"),
    [
        (("params", "arguments"), False, False, True),
        (("params", "arguments", "type"), True, True, True),
        (("params", "arguments", "l", 0), True, False, True),
        (("result", "structuredContent", "l", 0, "role"), True, True, True),
        (("error", "data", "a"), True, True, True),
        (("result", "content", 0, "text"), False, False, True),
        (("result", "content", 0, "type"), False, False, False),
        (("result", "messages", 0, "role"), False, False, False),
    ],
)
def test_members_go_only_where_any_json_may_stand(pointer: Pointer, free: bool, goes: bool, spreads: bool) -> None:
    assert (is_free(pointer), can_go(pointer), spreads_to(pointer)) == (free, goes, spreads)


def test_blobs_images_and_sounds_are_base64_and_free_members_are_not() -> None:
    assert holds_base64(("result", "contents", 0, "blob"), {"blob": ""})
    assert holds_base64(("result", "content", 0, "data"), {"type": "audio", "data": ""})
    assert not holds_base64(("result", "content", 0, "data"), {"type": "text", "data": ""})
    assert not holds_base64(("params", "arguments", "blob"), {"blob": ""})
    assert not holds_base64(("result", "contents", 0), ["a"])


def test_base64_is_read_as_text_or_not_at_all() -> None:
    assert text_of(blob_of("Zoë\n")) == "Zoë\n"
    assert [text_of(blob) for blob in ("no base64", "AA", "/w==", "é")] == [None] * 4
    assert text_of("A" * (4 << 20) + "AAAA") is None
