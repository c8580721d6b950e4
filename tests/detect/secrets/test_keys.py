"""Private keys are covered whole, and hashes of passwords are told from other text."""

import base64
import hashlib

import pytest

from extproc.detect.detector import Candidate
from extproc.detect.secrets import keys
from tests.detect.examples import shipped_scanner


def _armoured(kind: str, lines: int, headers: str = "") -> str:
    body = b"".join(hashlib.sha256(bytes([number])).digest() + b"x" * 16 for number in range(lines))
    text = base64.encodebytes(body).decode().strip()
    return f"-----BEGIN {kind}PRIVATE KEY-----\n{headers}{text}\n-----END {kind}PRIVATE KEY-----"


@pytest.mark.parametrize("kind", ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED ", "DSA "])
@pytest.mark.parametrize("lines", [2, 26, 60])
def test_the_whole_block_is_covered_whatever_its_length(kind: str, lines: int) -> None:
    block = _armoured(kind, lines)
    found = shipped_scanner().scan_text(f"before\n{block}\nafter").findings
    assert [(one.entity, one.start, one.end) for one in found] == [("private_key", 7, 7 + len(block))]


def test_a_block_on_one_line_with_escapes_or_with_headers_is_covered() -> None:
    headers = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A1B2C3D4E5F\n\n"
    for block in (_armoured("RSA ", 5, headers), _armoured("", 5).replace("\n", "\\n")):
        text = f'"key": "{block}"'
        found = [one for one in shipped_scanner().scan_text(text).findings if one.entity == "private_key"]
        assert [(one.start, one.end) for one in found] == [(8, 8 + len(block))]


def test_a_block_without_its_end_is_covered_to_the_last_line() -> None:
    block = _armoured("", 6).partition("\n-----END")[0]
    found = shipped_scanner().scan_text(block).findings
    assert [(one.start, one.end) for one in found] == [(0, len(block))]


def test_an_armour_without_a_body_and_a_public_key_are_clean() -> None:
    assert not shipped_scanner().scan_text("-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----").findings
    assert not shipped_scanner().scan_text(_armoured("", 3).replace("PRIVATE", "PUBLIC")).findings


def test_a_key_in_hexadecimal_has_its_length_and_spread() -> None:
    assert keys.hex_key(Candidate(text="0x" + hashlib.sha256(b"a").hexdigest())) is not None
    assert keys.hex_key(Candidate(text="0" * 64)) is None
    assert keys.hex_key(Candidate(text="ab12")) is None


def test_hashes_of_passwords_that_are_filler_are_none() -> None:
    assert (
        keys.password_hash(Candidate(text="$2b$12$" + "q8vZ3nTx1LwQj7R2mUs5D.f9Gh4Kp0nMbVcX6yEaSdFgHjKlZxCvB"))
        is not None
    )
    assert keys.password_hash(Candidate(text="$2b$12$" + "x" * 53)) is None
