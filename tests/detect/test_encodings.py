"""What is found in encoded text, and what it covers."""

import base64
import gzip
import json
import urllib.parse
from collections.abc import Callable
from typing import Final

import pytest

from extproc.detect.encodings import MAX_DECODED
from tests.detect.samples import SCANNER, TOKEN, spans

# In full-width digits.
_CARD: Final = "4111 1111 1111 1111".translate({code: chr(code + 0xFEE0) for code in range(0x30, 0x3A)})
_FORMS: dict[str, Callable[[str], str]] = {
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 of URLs": lambda text: base64.urlsafe_b64encode(f"{text}?>?>".encode()).decode().rstrip("="),
    "base64 in lines": lambda text: base64.encodebytes((text + " and more of it" * 20).encode()).decode().rstrip("\n"),
    "hexadecimal": lambda text: text.encode().hex(),
    "compressed": lambda text: base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode(),
    "two bytes a character": lambda text: base64.b64encode(text.encode("utf-16-le")).decode(),
    "base64 of base64": lambda text: base64.b64encode(base64.b64encode(text.encode())).decode(),
}


@pytest.mark.parametrize("form", _FORMS)
def test_a_hit_in_an_encoding_covers_the_whole_encoded_text(form: str) -> None:
    encoded = _FORMS[form](f"the token is {TOKEN}")
    assert spans(f"see: {encoded} !") == [("zz_token", 5, 5 + len(encoded))]


@pytest.mark.parametrize(
    ("written", "entity", "covered"),
    [
        ('{"note": "line\\n' + TOKEN + '\\n"}', "zz_token", TOKEN),
        (json.dumps(json.dumps({"t": f"\n{TOKEN}\n"})), "zz_token", TOKEN),
        (r"ann\u0040mail.example", "email", r"ann\u0040mail.example"),
        ("to=ann%40mail.example&x=1", "email", "ann%40mail.example"),
        ("ann%2540mail.example", "email", "ann%2540mail.example"),
        ("<b>ann&#64;mail.example</b>", "email", "ann&#64;mail.example"),
        ("<b>ann&commat;mail.example</b>", "email", "ann&commat;mail.example"),
        (f"card {_CARD} ok", "card", _CARD),
        ("card 4111\u20111111\u20111111\u20111111", "card", "4111\u20111111\u20111111\u20111111"),
        (f"x {TOKEN[:9]}\u200b{TOKEN[9:]} y", "zz_token", f"{TOKEN[:9]}\u200b{TOKEN[9:]}"),
        (urllib.parse.quote(f"a={TOKEN}", safe=""), "zz_token", TOKEN),
    ],
)
def test_a_hit_in_escaped_text_covers_what_stands_for_it(written: str, entity: str, covered: str) -> None:
    start = written.index(covered)
    assert spans(written) == [(entity, start, start + len(covered))]


def test_every_invisible_tag_character_is_read() -> None:
    hidden = "".join(chr(0xE0000 + ord(one)) for one in TOKEN)
    assert spans(f"hello{hidden} x".replace("hello", "hello ")) == [("zz_token", 6, 6 + len(hidden))]


def test_what_grows_out_of_proportion_is_read_in_part_and_said_to_be() -> None:
    bomb = base64.b64encode(gzip.compress(b"a" * 10 * MAX_DECODED)).decode()
    assert SCANNER.scan_text(bomb).incomplete


def test_encoded_text_beyond_the_allowance_makes_a_scan_incomplete() -> None:
    long = base64.b64encode(b"word " * (MAX_DECODED // 4)).decode()
    assert SCANNER.scan_text(f"x {long}").incomplete
    assert not SCANNER.scan_text(f"x {long[:4000]}").incomplete


@pytest.mark.parametrize(
    "text", ["x" * 40, "/usr/share/doc/" * 5, "deadbeef" * 8, "\\", "%", "&", "%zz &x; \\q", "H4sI" + "A" * 40]
)
def test_what_only_looks_encoded_is_nothing(text: str) -> None:
    assert SCANNER.scan_text(text) == SCANNER.scan_text("")


def test_a_run_that_a_carriage_return_cuts_is_no_fault() -> None:
    cut = 'intercom_key = "8Iijmzmw4BptN1MlHxN4benKKC6H24d\r\nc2DGUmyx[msOpKOhjTgQOKFh4bjGlB"'
    assert SCANNER.scan_text(cut).incomplete is False
