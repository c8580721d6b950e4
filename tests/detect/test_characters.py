"""Characters written as something else, and what they mean."""

from typing import Final

import pytest

from extproc.detect.characters import pieces_of

# Full-width forms.
_WIDE: Final = str.maketrans({code: chr(code + 0xFEE0) for code in range(0x30, 0x7B)})


def _read(text: str) -> str:
    parts, kept = [], 0
    for start, end, replacement in pieces_of(text):
        parts += [text[kept:start], replacement]
        kept = end
    return "".join([*parts, text[kept:]])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"a\n\t\"\/\\", 'a\n\t"/\\'),
        (r"\u0041\x42", "AB"),
        (r"\ud83d\ude00!", "😀!"),
        (r"\ud83d!", "\ufffd!"),
        ("%41%C3%A9", "Aé"),
        ("%ff%fe", "%ff%fe"),
        ("100%", "100%"),
        ("&amp;&#x41;&#65;&nosuch;", "&AA&nosuch;"),
        ("AB12".translate(_WIDE), "AB12"),
        ("٣٤", "34"),
        ("a\u200b\u00adb\ufeff", "ab"),
        ("1\u20132\u22123", "1-2-3"),
        ("é 漢字", "é 漢字"),
        ("\U000e0041\U000e0042", "AB"),
    ],
)
def test_what_is_written_is_read_as_what_is_meant(written: str, meant: str) -> None:
    assert _read(written) == meant
