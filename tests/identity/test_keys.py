"""Key sets: what is taken, what is passed over, and what refuses the whole set."""

import json
from typing import Any

import pytest

from extproc.identity.keys import (
    ALGORITHMS,
    MAX_BYTES,
    MAX_KEYS,
    KeySetError,
    decode_base64url,
    parse_key_set,
    verify,
)
from tests.identity.tokens import jwk, jwks, private


def test_keys_are_found_by_id_and_only_for_their_algorithm() -> None:
    keys = parse_key_set(jwks(jwk("a"), jwk("b", "ES256"), jwk("c", "EdDSA"), jwk("d", alg=None)))
    assert keys.find("a", "RS256") is not None
    assert keys.find("a", "RS512") is None
    assert keys.find("b", "ES256") is not None
    assert keys.find("b", "RS256") is None
    assert keys.find("c", "EdDSA") is not None
    assert keys.find("d", "PS512") is not None
    assert keys.find("d", "ES256") is None
    assert keys.find("e", "RS256") is None


def test_a_token_that_names_no_key_is_checked_with_the_only_one_that_fits() -> None:
    assert parse_key_set(jwks(jwk(None))).find(None, "RS256") is not None
    assert parse_key_set(jwks(jwk("a"), jwk("b", "ES256"))).find(None, "ES256") is not None
    assert parse_key_set(jwks(jwk("a"), jwk("b"))).find(None, "RS256") is None


def test_keys_that_are_not_for_signatures_or_of_unknown_kinds_are_passed_over() -> None:
    others = [
        jwk("enc", use="enc"),
        jwk("ops", use=None, key_ops=["encrypt"]),
        {"kty": "AKP", "kid": "new"},
        {"kty": "EC", "crv": "secp256k1", "kid": "curve", "x": "AA", "y": "AA"},
        jwk("alg", alg="RSA-OAEP"),
        jwk("hs", alg="HS256"),
    ]
    assert list(parse_key_set(jwks(*others, jwk("good"))).keys) == ["good"]


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ([jwk("a"), jwk("a", "ES256")], "same id"),
        ([jwk("a"), {"kty": "oct", "k": "c2VjcmV0", "kid": "b"}], "symmetric"),
        ([jwk("a", d="AQAB")], "private"),
        ([jwk("a", p="AQAB", use="enc")], "private"),
        ([jwk("small", bits=1024)], "1024 bits"),
        ([jwk(None), jwk("b")], "must be the only one"),
        ([{**jwk(), "kid": ""}], "has an id"),
        ([{**jwk(), "kid": 7}], "has an id"),
        ([jwk("a", n=None)], "make no key"),
        ([jwk("a", "ES256", x="AQAB")], "make no key"),
        ([jwk("a", "ES256", kty="OKP")], "make no key"),
        ([jwk("a", use="enc")], "no key that can check"),
        ([{}] * (MAX_KEYS + 1), "more than"),
        (["a"], "not an object"),
        ([], "no key that can check"),
    ],
)
def test_a_set_that_cannot_be_relied_on_is_refused_whole_and_says_which_key(keys: list[Any], words: str) -> None:
    with pytest.raises(KeySetError, match=words) as refusal:
        parse_key_set(json.dumps({"keys": keys}).encode())
    assert "AQAB" not in str(refusal.value)
    assert "c2VjcmV0" not in str(refusal.value)


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"keys":{}}', b'{"keys":[],"keys":[]}', b"<html>", b"\xff"])
def test_what_is_no_key_set_is_refused(data: bytes) -> None:
    with pytest.raises(KeySetError):
        parse_key_set(data)


def test_a_set_that_is_too_large_is_not_read() -> None:
    with pytest.raises(KeySetError, match="larger"):
        parse_key_set(b" " * (MAX_BYTES + 1))


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"])
def test_a_signature_holds_for_its_key_its_algorithm_and_its_text_only(algorithm: str) -> None:
    from jwt.algorithms import get_default_algorithms

    signature = get_default_algorithms()[algorithm].sign(b"text", private("k", algorithm))
    key = parse_key_set(jwks(jwk("k", algorithm), jwk("l", algorithm))).keys["k"]
    other = parse_key_set(jwks(jwk("k", algorithm), jwk("l", algorithm))).keys["l"]
    assert verify(key, algorithm, b"text", signature)
    assert not verify(key, algorithm, b"texts", signature)
    assert not verify(other, algorithm, b"text", signature)
    assert not verify(key, algorithm, b"text", signature[:-1])
    assert not any(verify(key, wrong, b"text", signature) for wrong in ALGORITHMS if wrong != algorithm)


def test_no_algorithm_with_a_shared_secret_is_known() -> None:
    assert not {"none", "HS256", "HS384", "HS512"} & set(ALGORITHMS)


@pytest.mark.parametrize(("text", "data"), [("", b""), ("YQ", b"a"), ("_-8", b"\xff\xef")])
def test_base64url_is_read(text: str, data: bytes) -> None:
    assert decode_base64url(text) == data


@pytest.mark.parametrize("text", ["YQ==", "YR", "Y", "a b", "YQ\n", "+/8", "ä"])
def test_base64url_has_one_way_to_write_bytes(text: str) -> None:
    assert decode_base64url(text) is None
