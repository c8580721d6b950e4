"""Tokens have to be what their issuers make: checksums, structure, spread."""

import base64
import hashlib
import zlib

import pytest

from extproc.detect.detector import Candidate
from extproc.detect.secrets import tokens

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def _base64url(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _checked(prefix: str, body: str) -> str:
    number, letters = zlib.crc32(body.encode()), ""
    while number:
        number, at = divmod(number, 62)
        letters = _BASE62[at] + letters
    return prefix + body + letters.rjust(6, "0")


def test_a_right_checksum_is_certain_and_a_wrong_one_less_so() -> None:
    body = "q8vZ3nTx1LwQj7R2mUs5Df9Gh4Kp0n"
    assert tokens.crc_token(Candidate(text=_checked("ghp_", body))) == 1.0
    assert tokens.crc_token(Candidate(text=_checked("npm_", body))) == 1.0
    assert tokens.crc_token(Candidate(text="ghp_" + body + "AAAAAA")) == 0.9


@pytest.mark.parametrize(
    "text",
    ["sk_live_xxxxxxxxxxxxxxxxxxxxxxxx", "ghp_your_token_goes_right_in_this_place", "glpat-EXAMPLE0123456789abc"],
)
def test_filler_in_the_place_of_a_token_is_none(text: str) -> None:
    assert tokens.token(Candidate(text=text)) is None


def test_a_token_without_a_prefix_needs_letters_and_digits_that_spread() -> None:
    assert tokens.mixed_token(Candidate(text="9f86d081884c7d659a2feaa0c55ad015")) is not None
    assert tokens.mixed_token(Candidate(text="12345678901234567890123456789012")) is None
    assert tokens.mixed_token(Candidate(text="abababababababababababababababab")) is None


def test_a_jwt_has_a_header_that_is_an_object_with_an_algorithm() -> None:
    tail = "." + _base64url('{"sub": "1"}') + ".q8vZ3nTx1LwQj7R2"
    assert tokens.jwt(Candidate(text=_base64url('{"alg": "RS256"}') + tail)) is not None
    assert tokens.jwt(Candidate(text=_base64url('{"a": "RS256"}') + tail)) is None
    assert tokens.jwt(Candidate(text=_base64url('["alg"]') + tail)) is None
    assert tokens.jwt(Candidate(text=_base64url('{"alg": ') + tail)) is None
    assert tokens.jwt(Candidate(text="eyJ.broken")) is None


def test_a_jwt_that_was_altered_is_known_by_how_its_parts_begin() -> None:
    altered = "eyQ8vZ3nTx1LwQj7R2mUs5D.eyf9Gh4KpKd83nXvWq0Zr.Lm5TnBx2QwEr7YuI"
    assert tokens.jwt(Candidate(text=altered)) == 0.7
    assert tokens.jwt(Candidate(text=altered.replace(".ey", ".ax"))) is None
    assert tokens.jwt(Candidate(text="eyebrow-eyebrow-eyebrow.eyelash-eyelash-eyelash.eyes-eyes-eyes")) is None


def test_a_jwt_is_found_in_base64() -> None:
    inner = ".".join((_base64url('{"alg": "RS256"}'), _base64url('{"sub": "1"}'), "q8vZ3nTx1LwQj7R2"))
    assert tokens.encoded_jwt(Candidate(text=base64.b64encode(inner.encode()).decode())) is not None
    assert tokens.encoded_jwt(Candidate(text=base64.b64encode(b"eyJ no token at all").decode())) is None


def test_a_wallet_key_has_its_checksum() -> None:
    raw = b"\x80" + hashlib.sha256(b"seed").digest()
    check = hashlib.sha256(hashlib.sha256(raw).digest()).digest()[:4]
    number, letters = int.from_bytes(raw + check, "big"), ""
    while number:
        number, at = divmod(number, 58)
        letters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[at] + letters
    assert tokens.wif_key(Candidate(text=letters)) == 1.0
    assert tokens.wif_key(Candidate(text=letters[:-1] + ("1" if letters[-1] != "1" else "2"))) is None


def test_a_stellar_seed_has_its_checksum() -> None:
    assert tokens.stellar_seed(Candidate(text="SADQQCIKBMGA2DQPCAIREEYUCULBOGAZDINRYHI6D4QCCIRDEQSSN4GN")) == 1.0
    assert tokens.stellar_seed(Candidate(text="SADQQCIKBMGA2DQPCAIREEYUCULBOGAZDINRYHI6D4QCCIRDEQSSN4GA")) is None


def test_an_aws_secret_has_capitals_small_letters_and_digits() -> None:
    text = "q8vZ3nTx1LwQj7R2mUs5Df9Gh4Kp0nMbVcX6yEaS"
    assert tokens.aws_secret(Candidate(text=text)) is not None
    assert tokens.aws_secret(Candidate(text=text, after="/abc")) is None
    assert tokens.aws_secret(Candidate(text=hashlib.sha1(b"a", usedforsecurity=False).hexdigest())) is None


def test_access_key_ids_of_documentation_are_none() -> None:
    assert tokens.aws_key_id(Candidate(text="AKIAIOSFODNN7EXAMPLE")) is None
    assert tokens.aws_key_id(Candidate(text="AKIAQ3VZ7NTX2LWQJR5M")) is not None


def test_a_provider_with_a_common_name_needs_a_word_for_credentials() -> None:
    text = "9f86d081884c7d659a2feaa0c55ad015a1b2c3d4"
    assert tokens.near_secret(Candidate(text=text, before="github token = ")) is not None
    assert tokens.near_secret(Candidate(text=text, before="github commit = ")) is None


def test_seeds_of_one_time_passwords_are_of_one_case() -> None:
    assert tokens.otp_seed(Candidate(text="JBSWY3DPEHPK3PXPQ5ZT7KLM")) is not None
    assert tokens.otp_seed(Candidate(text="textdecoderstreamfatal")) is None
    assert tokens.otp_seed(Candidate(text="DetectionManager")) is None


def test_numbers_of_applications_are_taken_beside_their_name_only() -> None:
    assert tokens.client_id(Candidate(text="735928164027351846", before='discord_client_id = "')) is not None
    assert tokens.client_id(Candidate(text="735928164027351846", before='discord channel: "')) is None


def test_what_many_issuers_share_is_a_token_when_its_last_part_is_random() -> None:
    assert tokens.issued_token(Candidate(text="acme_live_q8vZ3nTx1LwQj7R2mUs5Df9G")) == 0.8
    assert tokens.issued_token(Candidate(text="acme_live_9f2c41d07be35a68c1d4e7f09ab23c5d")) == 0.8
    assert tokens.issued_token(Candidate(text="cache_key_9f2c41d07be35a68c1d4e7f09ab23c5d")) is None
    assert tokens.issued_token(Candidate(text="run_test_theQuickBrownFoxJumpsOver")) is None
